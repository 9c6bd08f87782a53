"""The splits of a training of several people: their pictures opened, and those of its own split by use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from repose.pictures.pack import People as Pictures
from repose.pictures.pack import decoding_processes
from repose.pictures.scenes import Scenes, held_out, load_scenes, open_pictures

Split = tuple[str, str]  # set and split


@dataclass(frozen=True)
class SceneSet:
    """A split with its pictures."""

    scenes: Scenes
    pictures: Pictures


class Parts(NamedTuple):
    """Pictures of a training set."""

    rows: np.ndarray  # to train on
    held: np.ndarray  # held out, for the curves


@contextmanager
def opened_sets(
    wanted: Sequence[Split], folder: Path, roots: Mapping[str, str], px: int, workers: int
) -> Iterator[dict[Split, SceneSet]]:
    """Splits below `data/scenes` with their pictures, stored, or decoded at the size `px` by processes."""
    stored = all((folder / name / f"{split}_pictures.npy").is_file() for name, split in wanted)
    pool = None if stored else decoding_processes(workers)
    try:
        sets = {}
        for name, split in wanted:
            scenes = load_scenes(folder / name, split)
            pictures = open_pictures(folder / name, split, scenes, roots[name], px, pool)
            sets[name, split] = SceneSet(scenes, pictures)
        yield sets
    finally:
        if pool:
            pool.shutdown(cancel_futures=True)


def training_parts(scenes: Scenes, share: float) -> Parts:
    """The parts of a training set, a share of it held out; only pictures with somebody to find."""
    somebody = np.zeros(len(scenes), bool)
    people = np.arange(len(scenes.crowd))
    somebody[np.searchsorted(scenes.first, people[~scenes.crowd], "right") - 1] = True
    rows, held = held_out(scenes, share, 0)
    return Parts(rows[somebody[rows]], held[somebody[held]])
