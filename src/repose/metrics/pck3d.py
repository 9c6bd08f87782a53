"""3D percentage of correct keypoints and its area under the curve, as MPI-INF-3DHP defines them.

Errors are distances (N, J) in millimetres of root-aligned poses (`joint_errors`), restricted to a joint set:
the results of different sets cannot be compared, so every figure names its set. One number per frame; their
mean over frames is the share of all joints.
"""

from collections.abc import Sequence

import numpy as np

from repose.foundations.errors import ReposeError

THRESHOLD_MM = 150.0
AUC_THRESHOLDS_MM = np.arange(0.0, 151.0, 5.0)  # 31; the first counts no joint and lowers the area

# A joint with its name in 3DHP, then in Human3.6M's skeletons.
_LIMBS = [
    (f"{side}_{part}",) for side in "rl" for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
]
_OFFICIAL: list[tuple[str, ...]] = [("head_top", "head"), ("neck", "thorax"), *_LIMBS]
JOINT_SETS = {
    "official14": _OFFICIAL,
    "harness16": [*_OFFICIAL, ("spine",), ("pelvis",)],  # the lifters' joints; the root is a free hit
    "all17": [*_OFFICIAL, ("spine",), ("pelvis",), ("head",)],
}


def joint_set(name: str, joints: Sequence[str]) -> np.ndarray:
    """The columns of a named joint set (`official14`, `harness16`, `all17`) among `joints`."""
    columns = []
    for names in JOINT_SETS[name]:
        known = [joints.index(joint) for joint in names if joint in joints]
        if not known or known[0] in columns:
            raise ReposeError(f"joint set {name}: no joint {names[0]!r}, found {', '.join(joints)}")
        columns.append(known[0])
    return np.array(columns)


def pck3d(errors_mm: np.ndarray, threshold_mm: float = THRESHOLD_MM) -> np.ndarray:
    """3D PCK@150 (N): share of a frame's joints whose error is below (not at) the threshold."""
    return np.mean(errors_mm < threshold_mm, axis=1)


def auc3d(errors_mm: np.ndarray) -> np.ndarray:
    """3D AUC (N): mean of a frame's PCK over the 31 thresholds 0, 5, …, 150 mm."""
    failed = np.searchsorted(AUC_THRESHOLDS_MM, errors_mm, side="right")  # thresholds up to the error
    return 1 - np.mean(failed, axis=1) / len(AUC_THRESHOLDS_MM)
