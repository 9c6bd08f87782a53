"""What a system brings to the curve of its learning: a trunk, runs that branch off it, how they are read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from torch import Tensor, nn

from repose.metrics.people import PeopleFound
from repose.papers.people.judged import Judged
from repose.pictures.pack import People as Pictures
from repose.pictures.scene_batches import Targets
from repose.pictures.scene_crops import SceneAugment
from repose.pictures.scenes import Scenes
from repose.training.devices import Device
from repose.training.loop import Loss
from repose.training.recipe import Recipe

DATA = Path("data")
SET = ("coco", "train")  # that all learn from, and are judged on
State = Mapping[str, Tensor]


@dataclass(frozen=True)
class Classroom:
    """What all trainings share."""

    scenes: Scenes
    pictures: Pictures
    rows: np.ndarray  # pictures to train on
    held: np.ndarray  # and those left out
    crop_px: int
    augment: SceneAugment
    judged: Judged
    device: Device

    def some_seen(self) -> np.ndarray:
        """As many of the pictures that were trained on as are held out."""
        return self.rows[np.linspace(0, len(self.rows) - 1, len(self.held)).astype(int)]


class Teaching(NamedTuple):
    """How a network is taught."""

    objective: Loss
    targets: Targets
    plain: Callable[[str], bool]  # whether Muon leaves a parameter to Adam
    draws: int  # seed of its crops


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
    room: Classroom

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
