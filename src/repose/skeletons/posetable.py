"""The pose table: the canonical form of every data set, one npz per split.

Legend: N rows (one person in one frame), J joints, M images.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays, save_arrays

FORMAT = 1
UNITS = {"joints2d": "px", "joints3d": "mm, camera frame, root-aligned", "box": "px, x y w h"}
CODED = ("subject", "action", "camera", "sequence")


@dataclass(frozen=True)
class PoseTable:
    """Poses of one split. `joints` names the J columns; extra columns keep what only some sets have."""

    dataset: str
    split: str
    skeleton: str
    joints: tuple[str, ...]
    joints2d: np.ndarray  # N, J, 2 float32, px of the image file; (0, 0) where not labelled
    labelled: np.ndarray  # N, J bool: the joint has a label
    visible: np.ndarray  # N, J bool: labelled and not occluded
    image_size: np.ndarray  # N, 2 int32, width and height of the frame, px
    box: np.ndarray  # N, 4 float32, x y w h, px
    frame: np.ndarray  # N int32, frame number in its sequence (0-based)
    subject: np.ndarray  # N int32, code into names["subject"]; likewise action, camera, sequence
    action: np.ndarray
    camera: np.ndarray
    sequence: np.ndarray
    names: dict[str, tuple[str, ...]]  # the words behind the codes of `CODED`
    joints3d: np.ndarray | None = None  # N, J, 3 float32, mm, camera frame, root joint at the origin
    image: np.ndarray | None = None  # N int32, row of image_names; None where there are no pictures
    image_names: np.ndarray | None = None  # M str, path below the data set's root
    image_sizes: np.ndarray | None = None  # M, 2 int32, including images without people
    extra: dict[str, np.ndarray] = field(default_factory=dict)  # more columns of N rows
    image_extra: dict[str, np.ndarray] = field(default_factory=dict)  # more columns of M rows
    inferred: tuple[str, ...] = ()  # joints that a conversion made up from others
    meta: dict[str, Any] = field(default_factory=dict)  # source, manifest digest, reading, notes

    def __len__(self) -> int:
        return len(self.joints2d)

    def words(self, column: str) -> np.ndarray:
        """The N words of a coded column, such as `table.words("action")`."""
        return np.array(self.names[column] or ("",))[getattr(self, column)]

    def index(self, joint: str) -> int:
        """The column of a joint."""
        return self.joints.index(joint)

    def rows(self, selection: np.ndarray) -> PoseTable:
        """The table of some rows (indices or mask); images and names stay as they are."""
        changes: dict[str, Any] = {
            name: getattr(self, name)[selection] for name in ROW_ARRAYS if getattr(self, name) is not None
        }
        return dataclasses.replace(
            self, **changes, extra={name: column[selection] for name, column in self.extra.items()}
        )

    def save(self, path: str | Path) -> None:
        """Write the table as one npz."""
        self.check()
        header = {
            name: getattr(self, name) for name in ("dataset", "split", "skeleton", "joints", "inferred")
        }
        header |= {"format": FORMAT, "units": UNITS, "names": self.names, "meta": self.meta}
        arrays = {"header": np.array(json.dumps(header, sort_keys=True))}
        for name in (*ROW_ARRAYS, *IMAGE_ARRAYS):
            if getattr(self, name) is not None:
                arrays[name] = getattr(self, name)
        arrays |= {f"extra.{name}": column for name, column in sorted(self.extra.items())}
        arrays |= {f"image_extra.{name}": column for name, column in sorted(self.image_extra.items())}
        save_arrays(path, arrays)

    @staticmethod
    def load(path: str | Path) -> PoseTable:
        """Read a table written by `save`."""
        arrays = load_arrays(path)
        if "header" not in arrays:
            raise ReposeError(f"{path}: not a pose table (no `header`); make it with `dvc repro`")
        header = json.loads(str(arrays.pop("header")))
        if header.pop("format") != FORMAT:
            raise ReposeError(
                f"{path}: another format of pose table than {FORMAT}; make it again with `dvc repro`"
            )
        header.pop("units")
        header["joints"], header["inferred"] = tuple(header["joints"]), tuple(header["inferred"])
        header["names"] = {name: tuple(words) for name, words in header["names"].items()}
        columns: dict[str, dict[str, Any]] = {"": {}, "extra": {}, "image_extra": {}}
        for name, array in arrays.items():
            group, _, column = name.rpartition(".")
            columns[group][column] = array
        return PoseTable(**header, **columns[""], extra=columns["extra"], image_extra=columns["image_extra"])

    def check(self) -> None:
        """Every array has the length and the shape that the fields state."""
        n, j = len(self.joints2d), len(self.joints)
        shapes = {"joints2d": (n, j, 2), "joints3d": (n, j, 3), "labelled": (n, j), "visible": (n, j)}
        shapes |= {"box": (n, 4), "image_size": (n, 2)}
        for name in ROW_ARRAYS:
            array = getattr(self, name)
            if array is not None and array.shape != shapes.get(name, (n,)):
                raise ValueError(f"{self.dataset}: {name} is {array.shape}, not {shapes.get(name, (n,))}")
        for name, array in self.extra.items():
            if len(array) != n:
                raise ValueError(f"{self.dataset}: {name} has {len(array)} rows, not {n}")
        if not np.isfinite(self.joints2d).all():
            raise ValueError(f"{self.dataset}: joints2d holds NaN")


ROW_ARRAYS = (
    "joints2d", "labelled", "visible", "image_size", "box", "frame", *CODED, "joints3d", "image",
)  # fmt: skip
IMAGE_ARRAYS = ("image_names", "image_sizes")


def encode(words: list[str] | np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Codes and the sorted words behind them, for a coded column."""
    names, codes = np.unique(np.asarray(words, dtype=str), return_inverse=True)
    return codes.astype(np.int32), tuple(str(name) for name in names)
