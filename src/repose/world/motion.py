"""Where movements come from: the world's own actions, or motion capture in BVH files."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.world.actions import ACTIONS, HERTZ, action_sequence
from repose.world.body import POINTS, Subject
from repose.world.frames import Array, yaw
from repose.world.freepose import FRONTAL_SPREAD, KINDS, free_pose, free_poses

if TYPE_CHECKING:
    from repose.world.retarget import Source

__all__ = ["ACTIONS", "HERTZ", "KINDS", "MotionSource", "action_sequence", "free_pose", "free_poses"]


@dataclass(frozen=True)
class MotionSource:
    """`actions` (the world's own) or `bvh` with a folder; both drive everything downstream alike."""

    kind: str
    seed: int
    root: Path | None = None

    def __post_init__(self) -> None:
        if self.kind not in ("actions", "bvh"):
            raise ReposeError(f"world.motion: found {self.kind!r}, expected actions or bvh")
        if self.kind == "bvh" and self.root is None:
            raise ReposeError("world.bvh.root: found nothing, expected a folder of .bvh files")

    def sequence(self, subject: Subject, action: str, take: int, frames: int) -> Array:
        """Points (T, P, 3) of one take at 50 Hz.

        From recordings: one whose path names the action where there is such a one, else any.
        """
        if self.kind == "actions":
            return action_sequence(subject, action, take, frames, self.seed)
        draw = rng(self.seed, "recorded action", subject.name, action, take)
        return _recorded(clips(Path(self.root or "")), subject, action, frames, draw)

    def poses(self, subjects: Sequence[Subject], kind: str, keys: Sequence[tuple[str | int, ...]]) -> Array:
        """Points (N, P, 3) of a pose a subject and key; many at once are solved much faster."""
        if self.kind == "actions":
            return free_poses(subjects, kind, self.seed, keys)
        return np.stack([self.pose(subject, kind, *key) for subject, key in zip(subjects, keys, strict=True)])

    def pose(self, subject: Subject, kind: str, *key: str | int) -> Array:
        """Points (P, 3) of one pose in the wild; from recordings, any moment of any of them."""
        if self.kind == "actions":
            return free_pose(subject, kind, self.seed, *key)
        draw = rng(self.seed, "recorded pose", kind, *key)
        return _recorded_pose(clips(Path(self.root or "")), subject, kind, draw)


@lru_cache(maxsize=4)
def clips(root: Path) -> tuple[Path, ...]:
    """The recordings under a folder, sorted."""
    found = tuple(sorted(path for path in root.rglob("*") if path.suffix.lower() == ".bvh"))
    if not found:
        raise ReposeError(
            f"{root}: found no .bvh file, expected at least one; set world.bvh.root or world.motion"
        )
    return found


@lru_cache(maxsize=64)
def _source(path: Path) -> "Source":
    from repose.world.bvh import read_bvh
    from repose.world.retarget import source

    return source(read_bvh(path))


def _recorded(
    paths: tuple[Path, ...], subject: Subject, action: str, frames: int, draw: np.random.Generator
) -> Array:
    """A stretch of a recording; a short one is played forth and back, slowing down at its ends."""
    from repose.world.retarget import retarget

    named = [path for path in paths if action.lower() in str(path).lower()]
    pool = named or list(paths)
    recording = _source(pool[int(draw.integers(len(pool)))])
    last = len(recording.places["pelvis"]) - 1
    if last + 1 >= frames:
        moments = np.arange(frames) + float(draw.integers(last + 2 - frames))
    else:
        moments = 0.5 * last * (1 - np.cos(np.arange(frames) * 2.0 / max(last, 1) + draw.uniform(0, np.pi)))
    points = retarget(recording.at(np.asarray(moments, dtype=np.float64)), subject)
    return points @ yaw(float(draw.uniform(0, 2 * np.pi))).T


def _recorded_pose(paths: tuple[Path, ...], subject: Subject, kind: str, draw: np.random.Generator) -> Array:
    from repose.world.retarget import retarget

    recording = _source(paths[int(draw.integers(len(paths)))])
    moment = draw.integers(len(recording.places["pelvis"]), size=1).astype(np.float64)
    points = retarget(recording.at(moment), subject)[0]
    points = points - points[0] * np.array([1.0, 1.0, 0.0])
    heading = draw.uniform(0, 2 * np.pi)
    if kind == "frontal":
        left = points[POINTS.index("l_hip")] - points[POINTS.index("r_hip")]
        heading = np.pi / 2 - np.arctan2(left[1], left[0]) + draw.normal(0, FRONTAL_SPREAD)
    turned: Array = points @ yaw(float(heading)).T
    return turned
