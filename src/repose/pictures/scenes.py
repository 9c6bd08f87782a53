"""Pictures with everyone in them, as trainings and scores of several people read them, in one folder a set.

    data/scenes/<set>/<split>.npz            the columns of `Scenes`
    data/scenes/<set>/<split>_pictures.npy   each picture in the top left corner of a square, where stored
    data/scenes/<set>/meta.json              joints, source, what each split was put together from

Points and boxes are pixels from a picture's top left corner: pixel number k reaches from k to k + 1.

Legend: P pictures, N people, J joints, S side of a stored picture.
"""

from __future__ import annotations

import dataclasses
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays, save_arrays
from repose.foundations.rng import rng
from repose.pictures.pack import DecodedPeople, PackedPeople, People, Person
from repose.skeletons.posetable import PoseTable

COCO_PX = 640.0  # long edge of the published pictures of COCO, and nearly always of sets in its form


@dataclass(frozen=True)
class Scenes:
    """The pictures of a split; the people of picture p are the rows first[p] to first[p + 1]."""

    skeleton: str
    part: np.ndarray  # P int8, which of the pose tables that a split joins
    ids: np.ndarray  # P int32, row of that table's list of pictures
    image: np.ndarray  # P bytes, the picture's path below the set's root
    size_px: np.ndarray  # P, 2 int32, width and height of the file
    published_px: np.ndarray  # P float32, long edge of the published picture; areas are judged at that size
    crowd_index: np.ndarray  # P float32, CrowdPose's; NaN elsewhere
    first: np.ndarray  # P + 1 int64
    joints2d_px: np.ndarray  # N, J, 2 float32, px of the file
    labelled: np.ndarray  # N, J bool
    visible: np.ndarray  # N, J bool
    area: np.ndarray  # N float32, px² of the file
    box: np.ndarray  # N, 4 float32, x y w h, px of the file
    crowd: np.ndarray  # N bool: not one person, or without a joint; the box is to be ignored

    def __len__(self) -> int:
        return len(self.image)

    def shrink(self, px: float) -> np.ndarray:
        """Pixels per pixel of the file (P) where every long edge becomes `px`."""
        return np.asarray(px / self.size_px.max(1))

    def people(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The people of some pictures in turn: their rows, and the place of their picture in `rows`."""
        counts = self.first[rows + 1] - self.first[rows]
        place = np.repeat(np.arange(len(rows)), counts)
        behind = np.repeat(np.cumsum(counts) - counts, counts)
        return np.arange(counts.sum()) - behind + self.first[rows][place], place

    def save(self, path: Path) -> None:
        """Write all columns as one npz."""
        save_arrays(path, {name: np.asarray(column) for name, column in vars(self).items()})


def load_scenes(folder: Path, split: str) -> Scenes:
    """Read a split written by `prepare_scenes`."""
    columns = load_arrays(folder / f"{split}.npz", *(field.name for field in dataclasses.fields(Scenes)))
    return Scenes(str(columns.pop("skeleton")), **columns)


def scenes_of(table: PoseTable, part: int = 0) -> Scenes:
    """All pictures of a pose table, also those without anyone."""
    if table.image is None or table.image_names is None or table.image_sizes is None:
        raise ReposeError(f"{table.dataset} {table.split}: no pictures, expected a set of pictures")
    pictures = len(table.image_names)
    people = table.rows(np.argsort(table.image, kind="stable"))
    crowd = people.extra.get("iscrowd", np.zeros(len(people), bool))
    long_edge = table.image_sizes.max(1)
    drawn_small = table.meta.get("source") == "world" and table.skeleton != "mpii16"
    return Scenes(
        skeleton=table.skeleton, part=np.full(pictures, part, np.int8),
        ids=np.arange(pictures, dtype=np.int32), image=np.char.encode(table.image_names),
        size_px=table.image_sizes.astype(np.int32),
        published_px=np.where(drawn_small, COCO_PX, long_edge).astype(np.float32),
        crowd_index=table.image_extra.get("crowd_index", np.full(pictures, np.nan, np.float32)),
        first=np.searchsorted(np.asarray(people.image), np.arange(pictures + 1)),
        joints2d_px=people.joints2d, labelled=people.labelled, visible=people.visible,
        area=people.extra.get("area", people.box[:, 2] * people.box[:, 3]).astype(np.float32),
        box=people.box, crowd=crowd.astype(bool) | ~people.labelled.any(1),
    )  # fmt: skip


def joined(scenes: list[Scenes]) -> Scenes:
    """Several splits as one."""
    stacked = [field.name for field in dataclasses.fields(Scenes) if field.name not in FEW]
    columns = {name: np.concatenate([getattr(s, name) for s in scenes]) for name in stacked}
    counts = np.concatenate([np.diff(s.first) for s in scenes])
    return Scenes(scenes[0].skeleton, first=np.concatenate([[0], np.cumsum(counts)]), **columns)


FEW = {"skeleton", "first"}  # columns that are not simply put behind one another


def held_out(scenes: Scenes, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures drawn by lot: the rows to train on, and a share of them to choose by, both in order."""
    drawn = rng(seed, "held out pictures").permutation(len(scenes))
    held = round(share * len(scenes))
    return np.sort(drawn[held:]), np.sort(drawn[:held])


def square_of(scenes: Scenes, row: int, root: str, px: int) -> Person:
    """The square that has a picture in its top left corner."""
    side = float(scenes.size_px[row].max())
    middle = side / 2 - 0.5  # pixels' centres are whole numbers there
    return Person(root, scenes.image[row].decode(), middle, middle, side, px)


def open_pictures(
    folder: Path, split: str, scenes: Scenes, root: str, px: int, pool: ProcessPoolExecutor | None
) -> People:
    """The squares (P, S, S, 3): as stored, else decoded at the size `px` by the processes of a pool."""
    path = folder / f"{split}_pictures.npy"
    if path.is_file():
        return PackedPeople(path)
    if pool is None:
        raise ReposeError(f"{path}: not found, expected stored pictures; make them with `dvc repro`")
    return DecodedPeople(lambda row: square_of(scenes, row, root, px), px, pool)
