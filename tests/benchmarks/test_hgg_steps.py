import numpy as np

from benchmarks.decoder import figures, labels
from benchmarks.hgg import PICTURES, Bench, seen_with, truth_said
from repose.foundations.parameters import load_params
from repose.foundations.rng import rng
from repose.hgg.candidates import find_candidates, tags_at
from repose.hgg.run import maker_of
from repose.hgg.settings import setup_of
from repose.hgg.simulation import Quality
from tests.imports import ROOT

QUALITY = Quality(tag_size=4, tag_noise=0.0, tag_mixed=0.0)


def setup():
    params = load_params(ROOT / "params.yaml")
    return setup_of(params["hgg"], params["scale"]["hgg"])


def test_the_truth_proposes_the_joints_of_a_person_with_one_tag():
    draw, of_all = rng(0, "test"), setup()
    alone = labels(figures(draw, 2, 1, 160, (80, 100)), 160)
    said = truth_said(maker_of(of_all, 160)(*alone), QUALITY, draw)
    found = find_candidates(said.heat.numpy(), of_all.reading.candidates)
    inside = ((alone[0] > 0) & (alone[0] < 159)).all(axis=(1, 3))
    for picture in range(2):
        own = found.picture == picture
        assert set(np.flatnonzero(inside[picture])) <= set(found.type[own])
        tags = tags_at(found, said.tags.numpy())[own]
        assert (tags == tags[0]).all()


def test_more_people_have_more_candidates():
    bench = Bench(setup(), None, None, QUALITY, None, None, 0)
    counts = []
    for people in (1, 5, 20):
        seen = seen_with(bench, people)
        assert seen.heat.shape[:2] == (PICTURES, 17)
        counts.append(
            len(find_candidates(seen.heat, bench.setup.reading.candidates).type) / PICTURES / people
        )
    assert all(8 < count < 17 for count in counts)
