"""The pictures of people: cut out once into one array on disk, or decoded while training goes on.

Either way a person is a square of `px` pixels around the crop's centre, `MARGIN` times its side, from which
every augmented crop is taken.

Legend: N people, B of a batch, P pixels of a stored side, R of a crop's side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import inside
from repose.foundations.processes import ordered_map, usable_cores
from repose.pictures.crops import Crops, affines

MARGIN = 1.25  # stored side divided by the crop's side: what the largest augmentation needs
CHUNK = 64  # people that one process cuts out at a time


class Person(NamedTuple):
    """Where one person's square is."""

    root: str
    image: str
    x: float
    y: float
    side: float  # px of the square
    px: int


class People(Protocol):
    """The squares of N people, wherever they come from."""

    px: int

    def ask(self, rows: np.ndarray) -> Callable[[], np.ndarray]:
        """Start to get the squares (B, P, P, 3) uint8 of some rows; the answer waits for them."""


def cut_out(person: Person) -> np.ndarray:
    """The square (P, P, 3) uint8 RGB of one person; black outside the picture."""
    from PIL import Image

    path = inside(person.root, person.image)
    try:
        with Image.open(path) as picture:
            width = picture.width
            shrink = max(1, int(person.side // person.px))
            picture.draft(
                "RGB", (picture.width // shrink, picture.height // shrink)
            )  # JPEG decodes so faster
            scale = picture.width / width
            side = person.side * scale
            left, top = ((c + 0.5) * scale - side / 2 for c in (person.x, person.y))
            x, y, n = int(np.floor(left)), int(np.floor(top)), int(np.ceil(side)) + 2
            square = picture.convert("RGB").crop((x, y, x + n, y + n))
    except FileNotFoundError:
        raise ReposeError(f"{path}: not found, expected the picture that the labels name") from None
    except OSError as error:
        raise ReposeError(
            f"{path}: a picture that does not open ({error}), expected a complete one"
        ) from None
    box = (left - x, top - y, left - x + side, top - y + side)
    return np.asarray(square.resize((person.px, person.px), Image.Resampling.BILINEAR, box))


def cut_out_all(people: Sequence[Person]) -> np.ndarray:
    """The squares of several people."""
    return np.stack([cut_out(person) for person in people])


def write_pack(path: Path, people: Sequence[Person], px: int, workers: int, what: str) -> None:
    """Write the squares (N, P, P, 3) of all people as one .npy that can be mapped into memory."""
    squares = np.lib.format.open_memmap(path, "w+", np.uint8, (len(people), px, px, 3))
    tasks = [people[first : first + CHUNK] for first in range(0, len(people), CHUNK)]
    done = 0
    for part in ordered_map(cut_out_all, tasks, workers or usable_cores(), what, 1):
        squares[done : done + len(part)] = part
        done += len(part)
    squares.flush()


class PackedPeople:
    """Squares from a file that is mapped, not read."""

    def __init__(self, path: Path) -> None:
        try:
            self.squares = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise ReposeError(
                f"{path}: not readable as pictures ({error}); make it with `dvc repro`"
            ) from None
        self.px = self.squares.shape[1]

    def ask(self, rows: np.ndarray) -> Callable[[], np.ndarray]:
        """The squares, at once."""
        return lambda: np.asarray(self.squares[rows])


class DecodedPeople:
    """Squares cut out of the pictures by processes beside the training, as they are asked for."""

    def __init__(self, people: Callable[[int], Person], px: int, pool: ProcessPoolExecutor) -> None:
        self.people, self.px, self.pool = people, px, pool

    def ask(self, rows: np.ndarray) -> Callable[[], np.ndarray]:
        """Begin to decode; the answer waits."""
        people = [self.people(int(row)) for row in rows]
        parts = [people[k::WAYS] for k in range(min(WAYS, len(people)))]
        futures = [self.pool.submit(cut_out_all, part) for part in parts]

        def answer() -> np.ndarray:
            squares = np.empty((len(people), self.px, self.px, 3), np.uint8)
            for first, future in enumerate(futures):
                squares[first::WAYS] = future.result()
            return squares

        return answer


WAYS = 8  # parts of a batch that are decoded side by side


def decoding_processes(workers: int) -> ProcessPoolExecutor:
    """Processes that decode; they know nothing of torch."""
    return ProcessPoolExecutor(workers or usable_cores(), mp_context=get_context("spawn"))


def warped(squares: np.ndarray, crops: Crops, stored_side: np.ndarray, size: int) -> np.ndarray:
    """The crops (B, R, R, 3) uint8 out of stored squares (B, P, P, 3), bilinear; black beyond them."""
    from PIL import Image

    out = np.empty((len(squares), size, size, 3), np.uint8)
    for k, numbers in enumerate(affines(crops, size, stored_side, squares.shape[1]).tolist()):
        picture = Image.fromarray(squares[k])
        out[k] = np.asarray(
            picture.transform((size, size), Image.Transform.AFFINE, numbers, Image.Resampling.BILINEAR)
        )
    return out


def chunks(count: int, length: int) -> Iterator[np.ndarray]:
    """Rows 0 to `count`, `length` at a time."""
    for first in range(0, count, length):
        yield np.arange(first, min(first + length, count))
