"""Legend: N candidates, P people, J joints."""

import numpy as np
import pytest
import torch

from repose.hgg.clustering import ClusteringRules
from repose.hgg.graph_net import GraphNetDesign
from repose.hgg.graphs import type_pairs
from repose.hgg.groupers import (
    SimulatedTraining,
    associative,
    curves,
    evaluate,
    hierarchical,
    scenes_of,
    train_grouper,
)  # fmt: skip
from repose.hgg.simulation import Quality, Scene, drawn_poses, poses_of, simulate
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable

POSES = drawn_poses(30, 0)
PERFECT = Quality(astray=0.0, missed=0.0, made_up=0.0, tag_noise=0.0, tag_mixed=0.0)


def test_drawn_poses_are_upright_figures():
    assert POSES.shape == (30, 17, 2)
    assert (POSES.min(1) == 0).all()
    column = get_skeleton("coco17").index
    down = POSES[:, [column(n) for n in ("nose", "l_shoulder", "l_hip", "l_ankle")], 1]
    assert (np.diff(down.mean(0)) > 0).all()
    assert 0.7 < POSES[..., 1].max(1).mean() < 1.1


def test_perfect_proposals_are_all_joints_of_all_people():
    scene = simulate(POSES, 5, PERFECT, 0)
    assert sorted(zip(scene.person.tolist(), scene.candidates.type.tolist(), strict=True)) == [
        (p, j) for p in range(5) for j in range(17)
    ]
    tags = {p: set(scene.candidates.tags[scene.person == p, 0].tolist()) for p in range(5)}
    assert all(len(values) == 1 for values in tags.values())
    assert np.diff(sorted(v for values in tags.values() for v in values)).tolist() == [2.0] * 4


def test_a_scene_follows_from_seed_and_key():
    def drawn(*key):
        return simulate(POSES, 3, Quality(), *key).candidates.points.tobytes()

    assert drawn(0, "a") == drawn(0, "a")
    assert len({drawn(0, "a"), drawn(1, "a"), drawn(0, "b")}) == 3


def test_joints_are_missed_made_up_and_mixed_as_often_as_asked():
    scenes = scenes_of(POSES, 10, 40, Quality(missed=0.3, made_up=0.1, tag_noise=0.0, tag_mixed=0.2), 0)
    person = np.concatenate([scene.person for scene in scenes])
    assert (person >= 0).sum() / (40 * 170) == pytest.approx(0.7, abs=0.02)
    assert (person < 0).sum() / (40 * 170) == pytest.approx(0.1, abs=0.02)
    mixed = []
    for scene in scenes:
        for p in range(10):
            tags = scene.candidates.tags[scene.person == p, 0]
            mixed += (tags != np.median(tags)).tolist()
    assert np.mean(mixed) == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize("people", [0, 1, 30])
def test_points_lie_in_the_picture(people):
    scene = simulate(POSES, people, Quality(made_up=0.3, tag_size=2), 0)
    assert scene.candidates.tags.shape == (len(scene.person), 2)
    assert ((scene.candidates.points >= 0) & (scene.candidates.points <= 1)).all()
    assert len(scene.person) >= 10 * people


def test_poses_of_a_table_fill_a_unit_box_and_leave_out_the_unlabelled():
    nothing = np.zeros(2, np.int32)
    joints = np.stack([POSES[0] * 200 + 50, POSES[1] * 100]).astype(np.float32)
    labelled = np.ones((2, 17), bool)
    labelled[0, 3], labelled[1, 4:] = False, False
    table = PoseTable(
        "coco", "val", "coco17", get_skeleton("coco17").joints, joints, labelled, labelled,
        np.full((2, 2), 640, np.int32), np.zeros((2, 4), np.float32), nothing, nothing, nothing, nothing,
        nothing, {},
    )  # fmt: skip
    poses = poses_of(table)
    assert poses.shape == (1, 17, 2)
    assert np.isnan(poses[0, 3]).all()
    assert np.nanmax(poses) == pytest.approx(1)
    assert np.nanmin(poses) == 0
    assert 3 not in simulate(poses, 4, PERFECT, 0).candidates.type


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
    groupers = {"ae": associative(get_skeleton("coco17").joints), "alone": lambda c: np.arange(len(c.type))}
    rows = curves(groupers, POSES, Quality(), 2, 0, people=(1, 3), tag_noises=(0.1, 1.0), crowd=3)
    assert [(r["axis"], r["value"], r["grouper"]) for r in rows[:4]] == [
        ("people", 1.0, "ae"), ("people", 1.0, "alone"), ("people", 3.0, "ae"), ("people", 3.0, "alone"),
    ]  # fmt: skip
    assert len(rows) == 8
    assert rows[4]["pairwise_f1"] > rows[6]["pairwise_f1"] > rows[7]["pairwise_f1"] == 0


def test_a_short_training_teaches_grouping_and_is_repeatable():
    torch.set_num_threads(1)
    easy = Quality(missed=0.1, made_up=0.0, tag_noise=0.1, tag_mixed=0.0)
    training = SimulatedTraining(steps=200, batch=4, people=(1, 2), tag_noise=(0.1, 0.1))
    design = GraphNetDesign(dropout=0.0, place_gain=20.0)
    trained = [
        train_grouper(POSES, type_pairs("coco17", "full"), design, ClusteringRules(), easy, of)
        for of in (training, SimulatedTraining(steps=2), SimulatedTraining(steps=2))
    ]
    scores = [evaluate(hierarchical(net), scenes_of(POSES, 2, 10, easy, 0)) for net in trained[:2]]
    assert scores[0].pairwise_f1 > 0.75
    assert scores[0].pairwise_f1 > scores[1].pairwise_f1
    first, second = (torch.cat([p.flatten() for p in net.parameters()]) for net in trained[1:])
    assert torch.equal(first, second)
