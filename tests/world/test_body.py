"""The body: its points, its proportions, and what differs between people."""

import numpy as np
import pytest

from repose.skeletons import get_skeleton
from repose.skeletons.skeleton import skeleton_ids
from repose.world.body import POINTS, rest_pose, sample_subject, standing_mm
from repose.world.points import joint_weights, joints_of

PEOPLE = [sample_subject(0, index) for index in range(60)]


def test_left_and_right_limbs_have_the_same_lengths():
    for person in PEOPLE[:10]:
        rest = rest_pose(person.lengths)
        for index, point in enumerate(POINTS):
            if point.startswith("l_"):
                mirrored = rest[POINTS.index("r_" + point[2:])] * [1, -1, 1]
                np.testing.assert_allclose(rest[index], mirrored, atol=1e-9)
                assert rest[index, 1] > 0


def test_head_top_is_the_height_above_the_soles():
    for person in PEOPLE:
        rest = rest_pose(person.lengths)
        assert rest[POINTS.index("head_top"), 2] + standing_mm(person) == pytest.approx(person.height_mm)


def test_people_differ_within_what_surveys_report():
    heights = np.array([person.height_mm for person in PEOPLE])
    arms = np.array([person.length("l_elbow") / person.height_mm for person in PEOPLE])
    assert 1500 <= heights.min() < 1620
    assert 1750 < heights.max() <= 1950
    assert 0.15 < arms.min() < arms.max() < 0.21
    assert {person.sex for person in PEOPLE} == {"female", "male"}


def test_the_same_key_is_the_same_person_and_another_key_is_another():
    again, other = sample_subject(0, 3), sample_subject(1, 3)
    np.testing.assert_array_equal(again.lengths, PEOPLE[3].lengths)
    assert again.style == PEOPLE[3].style
    assert other.height_mm != again.height_mm


@pytest.mark.parametrize("skeleton_id", skeleton_ids())
def test_every_joint_of_every_skeleton_is_on_the_body_and_left_is_left(skeleton_id):
    weights = joint_weights(skeleton_id)
    np.testing.assert_allclose(weights.sum(1), 1.0)
    joints = joints_of(rest_pose(PEOPLE[0].lengths), skeleton_id)
    for name, place in zip(get_skeleton(skeleton_id).joints, joints, strict=True):
        if name.startswith("l_"):
            assert place[1] >= 0
        elif name.startswith("r_"):
            assert place[1] <= 0
        else:
            assert abs(place[1]) < 1e-9


def test_bone_sum_of_the_fusion_protocol_is_near_four_metres():
    skeleton = get_skeleton("h36m17")
    sums = []
    for person in PEOPLE:
        joints = joints_of(rest_pose(person.lengths), "h36m17")
        pairs = skeleton.pairs["bone_sum"]
        sums.append(np.linalg.norm(joints[pairs[:, 0]] - joints[pairs[:, 1]], axis=1).sum())
    assert 3700 < np.mean(sums) < 4400
