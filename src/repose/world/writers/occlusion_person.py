"""Occlusion-Person: pickled lists of records, eight consecutive ones for the cameras of one instant.

Legend: 15 joints.
"""

import pickle
from pathlib import Path
from typing import Any

import numpy as np

from repose.geometry import Camera

VIEWS = 8
IMAGE = "a{:02d}_sa{:02d}_s{:02d}_sce{:02d}/{:02d}_{:06d}.jpg"  # action, take, subject, scene, camera, frame
NEAR_MM = 300.0  # a joint counts as seen when the depth map is no further from it than this


def record(
    numbers: dict[str, int], world_mm: np.ndarray, camera: Camera, depth_mm: np.ndarray, points_mm: np.ndarray
) -> dict[str, Any]:
    """One view's record: joints (15, 3) in the world, the depth map (H, W), all body points (P, 3)."""
    joints_mm = camera.to_camera(world_mm)
    joints_px = camera.project(joints_mm)
    inside = in_frame(joints_px, camera)
    seen = inside & (np.abs(depth_at(depth_mm, joints_px) - joints_mm[:, 2]) < NEAR_MM)
    low, high = joints_px.min(0), joints_px.max(0)
    side = float((high - low).max()) * 1.25 / 200
    return {
        "image": IMAGE.format(*(numbers[key] for key in NUMBERS)),
        "joints_2d": joints_px,
        "joints_3d": joints_mm,
        "joints_gt": world_mm,
        "joints_vis": inside[:, None],
        "joints_vis_2d": seen[:, None],
        "center": (low + high) / 2,
        "scale": np.array([side, side]),
        "box": np.concatenate([low, high]),
        "video_id": numbers["video"],
        "image_id": numbers["frame"],
        "subject": numbers["subject"],
        "action": numbers["action"],
        "subaction": numbers["subaction"],
        "camera_id": numbers["camera"],
        "camera": {
            "R": camera.rotation,
            "T": camera.position_mm[:, None],
            "fx": float(camera.focal[0]),
            "fy": float(camera.focal[1]),
            "cx": float(camera.center[0]),
            "cy": float(camera.center[1]),
            "k": np.zeros((3, 1)),
            "p": np.zeros((2, 1)),
        },
        "source": "unrealcv",
        "kps_all": points_mm,
    }


NUMBERS = ("action", "subaction", "subject", "scene", "camera", "frame")


def in_frame(joints_px: np.ndarray, camera: Camera) -> np.ndarray:
    """Which pixels (J, 2) lie in the picture."""
    inside: np.ndarray = ((joints_px >= 0) & (joints_px < [camera.width, camera.height])).all(axis=-1)
    return inside


def depth_at(depth_mm: np.ndarray, joints_px: np.ndarray) -> np.ndarray:
    """The depth map's values (J) at pixels (J, 2), the nearest border's outside."""
    limits = np.array(depth_mm.shape[::-1]) - 1
    column, row = np.clip(np.floor(joints_px).astype(int), 0, limits).T
    return depth_mm[row, column]


def save_records(path: Path, records: list[dict[str, Any]]) -> None:
    """`unrealcv_train.pkl` or `unrealcv_validation.pkl`."""
    path.write_bytes(pickle.dumps(records, protocol=4))
