"""Metrics on arrays: one function per metric, first errors of single frames, then averages. NumPy only."""

from repose.metrics.averages import frame_mean, group_means, mean_of_group_means
from repose.metrics.bone_sum import (
    bone_sum,
    carried_over,
    interpolated,
    mpjpe_corrected,
    mpjpe_published,
    p_mpjpe_corrected,
    published_floor,
)
from repose.metrics.mpjpe import joint_errors, mpjpe, mpjpe_without_root, p_mpjpe, p_mpjpe_without_root
from repose.metrics.pck2d import (
    heatmap_maxima,
    heatmap_pck_hits,
    mean_joint_rate,
    pckh_hits,
    pooled_rate,
    sides_apart,
)
from repose.metrics.pck3d import JOINT_SETS, auc3d, joint_set, pck3d
from repose.metrics.similarity import aligned_errors

__all__ = [
    "JOINT_SETS",
    "aligned_errors",
    "auc3d",
    "bone_sum",
    "carried_over",
    "frame_mean",
    "group_means",
    "heatmap_maxima",
    "heatmap_pck_hits",
    "interpolated",
    "joint_errors",
    "joint_set",
    "mean_joint_rate",
    "mean_of_group_means",
    "mpjpe",
    "mpjpe_corrected",
    "mpjpe_published",
    "mpjpe_without_root",
    "p_mpjpe",
    "p_mpjpe_corrected",
    "p_mpjpe_without_root",
    "pck3d",
    "pckh_hits",
    "pooled_rate",
    "published_floor",
    "sides_apart",
]
