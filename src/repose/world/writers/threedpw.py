"""3DPW: one pickle a sequence, with a list entry a person, and the frames as pictures.

The body model's parameters are there and empty: the world has no such model. Metres.

Legend: T frames, 18 joints of OpenPose, 24 of the body model.
"""

import pickle
from collections.abc import Sequence
from pathlib import Path

import numpy as np

IMAGE = "imageFiles/{}/image_{:05d}.jpg"
FILE = "sequenceFiles/{}/{}.pkl"


def save_sequence(
    path: Path,
    name: str,
    poses2d: Sequence[np.ndarray],
    positions_m: Sequence[np.ndarray],
    camera_poses: np.ndarray,
    intrinsics: np.ndarray,
) -> None:
    """One sequence: per person (T, 3, 18) x, y, score and (T, 72) joints; (T, 4, 4) and (3, 3)."""
    frames = len(camera_poses)
    content = {
        "sequence": name,
        "betas": [np.zeros(10) for _ in poses2d],
        "betas_clothed": [np.zeros(10) for _ in poses2d],
        "poses": [np.zeros((frames, 72)) for _ in poses2d],
        "trans": [positions[:, :3].copy() for positions in positions_m],
        "poses2d": [np.array(points) for points in poses2d],
        "jointPositions": [np.array(positions) for positions in positions_m],
        "cam_poses": camera_poses,
        "cam_intrinsics": intrinsics,
        "campose_valid": [np.ones(frames) for _ in poses2d],
        "img_frame_ids": np.arange(frames),
        "genders": ["m" if n % 2 else "f" for n in range(len(poses2d))],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(content, protocol=2))  # as the release, which Python 2 wrote
