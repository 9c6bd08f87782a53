"""Human3.6M's ECCV 2018 challenge: numbered pictures, official root-relative poses, and the fitted 2D labels.

The 2D labels are no projections: a similarity of the picture plane carries the root-relative x, y (mm) onto
the joints that a 2D detector was sure of, and its scale carries the depth.

Legend: N pictures, 17 joints; 18 with the middle of the shoulders.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.processes import ordered_map
from repose.foundations.rng import rng
from repose.geometry import fit_similarity
from repose.world.cameras import h36m_cameras
from repose.world.look import sample_look
from repose.world.motion import ACTIONS
from repose.world.render import Figure
from repose.world.scene import sample_scene
from repose.world.settings import WorldSettings, share
from repose.world.shot import cropped, take
from repose.world.writers import h36m
from repose.world.writers.pickles import save_pickle

IMAGE = "ECCV18_Challenge/{}/IMG/{:05d}.jpg"  # split, 1-based number
POSE = "ECCV18_Challenge/{}/POSE/{:05d}.csv"
CACHE = "msra_cache/HM36_eccv_challenge_{0}_cache/HM36_eccv_challenge_{0}_w288xh384_keypoint_jnt_bbox_db.pkl"
FLIP_PAIRS = ((3, 6), (2, 5), (1, 4), (16, 13), (15, 12), (14, 11))
PARENTS = (0, 0, 1, 2, 0, 4, 5, 0, 17, 8, 9, 17, 11, 12, 17, 14, 15, 7)
SPLITS = {"Train": h36m.TRAIN, "Val": h36m.TEST}
TAKE_FRAMES = 500  # of 50 Hz, from which a take's pictures are drawn
CROP = (1.35, 1.9)  # side of the picture over the person's
NOISE = 0.012  # of the detector, share of the person's size
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
    save_pickle(folder / CACHE.format(split), records)


def write(folder: Path, settings: WorldSettings, workers: int) -> None:
    """Both splits."""
    for split, actors in SPLITS.items():
        count = settings.compressed("train") if split == "Train" else settings.tested("val")
        names = [(actor, action, number) for actor in actors for action in ACTIONS for number in (0, 1)]
        lengths = share(count, [1.0] * len(names))
        firsts = np.cumsum([1, *lengths[:-1]]).tolist()
        jobs = [(split, *name, *rest) for name, *rest in zip(names, firsts, lengths, strict=True)]
        drawn = list(
            ordered_map(partial(draw, folder, settings), jobs, workers, f"h36m_eccv {split}", chunk=1)
        )
        relative, found, sure = (np.concatenate(arrays) for arrays in zip(*drawn, strict=True))
        save_split(folder, split, relative, found, sure)


def draw(
    folder: Path, settings: WorldSettings, job: tuple[str, str, str, int, int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pictures of one take: poses (n, 17, 3) mm, detections (n, 17, 2) px, and which are sure (n, 17)."""
    split, name, action, number, first, count = job
    if not count:
        return np.zeros((0, 17, 3)), np.zeros((0, 17, 2)), np.zeros((0, 17), bool)
    actor = h36m.subject(settings.seed, name)
    generator = rng(settings.seed, "h36m_eccv", name, action, number)
    points = settings.motion.sequence(actor, action, number, TAKE_FRAMES)
    frames = generator.choice(TAKE_FRAMES, count, replace=count > TAKE_FRAMES)
    look = sample_look(settings.seed, "h36m", name)
    actors = [Figure(pose, actor, look) for pose in points[::25]]
    studio = sample_scene("studio", actors, h36m_cameras(name), settings.seed, "h36m", name)
    result: list[list[np.ndarray]] = [[], [], []]
    for n, frame in enumerate(np.sort(frames).tolist()):
        camera = h36m_cameras(name)[int(generator.integers(4))]
        around = camera.to_camera(points[frame])
        camera = cropped(camera, around, generator.uniform(*CROP), generator.normal(0, 0.03, 2))
        camera = camera.scaled((settings.scale.image_px or camera.width) / camera.width)
        key = ("h36m_eccv", split, first + n)
        shot = take([Figure(points[frame], actor, look)], camera, studio, settings.seed, *key)
        shot.save(folder / IMAGE.format(split, first + n))
        seen = shot.joints("h36m17")
        spread = NOISE * np.ptp(seen.px[0], axis=0).max() * np.where(seen.visible[0], 1.0, 3.0)
        result[0].append(seen.mm[0] - seen.mm[0, :1])
        result[1].append(seen.px[0] + generator.normal(0, 1, (17, 2)) * spread[:, None])
        result[2].append(seen.visible[0] | (generator.random(17) < 0.4))
        result[2][-1][[0, 8, 10]] = True  # three points at least
    poses, found, sure = (np.stack(rows) for rows in result)
    return poses, found, sure


def pictures(settings: WorldSettings) -> int:
    """How many image files this set has."""
    return settings.compressed("train") + settings.tested("val")
