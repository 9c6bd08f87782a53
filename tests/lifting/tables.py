"""A small pose table in Human3.6M's layout: random skeletons before a pinhole camera."""

import numpy as np

from repose.foundations.rng import rng
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable, encode


def table(split: str, rows: int, dataset: str = "h36m", skeleton: str = "h36m17") -> PoseTable:
    draws, bones = rng(0, "table", dataset, split), get_skeleton(skeleton)
    joints = len(bones.joints)
    joints3d = draws.normal(0, 250, (rows, joints, 3)).astype(np.float32)
    root = bones.index(bones.root)
    joints3d -= joints3d[:, root : root + 1]
    depth = joints3d[..., 2:] + 4000
    joints2d = (1100 * joints3d[..., :2] / depth + 500).astype(np.float32)
    action, actions = encode([("Walking", "Sitting")[k % 2] for k in range(rows)])
    zeros = np.zeros(rows, np.int32)
    extra = {"joints2d_detected": joints2d + draws.normal(0, 3, joints2d.shape).astype(np.float32)}
    if dataset == "mpi_inf_3dhp":
        extra = {"joints3d_univ": joints3d * np.float32(1.1), "valid": np.arange(rows) % 3 > 0}
    seen = np.ones((rows, joints), bool)
    return PoseTable(
        dataset=dataset,
        split=split,
        skeleton=skeleton,
        joints=bones.joints,
        joints2d=joints2d,
        labelled=seen,
        visible=seen,
        image_size=np.full((rows, 2), 1000, np.int32),
        box=np.zeros((rows, 4), np.float32),
        frame=np.arange(rows, dtype=np.int32),
        subject=zeros,
        action=action,
        camera=zeros,
        sequence=zeros,
        names={"subject": ("S1",), "action": actions, "camera": ("c",), "sequence": ("s",)},
        joints3d=joints3d,
        extra=extra,
    )
