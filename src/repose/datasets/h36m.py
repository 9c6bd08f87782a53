"""Human3.6M as the npz files that lifting papers share (VideoPose3D's preparation).

`data_3d_h36m.npz` holds `positions_3d`: subject → action and take → (T, 32, 3) float32, metres, world frame.
`data_2d_h36m_gt.npz` and, if there, a detector's `data_2d_h36m_cpn_ft_h36m_dbb.npz` hold `positions_2d`:
subject → action and take → four arrays (T, J, 2), px, in the order of the cameras.

Choices: the 32 joints are reduced to the 17 that move. Ground truth with 16 joints (no neck/nose) gets the
missing one by projection. Every frame at 50 Hz, all four cameras; `S11` `Directions`, first take, is dropped
as corrupt. Arrays of 2D joints longer than the motion capture are cut to it, and subjects without published
poses (S2 to S4 in detections) are ignored. Cameras: see `h36m_cameras`. Nothing is known about occlusion, so
every joint counts as visible.

Legend: T frames, J joints, N rows (sequence by sequence, camera by camera).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repose.datasets.h36m_cameras import CAMERA_IDS, LIMIT_PX, best_reading, find_camera, read_cameras
from repose.datasets.pictures import Pictures
from repose.datasets.sources import entry, fault, numbers, shown
from repose.datasets.tables import joint_box, pose_table
from repose.datasets.unpickle import read_object_npz
from repose.geometry import Camera
from repose.skeletons import conversion, get_skeleton
from repose.skeletons.posetable import PoseTable, encode

JOINTS_3D, JOINTS_2D = "data_3d_h36m.npz", "data_2d_h36m_gt.npz"
DETECTIONS = ("data_2d_h36m_cpn_ft_h36m_dbb.npz", "data_2d_h36m_detectron_ft_h36m.npz")
CAMERA_FILE = "cameras.json"
FILES: tuple[str, ...] = (JOINTS_3D, JOINTS_2D, *DETECTIONS, CAMERA_FILE)
SUBJECTS = {"train": ("S1", "S5", "S6", "S7", "S8"), "test": ("S9", "S11")}
CORRUPT = ("S11", "Directions")
OTHER_NAMES = {"TakingPhoto": "Photo", "WalkingDog": "WalkDog"}
WITHOUT_NOSE = np.delete(np.arange(17), get_skeleton("h36m17").index("nose"))
CHECK_EVERY = 50  # frames between those that are compared with the projection
FIT_POINTS = 1500  # pairs of points from which a camera is found

KEPT = get_skeleton("h36m32").indices(source.joints[0] for source in conversion("h36m32", "h36m17").values())


@dataclass(frozen=True)
class Take:
    """One recording: what the files hold of it."""

    subject: str
    name: str
    world_mm: np.ndarray  # T, 17, 3 float32
    truth: list[np.ndarray]  # four of (T, 17 or 16, 2) float32
    detected: list[np.ndarray] | None  # four of (T, 17, 2) float32

    @property
    def action(self) -> str:
        """The action without the number of the take, in the official spelling."""
        name = re.sub(r" \d+$", "", self.name)
        return OTHER_NAMES.get(name, name)


def read(root: Path, pictures: Pictures) -> dict[str, PoseTable]:
    """Both splits; there are no pictures."""
    path_2d = root / JOINTS_2D
    poses = read_object_npz(root / JOINTS_3D, "positions_3d")["positions_3d"]
    truth = read_object_npz(path_2d, "positions_2d")["positions_2d"]
    detections = next((root / name for name in DETECTIONS if (root / name).exists()), None)
    detected = read_object_npz(detections, "positions_2d")["positions_2d"] if detections else None
    takes: dict[str, list[Take]] = {split: [] for split in SUBJECTS}
    left_out = 0
    for split, subjects in SUBJECTS.items():
        for subject in subjects:
            actions = entry(poses, subject, root / JOINTS_3D)
            for name in sorted(entry_names(actions, f"{root / JOINTS_3D}: {subject}")):
                if (subject, name) == CORRUPT:
                    left_out = len(CAMERA_IDS) * len(np.asarray(actions[name]))
                else:
                    takes[split].append(read_take(root, detections, poses, truth, detected, subject, name))
    del poses
    everything = [take for split in takes.values() for take in split]
    cameras = find_cameras(root, everything)
    tables = {}
    for split, subjects in SUBJECTS.items():
        dropped = {f"{' '.join(CORRUPT)} (first take) is corrupt": left_out} if CORRUPT[0] in subjects else {}
        tables[split] = table_of(split, takes.pop(split), cameras, path_2d, detections, dropped)
    return tables


def entry_names(actions: Any, where: str) -> list[str]:
    """The names of a subject's takes."""
    if not isinstance(actions, dict) or not actions:
        raise fault(where, f"a {type(actions).__name__} without entries", "a dictionary of actions")
    return [str(name) for name in actions]


