"""What a system brings to the curve of its learning: a trunk, runs that branch off it, how they are read."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from torch import Tensor, nn

from repose.metrics.people import PeopleFound
from repose.papers.people.judged import Judged, load_judged
from repose.pictures.scene_crops import SceneAugment
from repose.pictures.scene_sets import opened_sets
from repose.pictures.teaching import Classroom, Teaching, classroom_of
from repose.training.devices import Device
from repose.training.recipe import Recipe

DATA = Path("data")
SET = ("coco", "train")  # that all learn from, and are judged on
State = Mapping[str, Tensor]


class Shared(Protocol):
    """Of a system's settings, those of its pictures."""

    @property
    def picture_px(self) -> int: ...
    @property
    def crop_px(self) -> int: ...
    @property
    def augment(self) -> SceneAugment: ...
    @property
    def held_out(self) -> float: ...


@dataclass(frozen=True)
class Lesson:
    """What all trainings share."""

    room: Classroom
    judged: Judged

    @property
    def held(self) -> np.ndarray:
        """The pictures that are left out."""
        return self.room.parts.held

    def some_seen(self) -> np.ndarray:
        """As many of the pictures that were trained on as are held out."""
        rows = self.room.parts.rows
        return rows[np.linspace(0, len(rows) - 1, len(self.held)).astype(int)]


@contextmanager
def opened_lesson(params: Mapping[str, Any], setup: Shared, device: Device) -> Iterator[Lesson]:
    """The pictures that all learn from, open for the time of a block."""
    roots = {SET[0]: params["datasets"][SET[0]]["root"]}
    with opened_sets([SET], DATA / "scenes", roots, setup.picture_px, params["workers"]) as sets:
        room = classroom_of(sets[SET], setup.held_out, setup.crop_px, setup.augment, device)
        yield Lesson(room, load_judged(DATA / "poses", "-".join(SET)))


@dataclass(frozen=True)
class Line:
    """A line of the picture."""

    words: str
    way: str  # of a point
    metric: str  # of COCO's ten numbers
    colour: str


class System(Protocol):
    """A run is meant by its key in the parameters, the trunk by None."""

    title: str  # of whom more time teaches
    lesson: Lesson

    @property
    def runs(self) -> Sequence[str]:
        """That are shown."""

    @property
    def lines(self) -> Sequence[Line]:
        """Of the picture."""

    def crops(self, run: str | None) -> int:
        """That the default gives to it."""

    def recipe(self, run: str | None, crops: int, warmup: float) -> Recipe:
        """For so many crops, the default's share of warm-up times a factor."""

    def network(self, run: str | None, seed: int, trunk: Any = None) -> nn.Module:
        """With the first weights of a seed, and the trunk's."""

    def teaching(self, run: str | None, network: Any, seed: int) -> Teaching:
        """How it is taught."""

    def found(self, run: str, network: Any, rows: np.ndarray) -> dict[str, PeopleFound]:
        """The people in some pictures, by every way of reading them, at the published sizes."""


def found_people(judged: Judged, arrays: Mapping[str, np.ndarray]) -> PeopleFound:
    """The people of a predictions file's arrays, at the published sizes."""
    return PeopleFound(
        judged.truth.joints, arrays["image"].astype(np.int64), arrays["joints2d_px"].astype(float),
        arrays["score"].astype(float), arrays["person_score"].astype(float),
    ).scaled(judged.factors)  # fmt: skip
