"""Poses as lifters learn them: 16 joints, 2D in units of the picture's width, 3D in metres from the root.

Legend: N poses, J joints.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np

from repose.foundations.errors import ReposeError
from repose.skeletons import convert_table, get_skeleton
from repose.skeletons.posetable import PoseTable

DETECTED = "joints2d_detected"


@dataclass(frozen=True)
class LiftingPoses:
    """One split, ready for a network."""

    dataset: str
    split: str
    joints: tuple[str, ...]
    sample: np.ndarray  # N int64: row of the pose table
    joints2d: np.ndarray  # N, J, 2 float32, screen units
    joints3d_m: np.ndarray  # N, J, 3 float32, metres, camera frame, root at the origin

    def rows(self, selection: np.ndarray) -> "LiftingPoses":
        """Some of the poses."""
        arrays = {name: getattr(self, name)[selection] for name in ("sample", "joints2d", "joints3d_m")}
        return dataclasses.replace(self, **arrays)


def screen_units(points_px: np.ndarray, size_px: np.ndarray) -> np.ndarray:
    """Pixels (N, J, 2) of frames (N, 2) as 2x/w − 1 and 2y/w − h/w; both use the width, so shapes stay."""
    size = size_px.astype(np.float32)[:, None]  # N, 1, 2
    width = size[..., :1]
    return (2 * points_px / width - size / width).astype(np.float32)


def lifting_poses(table: PoseTable, skeleton: str, source: str, reading: str = "corrected") -> LiftingPoses:
    """A table with 3D joints in the lifters' skeleton; `source` of the 2D joints is gt or detected.

    Rows that the data set calls invalid are left out.
    """
    if source == "detected":
        if DETECTED not in table.extra:
            raise ReposeError(f"{table.dataset} {table.split}: no detected 2D joints; use `input: gt`")
        table = dataclasses.replace(table, joints2d=table.extra[DETECTED])
    sample = np.flatnonzero(table.extra["valid"]) if "valid" in table.extra else np.arange(len(table))
    points3d = table.extra.get("joints3d_univ", table.joints3d)  # 3DHP is scored on its universal skeleton
    if points3d is None:
        raise ReposeError(f"{table.dataset} {table.split}: no 3D joints, expected a 3D data set for lifting")
    table = dataclasses.replace(table, joints3d=points3d, extra={}).rows(sample)
    poses = convert_table(table, skeleton, reading)
    assert poses.joints3d is not None
    root = get_skeleton(skeleton).index(get_skeleton(skeleton).root)
    joints3d_m = (poses.joints3d - poses.joints3d[:, root : root + 1]) * np.float32(1e-3)
    joints2d = screen_units(poses.joints2d, poses.image_size)
    return LiftingPoses(table.dataset, table.split, poses.joints, sample, joints2d, joints3d_m)
