"""How precisely each joint can be labelled: the sigmas of object keypoint similarity.

Legend: J joints.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from repose.foundations.errors import ReposeError
from repose.skeletons.skeleton import get_skeleton

LIMBS = {"shoulder": 0.079, "elbow": 0.072, "wrist": 0.062, "hip": 0.107, "knee": 0.087, "ankle": 0.089}
SIGMAS: Mapping[str, Mapping[str, float]] = {  # both sides of a joint have one sigma
    "coco17": {"nose": 0.026, "eye": 0.025, "ear": 0.035, **LIMBS},
    "crowdpose14": {"head_top": 0.079, "neck": 0.079, **LIMBS},
}


def sigmas(skeleton: str, joints: Sequence[str]) -> np.ndarray:
    """J: the published sigma of each joint, found by its name without `l_` or `r_`."""
    if skeleton not in SIGMAS:
        raise ReposeError(f"no sigmas for {skeleton!r}, expected one of {', '.join(SIGMAS)}")
    known = SIGMAS[skeleton]
    names = [name.removeprefix("l_").removeprefix("r_") for name in joints]
    strange = [name for name in names if name not in known]
    if strange:
        raise ReposeError(
            f"{skeleton} has no sigma for {strange[0]!r}, expected joints among {', '.join(known)}"
        )
    return np.array([known[name] for name in names])


def skeleton_of(joints: Sequence[str]) -> str:
    """The skeleton with sigmas whose joints these are."""
    for skeleton in SIGMAS:
        if get_skeleton(skeleton).joints == tuple(joints):
            return skeleton
    raise ReposeError(
        f"no sigmas for the joints {', '.join(joints)}, expected those of {' or '.join(SIGMAS)}; "
        "name the skeleton whose sigmas count"
    )
