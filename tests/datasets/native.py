"""Tiny data sets in their published formats, written by hand for the tests of the readers."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from repose.datasets.h36m_cameras import published_camera
from repose.geometry import Camera, look_at

H36M_SUBJECTS = ("S1", "S5", "S6", "S7", "S8", "S9", "S11")


def save_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def save_pickle(path: Path, value: Any, protocol: int = 2) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(value, protocol))


def save_picture(path: Path, width: int = 64, height: int = 48) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height), (90, 120, 150)).save(path)


def person(rng: np.random.Generator, joints: int, frames: int = 1) -> np.ndarray:
    """Points (frames, joints, 3) in millimetres, some metres wide, z up."""
    size = np.array([600.0, 600.0, 1700.0])
    walk = np.linspace(0, 1500, frames)[:, None, None] * [1.0, 0.3, 0.0]
    return rng.uniform(0, 1, (1, joints, 3)) * size + walk + rng.normal(0, 30, (frames, joints, 3))


# Human3.6M ------------------------------------------------------------------------------------------------


def h36m_camera(index: int, subject: int) -> Camera:
    """One of the four cameras, near where the real ones stand."""
    import dataclasses

    corner = np.array(
        [(1800, 5000, 1600), (1800, -5000, 1600), (-1700, 5200, 1500), (-1700, -3800, 1550)][index]
    )
    position = corner + 40.0 * subject
    return dataclasses.replace(
        published_camera(index), position_mm=position, rotation=look_at(position, np.array([0.0, 0.0, 900.0]))
    )


def write_h36m(
    root: Path,
    frames: int = 12,
    truth_joints: int = 17,
    detections: bool = True,
    swap_tangential: bool = False,
) -> dict[str, list[Camera]]:
    """The npz trio of seven subjects and three takes; detections are three frames longer than the rest."""
    from repose.datasets.h36m import KEPT, WITHOUT_NOSE

    rng = np.random.default_rng(0)
    positions: dict[str, Any] = {}
    truth: dict[str, Any] = {}
    detected: dict[str, Any] = {"S2": {"Walking": [np.zeros((5, 17, 2), np.float32)] * 4}}
    cameras: dict[str, list[Camera]] = {}
    for number, subject in enumerate(H36M_SUBJECTS):
        cameras[subject] = [h36m_camera(index, number) for index in range(4)]
        positions[subject], truth[subject], detected[subject] = {}, {}, {}
        for take in ("Directions", "Directions 1", "WalkingDog"):
            world = person(rng, 32, frames)
            positions[subject][take] = (world / 1000).astype(np.float32)
            truth[subject][take], detected[subject][take] = [], []
            for camera in cameras[subject]:
                seen = project(camera, world[:, KEPT], swap_tangential)
                kept = seen if truth_joints == 17 else seen[:, WITHOUT_NOSE]
                truth[subject][take].append(kept.astype(np.float32))
                found = np.concatenate([seen, seen[-3:]]) + rng.normal(0, 3, (len(seen) + 3, 17, 2))
                detected[subject][take].append(
                    np.concatenate([found, found[..., :1] * 0 + 0.9], 2).astype(np.float32)
                )
    root.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(root / "data_3d_h36m.npz", positions_3d=positions)
    metadata = {
        "layout_name": "h36m",
        "num_joints": truth_joints,
        "keypoints_symmetry": [[4, 5, 6], [1, 2, 3]],
    }
    np.savez_compressed(root / "data_2d_h36m_gt.npz", positions_2d=truth, metadata=metadata)
    if detections:
        np.savez_compressed(
            root / "data_2d_h36m_cpn_ft_h36m_dbb.npz", positions_2d=detected, metadata=metadata
        )
    return cameras


def project(camera: Camera, world: np.ndarray, swap_tangential: bool) -> np.ndarray:
    import dataclasses

    if swap_tangential:
        camera = dataclasses.replace(camera, tangential=camera.tangential[::-1])
    return camera.project(camera.to_camera(world))