def read_take(
    root: Path, detections: Path | None, poses: Any, truth: Any, detected: Any, subject: str, name: str
) -> Take:
    """One recording, checked; 2D joints cut to the length of the motion capture."""
    where = f"{root / JOINTS_3D}: {subject} {name}"
    world = checked(poses[subject].pop(name), (None, 32, 3), where)
    if not len(world):
        raise fault(where, "no frames", "at least one")
    if np.abs(world).max() > 100:
        raise fault(
            where, f"coordinates up to {np.abs(world).max():.0f}", "metres", "divide millimetres by 1000"
        )

    def views(content: Any, path: Path, joints: tuple[int, ...]) -> list[np.ndarray]:
        where_2d = f"{path}: {subject} {name}"
        arrays = entry(entry(content, subject, path), name, f"{path}: {subject}")
        if not isinstance(arrays, (list, tuple, np.ndarray)) or len(arrays) != len(CAMERA_IDS):
            raise fault(where_2d, "another number of cameras", f"a list of {len(CAMERA_IDS)} arrays")
        return [view_joints(a, len(world), joints, f"{where_2d}, camera {i}") for i, a in enumerate(arrays)]

    return Take(
        subject=subject,
        name=name,
        world_mm=world[:, KEPT] * np.float32(1000),
        truth=views(truth, root / JOINTS_2D, (17, 16)),
        detected=None if detections is None else views(detected, detections, (17,)),
    )


def view_joints(array: Any, frames: int, joints: tuple[int, ...], where: str) -> np.ndarray:
    """The 2D joints of one camera as (frames, J, 2)."""
    expected = f"({frames} or more, {' or '.join(map(str, joints))}, 2)"
    shape = np.shape(array)
    if len(shape) != 3 or shape[1] not in joints or shape[2] not in (2, 3):
        raise fault(where, f"an array of shape {shown(shape)}", f"shape {expected}")
    if shape[0] < frames:
        raise fault(where, f"{shape[0]} frames", f"the {frames} of {JOINTS_3D} or more")
    return checked(array[:frames, :, :2], (None, None, 2), where)


def checked(value: Any, shape: tuple[int | None, ...], where: str) -> np.ndarray:
    """The array in float32, its shape and its numbers checked."""
    if isinstance(value, np.ndarray) and value.dtype == np.float32 and len(value.shape) == len(shape):
        fits = all(want in (None, have) for want, have in zip(shape, value.shape, strict=True))
        if fits and np.isfinite(value).all():
            return value
    return numbers(value, shape, where).astype(np.float32)


