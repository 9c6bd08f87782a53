"""The limbs of the three skeletons, as published and by names."""

import numpy as np
import pytest

from repose.dgcn.limbs import limbs_of, mirrored_limbs
from repose.foundations.errors import ReposeError
from repose.skeletons import get_skeleton

COCO = "16-14 14-12 17-15 15-13 12-13 6-12 7-13 6-7 6-8 7-9 8-10 9-11 2-3 1-2 1-3 2-4 3-5 4-6 5-7"
CROWDPOSE = "13-14 14-1 14-2 1-2 7-8 1-3 3-5 2-4 4-6 1-7 2-8 7-9 9-11 8-10 10-12"
MPII = "1-2 2-3 3-7 7-4 4-5 5-6 7-8 8-9 9-10 9-13 13-12 12-11 9-14 14-15 15-16 3-4 13-3 14-4"
SKELETONS = {"coco17": COCO, "crowdpose14": CROWDPOSE, "mpii16": MPII}


@pytest.mark.parametrize("skeleton", SKELETONS)
def test_limbs_are_the_published_ones(skeleton):
    published = {frozenset(int(n) - 1 for n in pair.split("-")) for pair in SKELETONS[skeleton].split()}
    limbs = limbs_of(skeleton).tolist()
    assert {frozenset(limb) for limb in limbs} == published
    assert len(limbs) == len(published)


@pytest.mark.parametrize("skeleton", SKELETONS)
def test_mirroring_twice_is_no_mirroring(skeleton):
    limbs, flip = limbs_of(skeleton), get_skeleton(skeleton).flip
    image, swapped = mirrored_limbs(skeleton)
    np.testing.assert_array_equal(image[image], np.arange(len(limbs)))
    for limb, other, swap in zip(limbs, image, swapped, strict=True):
        mirrored = flip[limb][::-1] if swap else flip[limb]
        np.testing.assert_array_equal(mirrored, limbs[other])


@pytest.mark.parametrize("skeleton", SKELETONS)
def test_all_joints_hang_together(skeleton):
    reached, limbs = {0}, limbs_of(skeleton).tolist()
    for _ in limbs:
        reached |= {end for limb in limbs for end in limb if reached & set(limb)}
    assert reached == set(range(len(get_skeleton(skeleton).joints)))


def test_a_skeleton_with_a_joint_that_no_limb_reaches_is_refused(monkeypatch):
    monkeypatch.setitem(get_skeleton("coco17").pairs, "limbs", np.array([[1, 2]]))
    with pytest.raises(ReposeError, match="no limb ends at nose"):
        limbs_of("coco17")
