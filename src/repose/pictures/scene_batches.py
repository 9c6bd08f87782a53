"""Batches of pictures with several people: crops to train on, made beside the training, and whole pictures.

Legend: B pictures of a batch, M people of a picture, I regions to ignore, J joints, S side of a stored
picture, R side of a crop, H, W of whole pictures.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from torch import Tensor

from repose.pictures.background import AHEAD, as_pictures, in_background
from repose.pictures.crops import Crops
from repose.pictures.pack import People
from repose.pictures.scene_crops import SceneAugment, cropped, labels_of, scene_crops
from repose.pictures.scenes import Scenes
from repose.training.batches import epoch_order
from repose.training.distributed import Ranks, find_ranks

# joints (B, M, J, 2), labelled (B, M, J), ignored (B, I, 4), valid (B, 4) as in `SceneLabels` → labels
Targets = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], Any]
Job = TypeVar("Job")


class SceneBatches:
    """Batches of augmented crops with a method's own labels.

    An epoch is `steps` batches of the pictures in random order, in repeated passes where these are more.
    Every draw follows from seed, epoch and step.
    """

    def __init__(
        self, scenes: Scenes, pictures: People, batch: int, steps: int, px: int, augment: SceneAugment,
        seed: int, targets: Targets, rows: np.ndarray | None = None, ranks: Ranks | None = None,
    ) -> None:  # fmt: skip
        self.ranks = ranks or find_ranks()
        if batch % self.ranks.size:
            raise ValueError(f"a batch of {batch} for {self.ranks.size} ranks")
        self.scenes, self.pictures, self.targets = scenes, pictures, targets
        self.rows = np.arange(len(scenes)) if rows is None else rows  # the pictures to train on
        self.steps, self.samples = steps, batch
        self.px, self.augment, self.seed = px, augment, seed
        self.shrink = scenes.shrink(pictures.px)

    def order(self, epoch: int) -> np.ndarray:
        """The pictures of an epoch by step (steps, B)."""
        order = epoch_order(self.seed, epoch, len(self.rows), self.steps * self.samples)
        return self.rows[order].reshape(self.steps, self.samples)

    def epoch(self, epoch: int) -> Iterator[dict[str, Any]]:
        """The batches of an epoch, this rank's share of each, made by a thread that stays ahead."""
        yield from in_background(self.prepared(epoch))

    def prepared(self, epoch: int) -> Iterator[dict[str, Any]]:
        """The batches, pictures asked for early enough."""
        order = self.order(epoch)
        jobs = ((step, self.pictures.ask(self.mine(order[step]))) for step in range(self.steps))
        for step, squares in answered(jobs):
            yield self.batch(order[step], squares, epoch, step)

    def mine(self, values: np.ndarray) -> np.ndarray:
        """This rank's share of a batch."""
        return values[self.ranks.rank :: self.ranks.size]

    def batch(self, rows: np.ndarray, squares: np.ndarray, epoch: int, step: int) -> dict[str, Any]:
        """Pictures and labels of this rank's pictures, cut out by the draws of the whole batch."""
        key = (self.seed, epoch, step)
        crops = scene_crops(self.scenes, rows, self.px, self.pictures.px, self.augment, *key)
        crops = Crops(*(self.mine(column) for column in vars(crops).values()))
        rows = self.mine(rows)
        labels = labels_of(self.scenes, rows, crops, self.px)
        pictures = cropped(squares, crops, self.shrink[rows], self.px)
        labelled = self.targets(labels.joints, labels.labelled, labels.ignored, labels.valid)
        return {"pictures": as_pictures(pictures), "labels": labelled}


def answered(jobs: Iterator[tuple[Job, Callable[[], np.ndarray]]]) -> Iterator[tuple[Job, np.ndarray]]:
    """Each job with its pictures, which were asked for some jobs before they are waited for."""
    waiting: deque[tuple[Job, Callable[[], np.ndarray]]] = deque()
    for job in jobs:
        waiting.append(job)
        if len(waiting) > AHEAD:
            first, answer = waiting.popleft()
            yield first, answer()
    for first, answer in waiting:
        yield first, answer()


@dataclass(frozen=True)
class WholePictures:
    """Whole pictures of one padded size, each in the top left corner."""

    rows: np.ndarray  # B, of the scenes
    pictures: Tensor  # B, 3, H, W uint8, channels last in memory
    shrink: np.ndarray  # B, pixels here per pixel of the file
    size_px: np.ndarray  # B, 2: width and height of what is no padding

    def in_file(self, points: np.ndarray, picture: int) -> np.ndarray:
        """Points (…, 2) of one picture (pixels' centres whole) as its file counts, from the corner."""
        return np.asarray((points + 0.5) / self.shrink[picture])


def whole(
    scenes: Scenes, pictures: People, rows: np.ndarray, multiple: int, batch: int, more: int = 0
) -> Iterator[WholePictures]:
    """Pictures padded with black until width and height are `multiple` times a whole number plus `more`.

    They come sorted by that size, at most `batch` at a time, made by a thread that stays ahead.
    """
    yield from in_background(padded(scenes, pictures, rows, multiple, batch, more))


def padded(
    scenes: Scenes, pictures: People, rows: np.ndarray, multiple: int, batch: int, more: int
) -> Iterator[WholePictures]:
    """The batches of `whole`."""
    shrink = scenes.shrink(pictures.px)
    size = np.ceil(scenes.size_px * shrink[:, None] - 1e-6).astype(np.int64)  # P, 2
    sides = multiple * np.maximum(1, -((more - size) // multiple)) + more  # P, 2
    groups = [rows[(sides[rows] == side).all(1)] for side in np.unique(sides[rows], axis=0)]
    parts = [group[k : k + batch] for group in groups for k in range(0, len(group), batch)]
    for part, squares in answered((part, pictures.ask(part)) for part in parts):
        width, height = sides[part[0]].tolist()
        out = np.zeros((len(part), height, width, 3), np.uint8)
        shown = squares[:, :height, :width]
        out[:, : shown.shape[1], : shown.shape[2]] = shown
        yield WholePictures(part, as_pictures(out), shrink[part], size[part])
