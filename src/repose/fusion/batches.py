"""The batches of a training: who is in them and how augmented; made in the background while it runs.

Legend: B people of a batch, J joints, R side of the pictures, M side of the maps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from repose.foundations.rng import rng
from repose.fusion.losses import Labels
from repose.pictures.augment import Augment, augmented
from repose.pictures.background import AHEAD, as_pictures, in_background
from repose.pictures.crops import Crops, in_crop
from repose.pictures.pack import MARGIN, People, warped
from repose.pictures.people import Split, joined
from repose.skeletons import get_skeleton
from repose.training.distributed import Ranks, find_ranks


@dataclass(frozen=True)
class Set:
    """One split with its pictures."""

    name: str
    split: Split
    people: People


@dataclass(frozen=True)
class Sizes:
    """Sides in pixels."""

    input_px: int
    map_px: int


class FusionBatches:
    """Batches of augmented people from 2D and 3D sets.

    An epoch holds every person of the 2D sets and as many of the 3D sets, freshly drawn (fusion, 1:1 in every
    epoch), or every person of the only kind there is. It has `steps` batches; if these hold more or fewer
    people than the epoch, the order goes on with another pass or stops early. Every draw follows from seed,
    epoch and step.
    """

    def __init__(
        self, sets: Sequence[Set], batch: int, steps: int, sizes: Sizes, how: Augment, seed: int,
        ranks: Ranks | None = None,
    ) -> None:  # fmt: skip
        self.ranks = ranks or find_ranks()
        if batch % self.ranks.size:
            raise ValueError(f"a batch of {batch} for {self.ranks.size} ranks")
        self.sets, self.split = sets, joined([s.split for s in sets])
        self.set_of = np.repeat(np.arange(len(sets)), [len(s.split) for s in sets])
        self.row_of = np.concatenate([np.arange(len(s.split)) for s in sets])
        in_3d = np.concatenate([np.full(len(s.split), s.split.has_depth.any()) for s in sets])
        self.flat, self.deep = np.flatnonzero(~in_3d), np.flatnonzero(in_3d)  # people of 2D, of 3D sets
        self.steps, self.samples = steps, batch
        self.sizes, self.how, self.seed = sizes, how, seed

    def order(self, epoch: int) -> np.ndarray:
        """The people of an epoch, in order."""
        length, number = self.steps * self.samples, 0
        parts: list[np.ndarray] = []
        while sum(len(part) for part in parts) < length:
            chosen = self.deep
            if len(self.flat):
                chosen = rng(self.seed, "subset", epoch, number).permutation(self.deep)[: len(self.flat)]
            people = np.concatenate([chosen, self.flat])
            parts.append(rng(self.seed, "order", epoch, number).permutation(people))
            number += 1
        return np.concatenate(parts)[:length]

    def epoch(self, epoch: int) -> Iterator[dict[str, Any]]:
        """The batches of an epoch, this rank's share of each, made by a thread that stays ahead."""
        yield from in_background(self.prepared(epoch))

    def prepared(self, epoch: int) -> Iterator[dict[str, Any]]:
        """The batches, with pictures requested early enough."""
        order = self.order(epoch).reshape(self.steps, self.samples)
        waiting: deque[tuple[int, Callable[[], np.ndarray]]] = deque()
        for step in range(self.steps + AHEAD):
            if step < self.steps:
                waiting.append((step, self.ask(order[step])))
            if step >= AHEAD or step >= self.steps:
                if not waiting:
                    return
                first, answer = waiting.popleft()
                yield self.batch(order[first], answer(), epoch, first)

    def mine(self, values: Any) -> Any:
        """This rank's share of a batch."""
        return values[self.ranks.rank :: self.ranks.size]

    def ask(self, people: np.ndarray) -> Callable[[], np.ndarray]:
        """Begin to get the squares of this rank's people."""
        return ask_all(self.sets, self.set_of[self.mine(people)], self.row_of[self.mine(people)])

    def batch(self, people: np.ndarray, squares: np.ndarray, epoch: int, step: int) -> dict[str, Any]:
        """Pictures and labels of this rank's people, augmented by the draws of the whole batch."""
        s = self.split
        crops = augmented(
            s.center[people], s.side[people], s.largest[people], np.isin(people, self.flat), self.how,
            self.seed, epoch, step,
        )  # fmt: skip
        crops = Crops(*(self.mine(column) for column in vars(crops).values()))
        people = self.mine(people)
        pictures = warped(squares, crops, MARGIN * s.side[people], self.sizes.input_px)
        return {
            "pictures": as_pictures(pictures),
            "labels": labels_of(s.rows(people), crops, self.sizes.map_px),
        }


def ask_all(sets: Sequence[Set], set_of: np.ndarray, row_of: np.ndarray) -> Callable[[], np.ndarray]:
    """Begin to get squares (B, P, P, 3) from several sets."""
    places = [np.flatnonzero(set_of == number) for number in range(len(sets))]
    answers = [s.people.ask(row_of[p]) if len(p) else None for s, p in zip(sets, places, strict=True)]

    def answer() -> np.ndarray:
        px = sets[0].people.px
        squares = np.empty((len(set_of), px, px, 3), np.uint8)
        for place, part in zip(places, answers, strict=True):
            if part is not None:
                squares[place] = part()
        return squares

    return answer


FLIP = get_skeleton("mpii16").flip


def labels_of(split: Split, crops: Crops, size: int) -> Labels:
    """The labels of people in their crops; left and right change places where a crop is mirrored."""
    points = in_crop(split.joints2d.astype(np.float64), crops)  # B, J, 2
    depth = split.depth / crops.side[:, None]
    labelled, mirrored = split.labelled, crops.flip[:, None]
    points = np.where(mirrored[..., None], points[:, FLIP], points)
    depth = np.where(mirrored, depth[:, FLIP], depth)
    labelled = np.where(mirrored, labelled[:, FLIP], labelled)
    cell = np.floor(points * size).astype(np.int64)
    inside = labelled & ((cell >= 0) & (cell < size)).all(-1)
    arrays = (cell * inside[..., None], labelled, inside, depth.astype(np.float32), split.has_depth)
    return Labels(*map(torch.from_numpy, (*arrays, points.astype(np.float32))))
