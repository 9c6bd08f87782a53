"""Legend: N candidates, P people, J joints."""

import numpy as np
import pytest

from repose.hgg.groupers import scenes_of
from repose.hgg.simulation import Quality, drawn_poses, poses_of, simulate
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
