"""One picture of which nothing is known, as sets of pictures are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from repose.pictures.scene_batches import WholePictures, padded
from repose.pictures.scenes import Scenes
from repose.skeletons import get_skeleton

if TYPE_CHECKING:
    from PIL.Image import Image


class OnePicture:
    """An RGB picture in the top left corner of a square, its long edge brought to `px`."""

    def __init__(self, picture: Image, px: int) -> None:
        side = max(picture.size)
        self.square = np.asarray(picture.crop((0, 0, side, side)).resize((px, px), 2))
        self.px = px

    def ask(self, rows: np.ndarray) -> Callable[[], np.ndarray]:
        """The square, as often as asked for."""
        return lambda: np.stack([self.square] * len(rows))


def unlabelled(size: tuple[int, int], skeleton: str) -> Scenes:
    """The set of one picture (width, height) without labels."""
    joints = len(get_skeleton(skeleton).joints)
    of_joints, of_people = np.zeros((0, joints), bool), np.zeros(0, np.float32)
    return Scenes(
        skeleton=skeleton, part=np.zeros(1, np.int8), ids=np.zeros(1, np.int32), image=np.array([b""]),
        size_px=np.array([size], np.int32), published_px=np.array([max(size)], np.float32),
        crowd_index=np.full(1, np.nan, np.float32), first=np.zeros(2, np.int64),
        joints2d_px=np.zeros((0, joints, 2), np.float32), labelled=of_joints, visible=of_joints,
        area=of_people, box=np.zeros((0, 4), np.float32), crowd=of_people.astype(bool),
    )  # fmt: skip


def alone(picture: Image, skeleton: str, px: int, multiple: int, more: int = 0) -> WholePictures:
    """A batch of one RGB picture, its long edge brought to `px`, padded as those of tests are."""
    scenes, squares = unlabelled(picture.size, skeleton), OnePicture(picture, px)
    return next(padded(scenes, squares, np.arange(1), multiple, 1, more))
