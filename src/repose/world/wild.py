"""Photographs of everyday life: a free camera that frames some of the people, anywhere in the world."""

from collections.abc import Sequence

import numpy as np

from repose.foundations.rng import rng
from repose.geometry import Camera
from repose.world.body import POINTS
from repose.world.cameras import free_camera
from repose.world.render import Figure
from repose.world.scene import sample_scene
from repose.world.settings import WorldSettings
from repose.world.shot import Shot, take

STRETCH = 16  # pictures per job
TRIES = 6  # of finding a free view
NEAREST = 0.65  # share of the way to the target; anyone nearer than this is in front of the lens
LENS_MM = 100.0  # nobody may touch the lens
MOST_COVERED = 0.4  # share of the target that others may hide
FACED_SHARE = 0.5  # share of the photographs taken from the front; the others are taken from anywhere
FACED_RAD = 0.6  # spread of the photographer's place around that
SHOULDERS = [POINTS.index("r_shoulder"), POINTS.index("l_shoulder")]


def photograph(
    figures: Sequence[Figure],
    size: tuple[int, int],
    seed: int,
    *key: str | int,
    share: tuple[float, float],
    target_mm: np.ndarray | None = None,
    azimuth: tuple[float, float] | None = None,
    elevation_deg: tuple[float, float] = (-8.0, 25.0),
) -> Shot:
    """A picture (width, height) of which the target points (N, 3), or everyone, fill a given share.

    Without an `azimuth` it is taken from where `photographer` stands.
    """
    target = np.concatenate([figure.points_mm for figure in figures]) if target_mm is None else target_mm
    for attempt in range(TRIES):
        again = ("again", attempt) if attempt else ()
        around = azimuth or (photographer(figures, rng(seed, "photographer", *key, *again)),) * 2
        view = free_camera(
            seed, *key, *again, target_mm=target, size=size, share=share,
            azimuth=around, elevation_deg=elevation_deg,
        )  # fmt: skip
        if not blocked(view, figures, target):
            break
    return take(figures, view, sample_scene("wild", figures, view, seed, *key), seed, *key)


def photographer(figures: Sequence[Figure], generator: np.random.Generator) -> float:
    """The azimuth that a picture is taken from: more often from the front than from behind."""
    anywhere = float(generator.uniform(0, 2 * np.pi))
    if not figures or generator.random() > FACED_SHARE:
        return anywhere
    shoulders = np.stack([figure.points_mm[SHOULDERS, :2] for figure in figures])  # K, right and left, 2
    x, y = (shoulders[:, 1] - shoulders[:, 0]).sum(0)
    return float(np.arctan2(-x, y) + generator.normal(0.0, FACED_RAD))


def blocked(view: Camera, figures: Sequence[Figure], target_mm: np.ndarray) -> bool:
    """Whether somebody stands right in front of the lens, or hides much of what the picture is to show."""
    if len(figures) == 1:
        return False
    target = view.to_camera(target_mm)
    target_px = view.project(target)
    for figure in figures:
        points = view.to_camera(figure.points_mm)
        depth = float(np.median(points[:, 2]))
        if points[:, 2].max() < 0:
            continue
        if points[:, 2].min() < LENS_MM:
            return True
        px = view.project(points)
        before = (target_px > px.min(0)) & (target_px < px.max(0))
        hides = depth < target[:, 2].min() and before.all(1).mean() > MOST_COVERED
        if hides or depth < NEAREST * float(np.median(target[:, 2])):
            return True
    return False


def some_size(
    settings: WorldSettings, sizes: dict[tuple[int, int], float], *key: str | int
) -> tuple[int, int]:
    """One of the published sizes by its share, scaled."""
    choice = rng(settings.seed, "size", *key).choice(len(sizes), p=list(sizes.values()))
    return settings.image_size(*list(sizes)[choice])
