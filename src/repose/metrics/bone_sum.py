"""MPJPE of networks that predict no metric size: the pose is scaled by the sum of its bones (Zhou et al.).

A prediction holds MPII's 16 joints. The evaluation carries them over to Human3.6M's 17, puts the two that
MPII lacks half way between their neighbours, and scales. The published protocol does so with the prediction
only, so a perfect prediction has an error above zero; the corrected one treats prediction and truth alike.

Legend: N frames; predictions (N, 16, 3) in the order of `mpii16` and any unit, truth (N, 17, 3) in mm in the
order of `h36m17`.
"""

import numpy as np

from repose.metrics.mpjpe import mpjpe, p_mpjpe
from repose.skeletons import convert, get_skeleton

PUBLISHED_BONE_SUM_MM = 4000.0  # one size for every person of every data set


def mpjpe_published(predicted: np.ndarray, truth_mm: np.ndarray) -> np.ndarray:
    """MPJPE as published (N): bones scaled to a sum of 4000 mm, two joints interpolated in the prediction."""
    return _scaled_error(carried_over(predicted), truth_mm, PUBLISHED_BONE_SUM_MM)


def mpjpe_corrected(predicted: np.ndarray, truth_mm: np.ndarray) -> np.ndarray:
    """MPJPE corrected (N): bones scaled to the truth's own sum, two joints interpolated in both poses."""
    truth_mm = interpolated(truth_mm)
    return _scaled_error(carried_over(predicted), truth_mm, bone_sum(truth_mm))


def p_mpjpe_corrected(predicted: np.ndarray, truth_mm: np.ndarray) -> np.ndarray:
    """P-MPJPE (N) over the same joints as the corrected protocol; the similarity finds the size."""
    return p_mpjpe(carried_over(predicted), interpolated(truth_mm))


def published_floor(truth_mm: np.ndarray) -> np.ndarray:
    """What `mpjpe_published` gives (N) for a prediction that equals the truth."""
    return _scaled_error(interpolated(truth_mm), truth_mm, PUBLISHED_BONE_SUM_MM)


def bone_sum(points: np.ndarray) -> np.ndarray:
    """Sum (N) of the fifteen bones of Human3.6M's joints (N, 17, 3)."""
    start, end = get_skeleton("h36m17").pairs["bone_sum"].T
    return np.linalg.norm(points[:, start] - points[:, end], axis=-1).sum(1)


def carried_over(predicted: np.ndarray) -> np.ndarray:
    """MPII's joints (N, 16, 3) as Human3.6M's (N, 17, 3), spine and nose interpolated."""
    return _converted(predicted, "mpii16", "corrected")


def interpolated(truth_mm: np.ndarray) -> np.ndarray:
    """Human3.6M's joints (N, 17, 3) with spine and nose put where predictions have them."""
    return _converted(truth_mm, "h36m17", "interpolated")


def _converted(points: np.ndarray, source: str, reading: str) -> np.ndarray:
    points = points.astype(np.float64)
    return convert(points, np.ones(points.shape[:2], bool), source, "h36m17", reading)[0]


def _scaled_error(predicted: np.ndarray, truth_mm: np.ndarray, bones_mm: np.ndarray | float) -> np.ndarray:
    """Mean distance (N) over all 17 joints, roots aligned, the prediction scaled to a sum of bones."""
    size = bone_sum(predicted)
    scale = np.divide(bones_mm, size, out=np.zeros_like(size), where=size > 0)
    return mpjpe(predicted * scale[:, None, None], truth_mm, get_skeleton("h36m17").index("pelvis"))
