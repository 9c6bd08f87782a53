"""Drawn people: a standing figure by the names of joints, and their labels as a batch."""

import numpy as np

from repose.dgcn.encode import encode
from repose.dgcn.fields import FieldShape, Targets
from repose.dgcn.limbs import limbs_of
from repose.skeletons import get_skeleton

MIDDLE = {
    "nose": 11,
    "head_top": 0,
    "neck": 20,
    "upper_neck": 18,
    "thorax": 25,
    "pelvis": 53,
}  # y, % of height
SIDES = {
    "eye": (3, 9), "ear": (6, 11), "shoulder": (13, 21), "elbow": (18, 36), "wrist": (20, 51),
    "hip": (8, 54), "knee": (9, 76), "ankle": (10, 98),
}  # fmt: skip


def standing(skeleton: str, x: float, y: float, height: float) -> np.ndarray:
    """Joints (J, 2) of a figure whose head's top is at x, y."""
    places = []
    for name in get_skeleton(skeleton).joints:
        across, down = SIDES[name[2:]] if name[:2] in ("l_", "r_") else (0, MIDDLE[name])
        places.append((across if name[:2] == "l_" else -across, down))
    return np.float32([x, y]) + np.float32(places) * np.float32(height / 100)


def shape_of(skeleton: str, stride: int, size: int) -> FieldShape:
    """Fields of a skeleton."""
    return FieldShape(len(get_skeleton(skeleton).joints), limbs_of(skeleton), stride, size)


def sigmas_of(skeleton: str) -> np.ndarray:
    """Sigmas that differ from joint to joint."""
    return np.linspace(0.03, 0.09, len(get_skeleton(skeleton).joints))


def whole(pictures: int, px: int) -> np.ndarray:
    """Valid boxes of pictures without borders."""
    return np.tile(np.float32([0, 0, px - 1, px - 1]), (pictures, 1))


def nobody(pictures: int) -> np.ndarray:
    """No ignored boxes, one of padding each."""
    return np.full((pictures, 1, 4), np.nan, np.float32)


def targets_of(people: np.ndarray, shape: FieldShape, labelled: np.ndarray | None = None) -> Targets:
    """Targets of one picture with these people (M, J, 2), all joints labelled unless said."""
    known = np.ones(people.shape[:2], bool) if labelled is None else labelled
    return encode(people[None], known[None], nobody(1), whole(1, shape.size * shape.stride), shape)