def find_cameras(root: Path, takes: list[Take]) -> dict[str, list[Camera]]:
    """The four cameras of every subject: as stated beside the npz, or found from the joints."""
    subjects = list(dict.fromkeys(take.subject for take in takes))
    stated = read_cameras(root / CAMERA_FILE, subjects) if (root / CAMERA_FILE).exists() else None
    cameras: dict[str, list[Camera]] = {subject: [] for subject in subjects}
    for subject in subjects:
        own = [take for take in takes if take.subject == subject]
        every = max(1, sum(len(take.world_mm) for take in own) * 17 // FIT_POINTS)
        frames = [np.arange(len(take.world_mm))[::every] for take in own]
        world = np.concatenate([t.world_mm[f] for t, f in zip(own, frames, strict=True)]).astype(np.float64)
        for index in range(len(CAMERA_IDS)):
            pixels = np.concatenate([t.truth[index][f] for t, f in zip(own, frames, strict=True)])
            points = world if pixels.shape[1] == 17 else world[:, WITHOUT_NOSE]
            pairs = points.reshape(-1, 3), pixels.reshape(-1, 2).astype(np.float64)
            cameras[subject].append(
                best_reading(stated[subject][index], *pairs) if stated else find_camera(index, *pairs)
            )
    return cameras


def table_of(
    split: str,
    takes: list[Take],
    cameras: dict[str, list[Camera]],
    path_2d: Path,
    detections: Path | None,
    dropped: dict[str, int],
) -> PoseTable:
    """The rows of a split: takes in order, within a take the cameras, within a camera the frames."""
    views = [(take, index) for take in takes for index in range(len(CAMERA_IDS))]
    lengths = np.array([len(take.world_mm) for take, _ in views])
    ends = np.cumsum(lengths)
    rows = int(ends[-1])
    joints2d, joints3d = np.empty((rows, 17, 2), np.float32), np.empty((rows, 17, 3), np.float32)
    root_mm, box = np.empty((rows, 3), np.float32), np.empty((rows, 4), np.float32)
    size, frame = np.empty((rows, 2), np.int32), np.empty(rows, np.int32)
    extra = {"root_mm": root_mm}
    if detections:
        extra["joints2d_detected"] = np.empty((rows, 17, 2), np.float32)
    for (take, index), end, length in zip(views, ends, lengths, strict=True):
        part, camera = slice(end - length, end), cameras[take.subject][index]
        camera_mm = camera.to_camera(take.world_mm.reshape(-1, 3)).reshape(-1, 17, 3)
        check_projection(
            camera, camera_mm, take.truth[index], f"{path_2d}: {take.subject} {take.name}, camera {index}"
        )
        joints2d[part] = with_nose(camera, camera_mm, take.truth[index])
        joints3d[part] = camera_mm - camera_mm[:, :1]
        root_mm[part] = camera_mm[:, 0]
        box[part] = joint_box(joints2d[part], np.ones((length, 17), bool))
        size[part], frame[part] = (camera.width, camera.height), np.arange(length)
        if take.detected is not None:
            extra["joints2d_detected"][part] = take.detected[index]
            take.detected[index] = np.empty(0)
        take.truth[index] = np.empty(0)
    words = {
        "subject": [take.subject for take, _ in views],
        "action": [take.action for take, _ in views],
        "camera": [CAMERA_IDS[index] for _, index in views],
        "sequence": [f"{take.subject} {take.name}" for take, _ in views],
    }
    columns = {}
    for name, column in words.items():
        codes, names = encode(column)
        columns[name] = np.repeat(codes, lengths), names
    return pose_table(
        "h36m", split, "h36m17", joints2d, np.ones((rows, 17), bool), size,
        joints3d=joints3d, box=box, frame=frame, columns=columns, extra=extra, dropped=dropped,
        notes=[f"detections from {detections.name}" if detections else "no detections in the folder"],
    )  # fmt: skip


def check_projection(camera: Camera, camera_mm: np.ndarray, pixels: np.ndarray, where: str) -> None:
    """The published 2D joints are those that the camera sees."""
    points = camera_mm[::CHECK_EVERY] if pixels.shape[1] == 17 else camera_mm[::CHECK_EVERY, WITHOUT_NOSE]
    distances = np.linalg.norm(camera.project(points) - pixels[::CHECK_EVERY], axis=-1)
    error = float(np.median(distances))
    if not error < LIMIT_PX:
        raise fault(
            where,
            f"2D joints {error:.1f} px away from the projected 3D joints",
            f"less than {LIMIT_PX} px",
            f"take both npz from the same preparation, or put the right {CAMERA_FILE} beside them",
        )


def with_nose(camera: Camera, camera_mm: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """2D joints (T, 17, 2); the neck/nose is projected where the file does not have it."""
    if pixels.shape[1] == 17:
        return pixels
    full = np.empty((len(pixels), 17, 2), np.float32)
    full[:, WITHOUT_NOSE] = pixels
    nose = get_skeleton("h36m17").index("nose")
    full[:, nose] = camera.project(camera_mm[:, nose])
    return full
