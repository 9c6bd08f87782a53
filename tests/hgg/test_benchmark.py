"""Legend: N candidates, P people, J joints."""

import numpy as np
import pytest

from repose.hgg.benchmark import Points, Row, benchmark_of, curves, evaluate, our_curves, write_curves
from repose.hgg.groupers import associative
from repose.hgg.simulation import Quality, Scene, drawn_poses, simulate
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable

JOINTS = get_skeleton("coco17").joints
POSES = drawn_poses(30, 0)
PERFECT = Quality(astray=0.0, missed=0.0, made_up=0.0, tag_noise=0.0, tag_mixed=0.0)
SECTION = {
    "graph_net": {"layers": 2, "width": 16, "aggregate": "max", "heads": 4},
    "clustering": {"cut": 0.5, "order": "score", "macro_cut": 0.0},
    "simulation": {
        "quality": {"missed": 0.1, "tag_size": 2},
        "network": {"dropout": 0.0, "place_gain": 20.0},
        "training": {"batch": 2, "people": [1, 2], "tag_noise": [0.1, 0.5], "rate": 0.02, "balance": "focal"},
        "points": {"people": [1, 3], "tag_noise": [0.1], "crowd": 2},
    },
}


def slow_scores(group, person):
    """All pairs and all people one by one; F1 and exact people."""
    hits = found = true = 0
    for a in range(len(group)):
        for b in range(a):
            together, same = group[a] == group[b], person[a] == person[b] >= 0
            hits, found, true = hits + (together and same), found + together, true + same
    names = sorted(set(person.tolist()) - {-1})
    members = [set(np.flatnonzero(person == p)) for p in names]
    clusters = [set(np.flatnonzero(group == g)) for g in set(group.tolist())]
    return 2 * hits / (found + true), np.mean([m in clusters for m in members])


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_those_of_all_pairs_and_people(seed):
    scene = simulate(POSES, 4, Quality(made_up=0.1), seed)
    group = np.where(np.arange(len(scene.person)) % 5 < 4, scene.person, 7 + seed)
    assert evaluate(lambda c: group, [scene]) == pytest.approx(slow_scores(group, scene.person))


def test_the_truth_scores_best_and_nobody_in_a_picture_is_no_error():
    scene = simulate(POSES, 4, PERFECT, 0)
    assert evaluate(lambda c: scene.person, [scene]) == (1.0, 1.0)
    assert evaluate(lambda c: np.zeros(0, int), [simulate(POSES, 0, PERFECT, 0)]) == (1.0, 0.0)
    alone = Scene(scene.candidates, np.full(len(scene.person), -1))
    assert evaluate(lambda c: np.arange(len(c.type)), [alone]).pairwise_f1 == 1.0


def test_curves_have_a_row_for_every_grouper_and_point():
    groupers = {"ae": associative(JOINTS), "alone": lambda c: np.arange(len(c.type))}
    points = Points(people=(1, 3), tag_noise=(0.1, 1.0), crowd=3, pictures=2)
    rows = curves(groupers, POSES, Quality(), points, 0)
    assert [(r.axis, r.value, r.grouper) for r in rows[:4]] == [
        ("people", 1.0, "ae"), ("people", 1.0, "alone"), ("people", 3.0, "ae"), ("people", 3.0, "alone"),
    ]  # fmt: skip
    assert len(rows) == 8
    assert rows[4].pairwise_f1 > rows[6].pairwise_f1 > rows[7].pairwise_f1 == 0


def table(split, seed):
    poses = (drawn_poses(6, seed) * 100).astype(np.float32)
    seen, nothing = np.ones(poses.shape[:2], bool), np.zeros(6, np.int32)
    return PoseTable(
        "coco", split, "coco17", JOINTS, poses, seen, seen, np.full((6, 2), 640, np.int32),
        np.zeros((6, 4), np.float32), nothing, nothing, nothing, nothing, nothing, {},
    )  # fmt: skip


def test_our_groupers_are_compared_as_the_parameters_say_and_alike_every_time():
    benchmark = benchmark_of(SECTION, {"steps": 2, "pictures": 2}, 17, seed=3)
    assert (benchmark.design.width, benchmark.design.embedding, benchmark.design.place_gain) == (16, 2, 20.0)
    assert (benchmark.training.people, benchmark.training.steps, benchmark.training.seed) == ((1, 2), 2, 3)
    train, val = table("train", 0), table("val", 1)
    rows = our_curves(benchmark, train, val)
    assert [(r.axis, r.value) for r in rows[::3]] == [("people", 1), ("people", 3), ("tag_noise", 0.1)]
    assert [r.grouper for r in rows[:3]] == ["associative", "hierarchical", "spectral"]
    assert our_curves(benchmark, train, val) == rows


def test_curves_are_written_with_fixed_decimals(tmp_path):
    rows = [Row("people", 10, "spectral", 0.5, 1.0), Row("tag_noise", 0.75, "mine", 1 / 3, 0.0)]
    write_curves(tmp_path / "grouping/curves.csv", rows)
    assert (tmp_path / "grouping/curves.csv").read_text().splitlines() == [
        "axis,value,grouper,pairwise_f1,exact",
        "people,10.00,spectral,0.5000,1.0000",
        "tag_noise,0.75,mine,0.3333,0.0000",
    ]
