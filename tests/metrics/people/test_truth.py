import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.metrics.people import truth_of_table, with_visible_person
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable
from tests.metrics.people.crowds import truth


def table(skeleton="crowdpose14", **changes):
    """Three people in two of three pictures."""
    joints = get_skeleton(skeleton).joints
    zeros = np.zeros(3, np.int32)
    points = np.arange(3 * len(joints) * 2, dtype=np.float32).reshape(3, len(joints), 2)
    columns = {
        "image": np.array([0, 2, 2], np.int32), "image_names": np.array(["a", "b", "c"]),
        "image_sizes": np.array([[64, 32], [10, 20], [1, 1]], np.int32),
        "extra": {"area": np.full(3, 9, np.float32), "iscrowd": np.array([False, True, False])},
        "image_extra": {"image_id": np.array([7, 3, 5]), "crowd_index": np.array([0.1, 0.5, 0.9])},
    }  # fmt: skip
    labelled = np.ones((3, len(joints)), bool)
    names = dict.fromkeys(("subject", "action", "camera", "sequence"), ("",))
    return PoseTable(
        "crowdpose", "val", skeleton, joints, points, labelled, labelled, np.zeros((3, 2), np.int32),
        np.ones((3, 4), np.float32), zeros, zeros, zeros, zeros, zeros, names, **(columns | changes),
    )  # fmt: skip


def test_a_pose_table_is_a_truth():
    of = truth_of_table(table())
    assert of.picture_ids.tolist() == [7, 3, 5]
    assert of.num_keypoints.tolist() == [12, 12, 12]
    assert of.ignored.tolist() == [False, True, False]
    assert of.crowd_index.tolist() == [0.1, 0.5, 0.9]
    assert with_visible_person(of).tolist() == [True, False, True]


def test_ochuman_is_judged_on_the_joints_of_coco():
    of = truth_of_table(table("ochuman19"), "coco17")
    assert of.joints == get_skeleton("coco17").joints
    nose = get_skeleton("ochuman19").index("nose")
    assert of.joints2d_px[:, 0].tolist() == table("ochuman19").joints2d[:, nose].tolist()


def test_a_table_without_people_of_whole_pictures_is_no_truth():
    with pytest.raises(ReposeError, match="crowdpose val: no column `area`"):
        truth_of_table(table(extra={}))
    with pytest.raises(ReposeError, match="crowdpose val: no pictures"):
        truth_of_table(table(image=None))


def test_scaling_multiplies_lengths_and_squares_areas_by_picture():
    of = truth_of_table(table())
    large = of.scaled(np.array([2.0, 1, 10]))
    assert large.area.tolist() == [36, 900, 900]
    assert large.picture_sizes.tolist() == [[128, 64], [10, 20], [10, 10]]
    np.testing.assert_array_equal(large.joints2d_px[2], of.joints2d_px[2] * 10)
    np.testing.assert_array_equal(large.box[0], of.box[0] * 2)


def test_pictures_can_be_scaled_to_a_longer_side():
    of = truth_of_table(table())
    assert of.factors_to(640).tolist() == [10, 32, 640]
    with pytest.raises(ReposeError, match="how large its pictures are"):
        truth(picture_sizes=np.zeros((40, 2), int)).factors_to(640)
