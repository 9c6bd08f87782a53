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


# MPI-INF-3DHP ---------------------------------------------------------------------------------------------


def write_mpi_inf_3dhp(root: Path, frames: int = 3, matlab_axes: bool = False) -> None:
    """Sixteen training and six test sequences of small pictures; some joints are outside one of them."""
    rng = np.random.default_rng(1)
    names = ["name", "sensor 10 10", "size 64 64", "animated 0", "intrinsic 1", "extrinsic 1", "radial 0"]
    for subject in range(1, 9):
        for number in (1, 2):
            folder = root / f"S{subject}" / f"Seq{number}"
            points = np.stack([front(rng, frames, 28) for _ in range(14)])  # 14, N, 28, 3
            pixels = 32 + 30 * points[..., :2] / points[..., 2:]
            if (subject, number) == (1, 1):
                pixels[0, 0, get_joint("mpi3dhp28", "l_wrist")] = (70, 10)  # outside
                pixels[1, 0, get_joint("mpi3dhp28", "l_toe")] = (70, 10)  # outside, but no joint of MPII's
            save_annotations(folder, pixels, points, points * 1.1)
            lines = ["Skeletool Camera Calibration File V1.0", *names * 14]
            (folder / "camera.calibration").write_text("\n".join(lines))
            for camera in (0, 1, 2, 4, 5, 6, 7, 8):
                for frame in range(frames - ((subject, number, camera) == (6, 2, 2))):
                    save_picture(folder / f"imageFrames/video_{camera}/frame_{frame + 1:06d}.jpg", 64, 64)
    for number in range(1, 7):
        write_test_sequence(root / "mpi_inf_3dhp_test_set" / f"TS{number}", rng, frames, number, matlab_axes)


def front(rng: np.random.Generator, frames: int, joints: int) -> np.ndarray:
    """Points (frames, joints, 3) a few metres before a camera, mm."""
    return person(rng, joints, frames)[..., [0, 2, 1]] * [0.5, 0.5, 1] + [-400.0, -600.0, 3500.0]


def get_joint(skeleton: str, name: str) -> int:
    from repose.skeletons import get_skeleton

    return get_skeleton(skeleton).index(name)


def save_annotations(folder: Path, pixels: np.ndarray, points: np.ndarray, universal: np.ndarray) -> None:
    from scipy.io import savemat

    folder.mkdir(parents=True, exist_ok=True)
    content = {}
    for name, values in (("annot2", pixels), ("annot3", points), ("univ_annot3", universal)):
        content[name] = np.empty((14, 1), object)
        for camera in range(14):
            content[name][camera, 0] = values[camera].reshape(len(values[camera]), -1)
    savemat(folder / "annot.mat", content)


def write_test_sequence(
    folder: Path, rng: np.random.Generator, frames: int, number: int, matlab_axes: bool
) -> None:
    import h5py

    folder.mkdir(parents=True)
    points = front(rng, frames, 17)
    width, height = (64, 64) if number < 5 else (96, 54)
    pixels = np.array([width, height]) / 2 + 25 * points[..., :2] / points[..., 2:]
    content = {"annot2": pixels[:, None], "annot3": points[:, None], "univ_annot3": points[:, None] * 0.9}
    with h5py.File(folder / "annot_data.mat", "w") as file:
        for name, values in content.items():
            file[name] = values.T if matlab_axes else values
        file["valid_frame"] = np.arange(frames)[:, None] % 2.0
        file["activity_annotation"] = np.full((frames, 1), float(number))
    for frame in range(frames):
        save_picture(folder / f"imageSequence/img_{frame + 1:06d}.jpg", width, height)
