"""Occlusion-Person: pickled lists of records, eight consecutive ones for the cameras of one instant.

Legend: 15 joints.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.processes import ordered_map
from repose.geometry import Camera
from repose.world.body import sample_subject
from repose.world.cameras import occlusion_person_cameras
from repose.world.clips import chunks, clip
from repose.world.look import sample_look
from repose.world.points import joints_of
from repose.world.render import Figure
from repose.world.scene import sample_scene
from repose.world.settings import WorldSettings
from repose.world.shot import take
from repose.world.writers.pickles import save_pickle

VIEWS = 8
IMAGE = "a{:02d}_sa{:02d}_s{:02d}_sce{:02d}/{:02d}_{:06d}.jpg"  # action, take, subject, scene, camera, frame
SCENES = 9
MODELS = {"train": tuple(range(1, 10)), "validation": tuple(range(10, 14))}  # thirteen human models
CLIP = 5  # instants of continuous motion
NEAR_MM = 300.0  # a joint counts as seen when the depth map is no further from it than this


def record(
    numbers: dict[str, int], world_mm: np.ndarray, camera: Camera, depth_mm: np.ndarray, points_mm: np.ndarray
) -> dict[str, Any]:
    """One view's record: joints (15, 3) in the world, the depth map there (15), all body points (P, 3)."""
    joints_mm = camera.to_camera(world_mm)
    joints_px = camera.project(joints_mm)
    inside = in_frame(joints_px, camera)
    seen = inside & (np.abs(depth_mm - joints_mm[:, 2]) < NEAR_MM)
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
    low, high = joints_px >= 0, joints_px < np.array([camera.width, camera.height])
    return np.asarray(np.logical_and(low, high).all(-1))


def depth_at(depth_mm: np.ndarray, joints_px: np.ndarray) -> np.ndarray:
    """The depth map's values (J) at pixels (J, 2), the nearest border's outside."""
    limits = np.array(depth_mm.shape[::-1]) - 1
    column, row = np.clip(np.floor(joints_px).astype(int), 0, limits).T
    return depth_mm[row, column]


def write(folder: Path, settings: WorldSettings, workers: int) -> None:
    """Both lists and their pictures."""
    for split, instants in instant_counts(settings).items():
        jobs = [(split, video, length) for video, (_, length) in enumerate(chunks(instants, CLIP))]
        drawn = ordered_map(
            partial(draw, folder, settings), jobs, workers, f"occlusion_person {split}", chunk=1
        )
        records = []
        for (_, video, _), (joints, depths, points) in zip(jobs, drawn, strict=True):
            numbers = video_numbers(split, video)
            for frame, camera_id in np.ndindex(*depths.shape[:2]):
                view = {**numbers, "camera": camera_id, "frame": frame}
                camera = scaled_cameras(settings, numbers)[camera_id]
                records.append(record(view, joints[frame], camera, depths[frame, camera_id], points[frame]))
        save_pickle(folder / f"unrealcv_{split}.pkl", records)


def instant_counts(settings: WorldSettings) -> dict[str, int]:
    """Instants of each split; each is seen by eight cameras."""
    counts = {"train": settings.compressed("train"), "validation": settings.tested("val")}
    return {split: max(1, round(count / VIEWS)) for split, count in counts.items()}


def video_numbers(split: str, video: int) -> dict[str, int]:
    """What the names of a video's pictures say; the splits share no human model."""
    models = MODELS[split]
    model, turn = models[video % len(models)], video // len(models)
    offset = 0 if split == "train" else 100000
    return {
        "video": offset + video,
        "action": turn % 15 + 1,
        "subaction": turn // 15 + 1,
        "subject": model,
        "scene": (video * 5) % SCENES,
    }


def scaled_cameras(settings: WorldSettings, numbers: dict[str, int]) -> list[Camera]:
    """The eight cameras of a video's scene."""
    cameras = occlusion_person_cameras(f"scene {numbers['scene']}")
    longest = max(cameras[0].width, cameras[0].height)
    return [camera.scaled((settings.scale.image_px or longest) / longest) for camera in cameras]


def draw(
    folder: Path, settings: WorldSettings, job: tuple[str, int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pictures of a video: joints (n, 15, 3), the depth maps there (n, 8, 15), body points (n, P, 3)."""
    split, video, length = job
    numbers = video_numbers(split, video)
    key = ("occlusion_person", split, video)
    subject = sample_subject(settings.seed, "occlusion_person", numbers["subject"])
    points, _ = clip(settings.motion, subject, length, settings.seed, *key)
    joints = joints_of(points, "op15")
    cameras = scaled_cameras(settings, numbers)
    look = sample_look(settings.seed, "occlusion_person", numbers["subject"])
    figures = [Figure(pose, subject, look) for pose in points]
    rooms = [sample_scene("synthetic_room", [figure], cameras, settings.seed, *key) for figure in figures]
    depths = np.empty((length, VIEWS, joints.shape[1]))
    for n, view in np.ndindex(length, VIEWS):
        shot = take([figures[n]], cameras[view], rooms[n], settings.seed, *key, n, view)
        name = IMAGE.format(*({**numbers, "camera": view, "frame": n}[part] for part in NUMBERS))
        shot.save(folder / "images" / name)
        pixels = cameras[view].project(cameras[view].to_camera(joints[n]))
        depths[n, view] = depth_at(shot.picture.depth_mm, pixels)
    return joints, depths, points


def pictures(settings: WorldSettings) -> int:
    """How many image files this set has."""
    return VIEWS * sum(instant_counts(settings).values())
