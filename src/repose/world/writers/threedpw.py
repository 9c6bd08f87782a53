"""3DPW: one pickle a sequence, with a list entry a person, and the frames as pictures.

The body model's parameters are there and empty: the world has no such model. Metres.

Legend: T frames, 18 joints of OpenPose, 24 of the body model.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from repose.foundations.processes import ordered_map
from repose.foundations.rng import rng
from repose.world.body import POINTS, sample_subject
from repose.world.cameras import free_camera
from repose.world.clips import clip
from repose.world.look import sample_look
from repose.world.render import Figure
from repose.world.scene import sample_scene
from repose.world.settings import WorldSettings
from repose.world.shot import take
from repose.world.writers.pickles import save_pickle

IMAGE = "imageFiles/{}/image_{:05d}.jpg"
SIZES = ((1080, 1920), (1920, 1080))
SPLITS = {"train": "train", "validation": "val", "test": "test"}  # folder: name of its count
FRAMES = 100  # of a sequence at full size
BODY_MODEL = (
    "pelvis", "l_hip", "r_hip", "belly", "l_knee", "r_knee", "spine2", "l_ankle", "r_ankle", "spine3",
    "l_foot", "r_foot", "neck", "l_clavicle", "r_clavicle", "head", "l_shoulder", "r_shoulder",
    "l_elbow", "r_elbow", "l_wrist", "r_wrist", "l_hand", "r_hand",
)  # fmt: skip
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
    save_pickle(path, content, protocol=2)  # as the release, which Python 2 wrote


def write(folder: Path, settings: WorldSettings, workers: int) -> None:
    """All sequences."""
    names = [
        (split, f"outdoors_{split}_{n:02d}")
        for split, count in SPLITS.items()
        for n in range(settings.linear(count))
    ]
    jobs = [(name, n % 2 + 1) for n, (_, name) in enumerate(names)]
    drawn = ordered_map(partial(draw, folder, settings), jobs, workers, "threedpw", chunk=1)
    for (split, name), (poses2d, positions, camera_pose, intrinsics) in zip(names, drawn, strict=True):
        camera_poses = np.repeat(camera_pose[None], poses2d.shape[1], 0)
        path = folder / FILE.format(split, name)
        save_sequence(path, name, list(poses2d), list(positions), camera_poses, intrinsics)


def frame_count(settings: WorldSettings) -> int:
    """Frames of each sequence."""
    return max(2, round(FRAMES * settings.scale.images))


def draw(
    folder: Path, settings: WorldSettings, job: tuple[str, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """One sequence: (K, T, 3, 18) 2D poses, (K, T, 72) joints in m, (4, 4) camera pose, (3, 3) intrinsics."""
    name, count = job
    frames, key = frame_count(settings), ("threedpw", name)
    subjects = [sample_subject(settings.seed, *key, k) for k in range(count)]
    looks = [sample_look(settings.seed, *key, k) for k in range(count)]
    clips = [
        clip(settings.motion, subject, frames, settings.seed, *key, k)[0]
        for k, subject in enumerate(subjects)
    ]
    apart = np.array([0.0, 1100.0, 0.0]) * np.arange(float(count))[:, None, None, None]
    points: np.ndarray = np.stack(clips) + apart
    size = settings.image_size(*SIZES[int(rng(settings.seed, *key).integers(2))])
    camera = free_camera(settings.seed, *key, target_mm=points, size=size, share=(0.6, 0.9))
    everybody = [Figure(points[k, n], subjects[k], looks[k]) for k, n in np.ndindex(count, frames)]
    place = sample_scene("outdoor", everybody, camera, settings.seed, *key)
    poses2d = np.zeros((count, frames, 3, 18))
    for n in range(frames):
        shot = take(everybody[n::frames], camera, place, settings.seed, *key, n)
        shot.save(folder / IMAGE.format(name, n))
        seen = shot.joints("coco18")
        score = np.where(seen.visible, 0.9, 0.0)
        poses2d[:, n, :2] = (seen.px * seen.visible[..., None]).swapaxes(1, 2)
        poses2d[:, n, 2] = score
    positions = points[:, :, [POINTS.index(name) for name in BODY_MODEL]].reshape(count, frames, -1) / 1000
    pose, intrinsics = np.eye(4), np.eye(3)
    pose[:3, :3], pose[:3, 3] = camera.rotation, -camera.rotation @ camera.position_mm / 1000
    intrinsics[[0, 1], [0, 1]], intrinsics[:2, 2] = camera.focal, camera.center
    return poses2d, positions, pose, intrinsics


def pictures(settings: WorldSettings) -> int:
    """How many image files this set has."""
    return sum(settings.linear(count) for count in SPLITS.values()) * frame_count(settings)
