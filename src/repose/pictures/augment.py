"""Augmentation: scale and flip of every crop, rotation of those from 2D sets, drawn by key."""

from dataclasses import dataclass

import numpy as np

from repose.foundations.rng import rng
from repose.pictures.crops import Crops


@dataclass(frozen=True)
class Augment:
    """How far crops are changed."""

    scale: float  # standard deviation of the side's factor, and its largest change
    rotation: float  # standard deviation in degrees, at most twice that; 2D sets only
    rotation_share: float  # share of the pictures that are rotated
    flip: float  # share of the pictures that are mirrored


def augmented(
    center: np.ndarray, side: np.ndarray, largest: np.ndarray, turned: np.ndarray, how: Augment, *key: int
) -> Crops:
    """The crops (B) of a batch, augmented by the draws of its key; `turned` (B) says which may be rotated.

    A crop is at most as large as the `largest` side of its picture (B).
    """
    draw = rng(key[0], "augment", *key[1:])
    count = len(side)
    factor = np.clip(1 + how.scale * draw.standard_normal(count), 1 - how.scale, 1 + how.scale)
    angle = np.clip(how.rotation * draw.standard_normal(count), -2 * how.rotation, 2 * how.rotation)
    angle = angle * (draw.random(count) < how.rotation_share) * turned
    flip = draw.random(count) < how.flip
    return Crops(center, np.minimum(side * factor, largest), np.deg2rad(angle), flip)
