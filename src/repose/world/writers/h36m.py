"""Human3.6M as VideoPose3D reads it: 3D poses of the world, true and detected 2D poses, no pictures.

Legend: T frames, 32 and 17 joints.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.processes import ordered_map
from repose.foundations.rng import rng
from repose.world.body import Subject, sample_subject
from repose.world.cameras import h36m_cameras
from repose.world.motion import ACTIONS
from repose.world.noise import detected
from repose.world.occlusion import hidden_by_body
from repose.world.points import joints_of
from repose.world.settings import WorldSettings, share
from repose.world.writers.pickles import canonical

Tree = dict[str, dict[str, Any]]  # subject → take → arrays

TRAIN, TEST = ("S1", "S5", "S6", "S7", "S8"), ("S9", "S11")
UNLABELLED = ("S2", "S3", "S4")  # detections exist for them, motion capture does not
CORRUPT = ("S11", "Directions")  # the take that everybody leaves out
NUMBERED = {"Eating": ("2", ""), "Sitting": ("1", "2"), "SittingDown": ("2", "")}  # others: "1" and ""
LONGER = 9  # frames by which detections may outlast the motion capture
COARSE = 5  # frames for which hidden joints stay hidden
SHORT = 30  # frames of the takes without motion capture

METADATA = {
    "layout_name": "h36m",
    "num_joints": 17,
    "keypoints_symmetry": [[4, 5, 6, 11, 12, 13], [1, 2, 3, 14, 15, 16]],
}


def save_positions3d(path: Path, positions: Tree) -> None:
    """`positions_3d`: (T, 32, 3) float32, metres, of every subject and take."""
    save_tree(path, positions_3d=positions)


def save_positions2d(path: Path, positions: Tree) -> None:
    """`positions_2d`: a list of four (T, 17, 2) float32, px, one a camera."""
    save_tree(path, positions_2d=positions, metadata=METADATA)


def save_tree(path: Path, **trees: Any) -> None:
    """Nested dictionaries as pickled arrays without dimensions."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {name: np.array(canonical(tree), dtype=object) for name, tree in trees.items()}
    with open(path, "wb") as file:
        np.savez(file, **arrays)


@dataclass(frozen=True)
class Take:
    """One recording."""

    subject: str
    action: str
    number: int  # 0 or 1
    name: str  # the action and the number that the file has
    frames: int  # of motion capture


def takes(settings: WorldSettings) -> list[Take]:
    """All recordings, with lengths that add up to the share of the real ones."""
    result = []
    for subjects, count in ((TRAIN, "train_frames"), (TEST, "test_frames")):
        names = [(s, a, n, take_name(a, n)) for s in subjects for a in ACTIONS for n in (0, 1)]
        names = [name for name in names if (name[0], name[3]) != CORRUPT]
        lengths = rng(settings.seed, "h36m", "lengths", count).uniform(0.6, 1.4, len(names))
        frames = share(round(settings.sizes[count] * settings.scale.video), lengths.tolist())
        result += [Take(*name, max(2, n)) for name, n in zip(names, frames, strict=True)]
    return result


def take_name(action: str, number: int) -> str:
    """The file's name of an action's first or second take."""
    return f"{action} {NUMBERED.get(action, ('1', ''))[number]}".strip()


def subject(seed: int, name: str) -> Subject:
    """One of Human3.6M's actors; the challenge shows the same ones."""
    return sample_subject(seed, "h36m", name)


def record(settings: WorldSettings, take: Take) -> tuple[np.ndarray, list[np.ndarray], list[np.ndarray]]:
    """World poses (T, 32, 3) m, and per camera the true (T, 17, 2) and the longer detected 2D poses, px."""
    actor = subject(settings.seed, take.subject)
    points = settings.motion.sequence(actor, take.action, take.number, take.frames + LONGER)
    metres = (joints_of(points[: take.frames], "h36m32") / 1000).astype(np.float32)
    truth, found = [], []
    for number, camera in enumerate(h36m_cameras(take.subject)):
        draw = rng(settings.seed, "h36m", take.subject, take.name, number)
        seen = camera.to_camera(points[: take.frames + int(draw.integers(LONGER + 1))])
        joints = joints_of(seen, "h36m17")
        hidden = hidden_by_body(seen[::COARSE], joints[::COARSE]).repeat(COARSE, axis=0)[: len(seen)]
        pixels = camera.project(joints)
        truth.append(pixels[: take.frames].astype(np.float32))
        found.append(detected(pixels, "h36m17", draw, camera.width, hidden).astype(np.float32))
    return metres, truth, found


def write(folder: Path, settings: WorldSettings, workers: int) -> None:
    """The three npz files."""
    extra = [Take(name, ACTIONS[0], 1, take_name(ACTIONS[0], 1), SHORT) for name in UNLABELLED]
    extra.append(Take(*CORRUPT, 1, CORRUPT[1], SHORT))
    known = takes(settings)
    world: Tree = {}
    truth: Tree = {}
    found: Tree = {}
    recorded = ordered_map(partial(record, settings), known + extra, workers, "h36m", chunk=2)
    for take, (metres, pixels, detections) in zip(known + extra, recorded, strict=True):
        found.setdefault(take.subject, {})[take.name] = detections
        if take not in extra:
            world.setdefault(take.subject, {})[take.name] = metres
            truth.setdefault(take.subject, {})[take.name] = pixels
    save_positions3d(folder / "data_3d_h36m.npz", world)
    save_positions2d(folder / "data_2d_h36m_gt.npz", truth)
    save_positions2d(folder / "data_2d_h36m_cpn_ft_h36m_dbb.npz", found)


def pictures(settings: WorldSettings) -> int:
    """There are none."""
    return 0
