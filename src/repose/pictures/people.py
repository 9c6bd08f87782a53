"""The people of a data set as trainings and scores read them, in one folder per set.

    data/fusion/<set>/<split>.npz          the columns of `Split`
    data/fusion/<set>/<split>_people.npy   the squares of all people, where they are stored
    data/fusion/<set>/meta.json            where the pictures are from, what was left out

Legend: N people, J = MPII's 16 joints.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repose.foundations.files import load_arrays, read_json
from repose.pictures.pack import MARGIN, Person

SETS_3D = ("h36m_eccv", "mpi_inf_3dhp", "occlusion_person")


@dataclass(frozen=True)
class Split:
    """The people of a split, one per row."""

    source: np.ndarray  # N int8, which of the set's sources
    sample: np.ndarray  # N int32, row of that source's pose table
    image: np.ndarray  # N bytes, the picture's path below the source's root
    center: np.ndarray  # N, 2 float32 px
    side: np.ndarray  # N float32 px, of the crop
    largest: np.ndarray  # N float32 px, the longer side of the picture
    joints2d: np.ndarray  # N, J, 2 float32 px
    labelled: np.ndarray  # N, J bool
    visible: np.ndarray  # N, J bool
    depth: np.ndarray  # N, J float32 px, relative to the root; 0 in 2D sets
    has_depth: np.ndarray  # N bool: a 3D set's, with a usable depth scale
    truth_mm: np.ndarray  # N, 17, 3 float32, Human3.6M's joints as the 3D evaluation needs them; 0 in 2D sets
    head_px: np.ndarray  # N float32, MPII's head size, NaN elsewhere
    subject: np.ndarray  # N bytes, the person's name, if the set states it

    def __len__(self) -> int:
        return len(self.side)

    def rows(self, selection: np.ndarray) -> Split:
        """Some of the rows."""
        return Split(**{name: column[selection] for name, column in vars(self).items()})


def persons(people: Split, roots: Sequence[str], px: int) -> list[Person]:
    """Where the squares of all people are."""
    return [person_of(people, row, roots, px) for row in range(len(people))]


def person_of(people: Split, row: int, roots: Sequence[str], px: int) -> Person:
    """Where one person's square is."""
    x, y = people.center[row].tolist()
    side = MARGIN * float(people.side[row])
    return Person(roots[people.source[row]], people.image[row].decode(), x, y, side, px)


def joined(splits: Sequence[Split]) -> Split:
    """Several splits as one."""
    names = [field.name for field in dataclasses.fields(Split)]
    return Split(**{name: np.concatenate([getattr(s, name) for s in splits]) for name in names})


def load_split(folder: Path, split: str) -> Split:
    """Read a split written by `prepare`."""
    names = [field.name for field in dataclasses.fields(Split)]
    return Split(**load_arrays(folder / f"{split}.npz", *names))


def sources_of(folder: Path) -> list[str]:
    """The data sets that a prepared set's pictures are from."""
    return list(read_json(folder / "meta.json")["sources"])
