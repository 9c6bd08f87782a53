"""Photographs of everyday life: a free camera that frames some of the people, anywhere in the world."""

from collections.abc import Sequence

import numpy as np

from repose.rng import rng
from repose.world.cameras import free_camera
from repose.world.render import Figure
from repose.world.scene import sample_scene
from repose.world.settings import WorldSettings
from repose.world.shot import Shot, take

STRETCH = 16  # pictures that one job makes


def photograph(
    figures: Sequence[Figure],
    size: tuple[int, int],
    seed: int,
    *key: str | int,
    share: tuple[float, float],
    target_mm: np.ndarray | None = None,
    azimuth: tuple[float, float] = (0.0, 2 * np.pi),
    elevation_deg: tuple[float, float] = (-8.0, 25.0),
) -> Shot:
    """A picture (width, height) that the target points (N, 3), or everybody, fill to a share."""
    target = np.concatenate([figure.points_mm for figure in figures]) if target_mm is None else target_mm
    view = free_camera(
        seed, *key, target_mm=target, size=size, share=share, azimuth=azimuth, elevation_deg=elevation_deg
    )
    return take(figures, view, sample_scene("wild", figures, view, seed, *key), seed, *key)


def some_size(
    settings: WorldSettings, sizes: dict[tuple[int, int], float], *key: str | int
) -> tuple[int, int]:
    """One of the published sizes by its share, scaled."""
    choice = rng(settings.seed, "size", *key).choice(len(sizes), p=list(sizes.values()))
    return settings.image_size(*list(sizes)[choice])
