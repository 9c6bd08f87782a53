"""What the report of Jin et al. draws from the folders of runs and test sets."""

import numpy as np
import pytest
from PIL import Image

from repose.foundations.files import write_json, write_text
from repose.papers.hgg import presented, scored
from repose.papers.hgg.figures import FIGURES, hgg_figures, work_of
from repose.papers.hgg.rounds import bones_within, by_life, colours_of, load_rounds, merged
from repose.papers.people.gallery import failures
from repose.papers.people.judged import best_found, load_found, load_judged
from repose.report.page import write_page
from repose.report.premises import Evidence
from repose.report.published import load_paper
from repose.report.room import Materials
from repose.report.setting import Setting
from repose.skeletons import get_skeleton
from tests.papers.hgg.hgg_runs import find_nothing, write_rounds, write_run
from tests.papers.people.people_runs import write_sets

SETTING = Setting("small", {"coco": "world", "ochuman": "world"})
CURVES = """axis,value,grouper,pairwise_f1,exact
people,1,associative,0.99,0.9
people,10,associative,0.9,0.5
people,1,hierarchical,1.0,1.0
people,10,hierarchical,0.95,0.7
tag_noise,0.5,spectral,0.7,0.2
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("house")
    tables = write_sets(folder, folder / "native", tests=("coco-val", "ochuman-test"))
    write_json(folder / "poses/coco/meta.json", {"source": "world"})
    write_text(folder / "grouping/curves.csv", CURVES)
    coco = {"coco-val": tables["coco-val"]}
    runs = [
        write_run(folder / "runs", "ae", tables, wrong=2.0),
        write_run(folder / "runs", "full", tables, wrong=1.0),
        write_run(folder / "runs", "tree", coco, wrong=1.5),
    ]
    write_rounds(runs[1].seeds[0], tables["coco-val"])
    roots = {name: str(folder / "native" / name) for name in ("coco", "ochuman")}
    scores, facts = scored(runs, folder)
    return Materials(folder / "page", folder, roots, runs, scores, facts, load_paper("hgg"))


def with_runs(materials, folder, *names):
    runs = [run for run in materials.runs if run.name in names]
    own = {key: score for key, score in materials.scores.items() if key[0].partition("@")[0] in names}
    rest = materials.facts, materials.paper
    return Materials(folder, folder, materials.roots, runs, own, *rest)


@pytest.mark.slow
def test_all_figures_are_drawn_and_a_second_time_every_byte_is_the_same(house, tmp_path):
    again = Materials(tmp_path, *(getattr(house, name) for name in (
        "data", "roots", "runs", "scores", "facts", "paper",
    )))  # fmt: skip
    shown = presented(house)
    assert list(shown.figures) == hgg_figures(again) == list(FIGURES.values())
    for drawn in FIGURES.values():
        first, second = (folder / drawn.file for folder in (house.folder, tmp_path))
        assert first.read_bytes() == second.read_bytes()
        assert np.asarray(Image.open(first).convert("RGB")).std() > 5
    assert "### Kinds of errors" in shown.more
    for words in ("AP50", "Put together by the truth", "(a coin's is 0)", "COCO and OCHuman are drawn"):
        assert words in shown.learnt


def test_what_nobody_has_trained_is_not_drawn(house, tmp_path):
    assert hgg_figures(with_runs(house, tmp_path)) == []
    titles = [drawn.title for drawn in hgg_figures(with_runs(house, tmp_path, "ae"))]
    assert titles == ["Training curves", "Kinds of errors"]


@pytest.mark.slow
def test_runs_that_have_found_nothing_have_their_page(tmp_path):
    tables = write_sets(tmp_path, tmp_path / "native", tests=("coco-val", "ochuman-test"))
    write_json(tmp_path / "poses/coco/meta.json", {"source": "world"})
    runs = [write_run(tmp_path / "runs", name, tables) for name in ("ae", "full")]
    for run in runs:
        find_nothing(run, tables)
    roots = {name: str(tmp_path / "native" / name) for name in ("coco", "ochuman")}
    scores, facts = scored(runs, tmp_path)
    paper = load_paper("hgg")
    shown = presented(Materials(tmp_path / "page", tmp_path, roots, runs, scores, facts, paper))
    drawn = [figure.file for figure in shown.figures]
    assert {FIGURES[name].file for name in ("people", "failures", "operations")} < set(drawn)
    assert FIGURES["rounds"].file not in drawn
    assert all((tmp_path / "page" / file).is_file() for file in drawn)
    assert "reaches AP 0.0" in shown.learnt
    verdicts = write_page(tmp_path, paper, Evidence(scores, facts, SETTING), [], shown.learnt)
    found = {verdict.claim.id: verdict.verdict for verdict in verdicts}
    assert {name for name, verdict in found.items() if verdict == "agrees"} <= {"hgg_cost", "hgg_graph_cost"}
    assert "disagrees" not in found.values()


def test_more_people_are_more_work_for_the_grouping_alone(house):
    run = house.runs[1]
    people, work = work_of(run, load_judged(house.data / "poses", "coco-val"))
    assert people.tolist() == [1, 2]
    assert np.ptp(work["proposal network"]) == 0
    assert all(
        (values < work["proposal network"]).all() for values in work.values() if values[0] != values[1]
    )


def test_failures_are_counted_by_picture(house):
    judged = load_judged(house.data / "poses", "coco-val")
    found = best_found(judged, load_found(house.runs[0].predictions("coco-val")[0], judged))
    everybody, nobody = failures(judged, found), failures(judged, found.rows(found.image < 0))
    assert everybody["people missed"].sum() == 0
    assert nobody["people missed"].tolist() == [1, 2, 2, 2, 2, 2, 0]
    assert list(everybody) == ["people missed", "joints of somebody else", "joints astray"]


def test_rounds_are_those_of_pictures_with_a_few_people(house):
    path = house.runs[1].seeds[0] / "predictions/coco-val_rounds.npz"
    grouped = load_rounds(path, load_judged(house.data / "poses", "coco-val"))
    assert list(grouped) == [1, 2, 3, 4]  # picture 0 has one person and a crowd
    own = grouped[1]
    assert own.clusters.shape == (6, 34)
    assert [len(np.unique(row)) for row in own.clusters] == [34, 18, 10, 6, 4, 2]


def test_a_cluster_keeps_its_colour_and_has_its_own_bones():
    clusters = np.array([[0, 1, 2, 3], [0, 0, 2, 2], [0, 0, 0, 0]])
    first, second, last = (colours_of(row) for row in clusters)
    assert len(set(first)) == 4
    assert second == [first[0], first[0], first[2], first[2]]
    assert set(last) == {first[0]}
    skeleton = get_skeleton("coco17")
    a, b = skeleton.bones[0]
    assert bones_within(np.array([a, b]), np.array([0, 0]), skeleton.bones) == [(0, 1)]
    assert bones_within(np.array([a, b]), np.array([0, 1]), skeleton.bones) == []


def test_the_people_in_the_end_have_the_hues_that_are_chosen_first():
    clusters = np.array([[0, 1, 2, 3, 4], [0, 0, 2, 2, 4], [0, 0, 0, 0, 4]])
    turn = by_life(clusters)
    assert turn.tolist() == [0, 3, 2, 4, 1]
    own, plain = colours_of(clusters[-1], turn), colours_of(np.arange(2))
    assert [own[0], own[4]] == plain
    assert by_life(np.zeros((1, 0), int)).tolist() == []


def test_dashes_connect_what_has_just_merged():
    clusters = np.array([[0, 1, 2, 3], [0, 0, 2, 2], [0, 0, 0, 0]])
    assert merged(clusters, 0) == []
    assert [(a.tolist(), b.tolist()) for a, b in merged(clusters, 1)] == [([0], [1]), ([2], [3])]
    assert [(a.tolist(), b.tolist()) for a, b in merged(clusters, 2)] == [([0, 1], [2, 3])]
