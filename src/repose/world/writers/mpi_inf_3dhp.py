"""MPI-INF-3DHP: training sequences as `annot.mat` and pictures, test sequences as HDF5 with MATLAB's axes.

Legend: N frames, V = 14 cameras, 28 joints in training and 17 in testing.
"""

from pathlib import Path

import numpy as np

from repose.geometry import Camera
from repose.world.writers.matfile import TEXT, cells, save_mat

CAMERAS = 14
CHEST_HIGH = (0, 1, 2, 4, 5, 6, 7, 8)  # the cameras whose pictures are used
TRAIN_IMAGE = "{}/{}/imageFrames/video_{}/frame_{:06d}.jpg"  # subject, sequence, camera, 1-based frame
TEST_IMAGE = "mpi_inf_3dhp_test_set/{}/imageSequence/img_{:06d}.jpg"  # sequence, 1-based frame
USERBLOCK = 512  # bytes before the HDF5 part of a MATLAB 7.3 file


def save_annotations(
    folder: Path, joints_px: np.ndarray, joints_mm: np.ndarray, universal_mm: np.ndarray
) -> None:
    """`annot.mat` of one training sequence: (V, N, 28, 2) px, (V, N, 28, 3) mm in each camera's frame."""
    frames = joints_px.shape[1]
    flat = [values.reshape(CAMERAS, frames, -1) for values in (joints_px, joints_mm, universal_mm)]
    annot2, annot3, univ_annot3 = (cells(list(values.astype(np.float64))) for values in flat)
    variables = {
        "annot2": annot2,
        "annot3": annot3,
        "univ_annot3": univ_annot3,
        "cameras": np.arange(CAMERAS, dtype=np.float64)[None],
        "frames": np.arange(frames, dtype=np.float64)[:, None],
    }
    save_mat(folder / "annot.mat", variables)


def calibration(cameras: list[Camera]) -> str:
    """`camera.calibration`: a header, then seven lines a camera."""
    lines = ["Skeletool Camera Calibration File V1.0"]
    for number, camera in enumerate(cameras):
        intrinsic, extrinsic = np.eye(4), np.eye(4)
        intrinsic[[0, 1], [0, 1]], intrinsic[:2, 2] = camera.focal, camera.center
        extrinsic[:3, :3] = camera.rotation
        extrinsic[:3, 3] = -np.asarray(camera.rotation) @ camera.position_mm
        lines += [
            f"name          {number}",
            "  sensor      10 10",
            f"  size        {camera.width} {camera.height}",
            "  animated    0",
            f"  intrinsic   {numbers(intrinsic)} ",
            f"  extrinsic   {numbers(extrinsic)} ",
            "  radial      0",
        ]
    return "\n".join(lines) + "\n"


def numbers(matrix: np.ndarray) -> str:
    return " ".join(f"{value:.9g}" for value in matrix.ravel().tolist())


def save_test_annotations(
    folder: Path, joints_px: np.ndarray, joints_mm: np.ndarray, universal_mm: np.ndarray,
    valid: np.ndarray, activity: np.ndarray, box: np.ndarray,
) -> None:  # fmt: skip
    """`annot_data.mat` of one test sequence: (N, 17, 2) px, (N, 17, 3) mm, (N), (N), (N, 4)."""
    import h5py

    folder.mkdir(parents=True, exist_ok=True)
    cropped = (joints_px - box[:, None, :2]).reshape(len(joints_px), -1)
    columns = {
        "activity_annotation": activity[:, None],
        "annot2": joints_px[:, None],
        "annot3": joints_mm[:, None],
        "bb_crop": cropped,
        "univ_annot3": universal_mm[:, None],
        "valid_frame": valid[:, None],
    }
    path = folder / "annot_data.mat"
    with h5py.File(path, "w", userblock_size=USERBLOCK) as file:
        for name, values in columns.items():
            file.create_dataset(name, data=values.astype(np.float64)).attrs["MATLAB_class"] = np.bytes_(
                "double"
            )
    with open(path, "r+b") as block:
        block.write(TEXT.replace(b"5.0", b"7.3").ljust(124) + b"\x00\x02IM")
