"""What the report of Qiu et al. draws from the folders of runs and test sets."""

import numpy as np
import pytest
from PIL import Image

from repose.foundations.files import write_json
from repose.papers.dgcn import dgcn_scores, presented
from repose.papers.dgcn.figures import (
    FIGURES,
    GALLERY,
    dgcn_figures,
    first_draw,
    four_adjacencies,
    shown_person,
)
from repose.papers.people.judged import load_judged
from repose.report.published import load_paper
from repose.report.room import Materials
from tests.papers.dgcn.dgcn_runs import write_adjacency, write_run
from tests.papers.people.people_runs import write_sets

GRAPH = ("dynamic", 16)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    tables = write_sets(folder, folder / "native", tests=tuple(GALLERY))
    write_adjacency(folder, tables["coco-val"])
    write_json(folder / "poses/coco/meta.json", {"source": "world"})
    coco, crowd = ({test: tables[test]} for test in GALLERY)
    runs = {
        "base_r50": write_run(folder / "runs", "base_r50", coco, wrong=2.0, seeds=(0, 1)),
        "ad_r50": write_run(folder / "runs", "ad_r50", coco, wrong=1.0, graph=GRAPH, seeds=(0, 1)),
        "ad_crowd": write_run(folder / "runs", "ad_crowd", crowd, wrong=1.0, graph=GRAPH),
    }
    roots = {name: str(folder / "native" / name) for name in ("coco", "crowdpose")}
    return folder, runs, roots, dgcn_scores(list(runs.values()), folder / "poses")


@pytest.mark.slow
def test_all_figures_are_drawn_and_a_second_time_every_byte_is_the_same(house):
    folder, runs, roots, scores = house
    for out in "ab":
        assert dgcn_figures(folder / out, runs, folder, roots, scores) == FIGURES
    for drawn in FIGURES:
        first, second = (folder / out / drawn.file for out in "ab")
        assert first.read_bytes() == second.read_bytes()
        assert np.asarray(Image.open(first).convert("RGB")).std() > 5


def test_runs_that_nobody_declares_are_not_drawn(house, tmp_path):
    folder, runs, roots, scores = house
    assert dgcn_figures(tmp_path, {}, folder, roots, {}) == []
    only = {"base_r50": runs["base_r50"]}
    titles = [drawn.title for drawn in dgcn_figures(tmp_path, only, folder, roots, scores)]
    assert titles == ["Training curves", "Kinds of errors"]


def test_the_adjacencies_are_those_of_the_training_persons(house):
    folder, *_ = house
    found = four_adjacencies(folder / "adjacency/coco.npz", "coco17", 0.5)
    identity, hand, soft, drawn = found.values()
    assert (hand >= identity).all()
    np.testing.assert_allclose(soft[:-1].sum(axis=1), 2, rtol=1e-5)  # itself, and one neighbour in all
    assert set(np.unique(drawn)) == {0, 1}
    assert (drawn <= (soft > 0)).all()
    assert (np.diag(drawn) == 1).all()


def test_the_first_draw_in_which_a_joint_hears_of_two_others_is_shown():
    soft = np.full((5, 5), 0.3)
    np.fill_diagonal(soft, 1)
    assert first_draw(soft, 2)[2].sum() > 2
    assert first_draw(np.eye(5), 2).sum() == 5


def test_the_person_of_figure_1_is_the_largest_of_the_best_labelled(house):
    folder, *_ = house
    truth = load_judged(folder / "poses", "coco-val").truth
    person = shown_person(load_judged(folder / "poses", "coco-val"))
    assert not truth.ignored[person]
    assert truth.area[person] == truth.area[~truth.ignored].max()  # all have as many joints


@pytest.mark.slow
def test_the_room_presents_figures_and_kinds_of_errors(house):
    folder, runs, roots, scores = house
    materials = Materials(folder / "page", folder, roots, list(runs.values()), scores, {}, load_paper("dgcn"))
    shown = presented(materials)
    assert list(shown.figures) == FIGURES
    assert "AP50" in shown.learnt
    assert "size_range" in shown.learnt
    assert "### Kinds of errors" in shown.more
