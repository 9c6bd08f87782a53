"""The limbs that association fields connect, from the skeletons' lists of names, and their mirror images.

COCO: PifPaf's 19 connections. CrowdPose: 15. MPII: its tree and three detours (hip to hip, hip to shoulder),
so that a pelvis or thorax that is not found does not cut a person in two.

Legend: J joints, L limbs.
"""

import numpy as np

from repose.foundations.errors import ReposeError
from repose.skeletons import get_skeleton


def limbs_of(skeleton: str) -> np.ndarray:
    """The ends (L, 2) of a skeleton's limbs; every joint has one."""
    joints = get_skeleton(skeleton)
    limbs = joints.pairs["limbs"]
    loose = [name for column, name in enumerate(joints.joints) if column not in limbs]
    if loose:
        raise ReposeError(
            f"skeleton {skeleton}: no limb ends at {', '.join(loose)}, so no person could have it; "
            f"add one to `limbs` in src/repose/skeletons/{skeleton}.yaml"
        )
    return limbs


def mirrored_limbs(skeleton: str) -> tuple[np.ndarray, np.ndarray]:
    """Which limb (L) each limb is in a mirror, and whether (L, bool) its ends change places there."""
    flip, limbs = get_skeleton(skeleton).flip, limbs_of(skeleton)
    numbers = {(a, b): number for number, (a, b) in enumerate(limbs.tolist())}
    images = [tuple(flip[limb].tolist()) for limb in limbs]
    swapped = np.array([image not in numbers for image in images])
    ways = [image[::-1] if swap else image for image, swap in zip(images, swapped, strict=True)]
    if any(way not in numbers for way in ways):
        raise ReposeError(
            f"skeleton {skeleton}: a limb has no mirror image among the limbs; "
            f"complete `limbs` in src/repose/skeletons/{skeleton}.yaml"
        )
    return np.array([numbers[way] for way in ways], np.int64), swapped
