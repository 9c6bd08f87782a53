"""Labels of a batch: what comes in which shape, and whose widths a skeleton's joints have."""

import numpy as np
import pytest
import torch

from repose.dgcn.encode import confidence_targets, encode
from repose.dgcn.labels import LabelMaker, cells, joint_sigmas, shape_of
from repose.skeletons import get_skeleton
from repose.skeletons.sigmas import sigmas
from tests.dgcn.poses import nobody, standing, whole

PX = 50


def batch(skeleton):
    """Two pictures of one person each."""
    joints = np.stack([standing(skeleton, 20, 2, 40), standing(skeleton, 30, 5, 44)])[:, None]
    return joints, np.ones(joints.shape[:3], bool), nobody(2), whole(2, PX)


def test_the_sizes_of_labels_are_those_of_maps_that_keep_a_partial_last_cell():
    assert [cells(px, 16) for px in (128, 129, 641, 1)] == [8, 9, 41, 1]
    assert cells(641, 8) == 81


@pytest.mark.parametrize(("skeleton", "joints", "limbs"), [
    ("coco17", 17, 19), ("crowdpose14", 14, 15), ("mpii16", 16, 18),
])  # fmt: skip
def test_labels_have_a_plane_for_every_joint_and_limb(skeleton, joints, limbs):
    made = LabelMaker(skeleton, 4, PX, (16, 8))(*batch(skeleton))
    assert made.targets.pif_c.shape == (2, joints, 13, 13)
    assert made.targets.paf_c.shape == (2, limbs, 13, 13)
    assert made.targets.counted.shape == (2, 13, 13)
    assert [(part.stride, *part.c.shape) for part in made.supervision] == [
        (16, 2, joints, 4, 4), (8, 2, joints, 7, 7),
    ]  # fmt: skip
    assert all(part.counted.shape == part.c.shape[::3] + part.c.shape[3:] for part in made.supervision)


def test_the_fields_are_the_encoders_and_what_modules_say_is_its_confidences():
    arrays = batch("coco17")
    made = LabelMaker("coco17", 4, PX, (8,))(*arrays)
    for tensor, array in zip(made.targets, encode(*arrays, shape_of("coco17", 4, PX)), strict=True):
        np.testing.assert_array_equal(tensor.numpy(), array)
    joints, labelled, _, valid = arrays
    wanted = confidence_targets(joints, labelled, valid, 8, 7)
    assert made.supervision[0].c.any()
    np.testing.assert_array_equal(made.supervision[0].c.numpy(), wanted)


def test_modules_whose_nodes_are_limbs_are_told_where_limbs_are():
    arrays = batch("coco17")
    of_joints, of_limbs = LabelMaker("coco17", 4, PX, (16,), limb_nodes=True)(*arrays).supervision
    assert of_joints.c.shape[1:] == (17, 4, 4)
    assert of_limbs.c.shape[1:] == (19, 4, 4)
    np.testing.assert_array_equal(of_limbs.c.numpy(), encode(*arrays, shape_of("coco17", 16, PX)).paf_c)
    assert torch.equal(of_joints.counted, of_limbs.counted)


def test_a_baseline_has_nothing_in_the_middle():
    assert LabelMaker("coco17", 4, PX)(*batch("coco17")).supervision == ()


@pytest.mark.parametrize("skeleton", ["coco17", "crowdpose14"])
def test_joints_have_the_published_widths(skeleton):
    np.testing.assert_array_equal(joint_sigmas(skeleton), sigmas(skeleton, get_skeleton(skeleton).joints))


def test_mpiis_joints_have_the_widths_of_cocos_next_to_them():
    found = dict(zip(get_skeleton("mpii16").joints, joint_sigmas("mpii16").tolist(), strict=True))
    coco = get_skeleton("coco17").joints
    known = dict(zip(coco, joint_sigmas("coco17").tolist(), strict=True))
    assert all(found[name] == known[name] for name in found.keys() & known.keys())
    assert found["pelvis"] == known["l_hip"]
    assert found["thorax"] == found["upper_neck"] == found["head_top"] == known["l_shoulder"]
