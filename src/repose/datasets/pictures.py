"""The pictures of a data set: which exist, and how large; never all in memory, never outside the root."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from repose.datasets.sources import fault
from repose.foundations.errors import ReposeError
from repose.foundations.files import inside
from repose.foundations.pictures import load_picture
from repose.foundations.processes import ordered_map, usable_cores

CHUNK = 500  # headers that one process reads at a time


def picture_size(path: str) -> tuple[int, int]:
    """Width and height from the header of a picture."""
    from PIL import Image

    try:
        with Image.open(path) as picture:
            return int(picture.width), int(picture.height)
    except FileNotFoundError:
        raise fault(path, "not found", "a picture") from None
    except Exception as error:
        raise fault(path, f"a picture that does not open ({error})", "a JPEG or PNG") from None


def picture_sizes(paths: Sequence[str]) -> list[tuple[int, int] | str]:
    """Sizes of many pictures; for one that does not open, the message instead."""
    sizes: list[tuple[int, int] | str] = []
    for path in paths:
        try:
            sizes.append(picture_size(path))
        except ReposeError as error:
            sizes.append(str(error))
    return sizes


class Pictures:
    """The pictures below a root. With `sample`, only that many are looked at (but these as a whole)."""

    def __init__(self, root: Path, sample: int | None = None) -> None:
        self.root = root
        self.sample = sample
        self.listings: dict[str, dict[str, bool]] = {}

    def listing(self, parent: str) -> dict[str, bool]:
        """The files of a folder below the root, and whether each is a link; none without the folder."""
        if parent not in self.listings:
            path = inside(self.root, parent)
            found: dict[str, bool] = {}
            if path.is_dir():
                with os.scandir(path) as entries:
                    found = {entry.name: entry.is_symlink() for entry in entries}
            self.listings[parent] = found
        return self.listings[parent]

    def there(self, names: Sequence[str]) -> np.ndarray:
        """Which of the names are files below the root; a name that leads out of it is refused."""
        found = np.zeros(len(names), bool)
        for index, name in enumerate(names):
            parent, base = posixpath.split(name)
            if base in ("", ".", "..") or "\\" in name or "\0" in name:
                raise fault(self.root, f"a picture named {name!r}", "the path of a file below the root")
            is_link = self.listing(parent).get(base)
            if is_link:
                found[index] = inside(self.root, name).exists()
            else:
                found[index] = is_link is not None
        return found

    def require(self, names: Sequence[str]) -> None:
        """Every picture is there."""
        missing = np.flatnonzero(~self.there(names))
        if len(missing):
            first = names[missing[0]]
            raise fault(
                self.root,
                f"{len(missing)} of {len(names)} pictures are missing, the first {first}",
                "every picture that the annotations name",
                "complete the download",
            )

    def sizes(self, names: Sequence[str]) -> np.ndarray:
        """(M, 2) int32 widths and heights, from the headers; every picture must be there."""
        self.require(names)
        if self.sample is not None and len(names) > self.sample:
            chosen = np.linspace(0, len(names) - 1, self.sample).astype(int)
            sampled = self.sizes([names[i] for i in chosen])
            return sampled[np.searchsorted(chosen, np.arange(len(names)), side="right") - 1]
        paths = [str(self.root / name) for name in names]
        tasks = [paths[i : i + CHUNK] for i in range(0, len(paths), CHUNK)]
        sizes: list[tuple[int, int]] = []
        for part in ordered_map(picture_sizes, tasks, usable_cores(), "reading picture sizes", 1):
            for size in part:
                if isinstance(size, str):
                    raise ReposeError(size)
                sizes.append(size)
        return np.array(sizes, np.int32).reshape(-1, 2)

    def open_sample(self, names: Sequence[str]) -> int:
        """Decode a sample of the pictures; how many were opened."""
        count = min(self.sample or 0, len(names))
        for index in np.linspace(0, len(names) - 1, count).astype(int):
            load_picture(self.root, names[index])
        return count
