"""Poses in the wild."""

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.world.body import POINTS, sample_subject, tree
from repose.world.freepose import KINDS, free_pose, free_poses

PERSON = sample_subject(0, "someone")


@pytest.mark.parametrize("kind", KINDS)
def test_bones_keep_their_lengths_and_the_lowest_point_is_on_or_above_the_floor(kind):
    poses = free_poses([PERSON] * 60, kind, 0, [(index,) for index in range(60)])
    for child, parent in enumerate(tree()[0]):
        if parent >= 0:
            lengths = np.linalg.norm(poses[:, child] - poses[:, parent], axis=-1)
            np.testing.assert_allclose(lengths, PERSON.length(POINTS[child]), atol=1e-6)
    assert poses[..., 2].min() > -1e-6


def test_a_pose_is_the_same_alone_and_among_others():
    people = [sample_subject(0, index) for index in range(3)]
    together = free_poses(people, "sport", 4, [("lsp", index) for index in range(3)])
    for index, person in enumerate(people):
        np.testing.assert_allclose(together[index], free_pose(person, "sport", 4, "lsp", index), atol=1e-9)


def test_limits_hold_in_sport():
    poses = free_poses([PERSON] * 200, "sport", 1, [(index,) for index in range(200)])
    for chain, limit in (
        (("shoulder", "elbow", "wrist"), "elbow_flexion"),
        (("hip", "knee", "ankle"), "knee_flexion"),
    ):
        for side in "rl":
            a, b, c = (poses[:, POINTS.index(f"{side}_{name}")] for name in chain)
            cosine = ((b - a) * (c - b)).sum(-1)
            cosine /= np.linalg.norm(b - a, axis=-1) * np.linalg.norm(c - b, axis=-1)
            assert np.rad2deg(np.arccos(cosine)).max() < PERSON.limits[limit] + 1


def test_sport_jumps_and_stands_on_its_hands_now_and_then():
    poses = free_poses([PERSON] * 200, "sport", 2, [(index,) for index in range(200)])
    head, pelvis = poses[:, POINTS.index("head"), 2], poses[:, 0, 2]
    assert 0.02 < (head < pelvis).mean() < 0.2
    assert 0.05 < (poses[..., 2].min(1) > 50).mean() < 0.5


def test_frontal_people_face_along_x():
    poses = free_poses([PERSON] * 100, "frontal", 0, [(index,) for index in range(100)])
    ahead = poses[:, POINTS.index("nose")] - poses[:, POINTS.index("head")]
    assert (ahead[:, 0] > 0).mean() > 0.9


def test_an_unknown_kind_is_named():
    with pytest.raises(ReposeError, match="dancing"):
        free_pose(PERSON, "dancing", 0, 1)
