"""Human3.6M's ECCV 2018 challenge: numbered pictures, official root-relative poses, and the fitted 2D labels.

The 2D labels are no projections: a similarity of the picture plane carries the root-relative x, y (mm) onto
the joints that a 2D detector was sure of, and its scale carries the depth.

Legend: N pictures, 17 joints; 18 with the middle of the shoulders.
"""

import pickle
from pathlib import Path
from typing import Any

import numpy as np

from repose.geometry import fit_similarity

IMAGE = "ECCV18_Challenge/{}/IMG/{:05d}.jpg"  # split, 1-based number
POSE = "ECCV18_Challenge/{}/POSE/{:05d}.csv"
CACHE = "msra_cache/HM36_eccv_challenge_{0}_cache/HM36_eccv_challenge_{0}_w288xh384_keypoint_jnt_bbox_db.pkl"
FLIP_PAIRS = ((3, 6), (2, 5), (1, 4), (16, 13), (15, 12), (14, 11))
PARENTS = (0, 0, 1, 2, 0, 4, 5, 0, 17, 8, 9, 17, 11, 12, 17, 14, 15, 7)
ASPECT, LOOSE = 0.75, 1.25  # the box: width over height, and how much larger than the joints


def record(image: str, relative_mm: np.ndarray, found_px: np.ndarray, sure: np.ndarray) -> dict[str, Any]:
    """One picture's entry: poses (17, 3) mm, detected joints (17, 2) px, and which of them count."""
    scale, rotation, shift = fit_similarity(relative_mm[:, :2], found_px, sure)
    relative = with_shoulders(relative_mm)
    points = np.empty((18, 3))
    points[:, :2] = scale * relative[:, :2] @ rotation.T + shift
    points[:, 2] = relative[:, 2] * scale
    low, high = points[:, :2].min(0), points[:, :2].max(0)
    width, height = (high - low) * LOOSE
    width, height = max(width, height * ASPECT), max(height, width / ASPECT)
    bones = np.linalg.norm(relative - relative[list(PARENTS)], axis=1)
    return {
        "image": image,
        "flip_pairs": np.array(FLIP_PAIRS),
        "parent_ids": np.array(PARENTS),
        "joints_3d": points,
        "joints_3d_vis": np.ones((18, 3)),
        "joints_3d_relative": relative,
        "bone_len": float(bones.sum()),
        "center_x": float((low[0] + high[0]) / 2),
        "center_y": float((low[1] + high[1]) / 2),
        "width": float(width),
        "height": float(height),
        "s": float(scale),
        "rot": float(np.arctan2(rotation[1, 0], rotation[0, 0])),
        "t": shift.copy(),
    }


def with_shoulders(joints: np.ndarray) -> np.ndarray:
    """(17, 3) and the middle of the shoulders as an eighteenth."""
    return np.concatenate([joints, joints[[11, 14]].mean(0, keepdims=True)])


def save_split(
    folder: Path, split: str, relative_mm: np.ndarray, found_px: np.ndarray, sure: np.ndarray
) -> None:
    """Poses and cache of one split: (N, 17, 3) mm, detections (N, 17, 2) px and (N, 17) bool."""
    records = []
    (folder / POSE.format(split, 1)).parent.mkdir(parents=True, exist_ok=True)
    for n, pose in enumerate(relative_mm):
        rows = "".join("{:.6f},{:.6f},{:.6f}\n".format(*joint) for joint in pose.tolist())
        (folder / POSE.format(split, n + 1)).write_bytes(rows.encode())
        records.append(record(IMAGE.format(split, n + 1), pose, found_px[n], sure[n]))
    cache = folder / CACHE.format(split)
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_bytes(pickle.dumps(records, protocol=4))
