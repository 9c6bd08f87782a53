"""The learning of associative embedding, or of hierarchical graph grouping on it.

Each run is read by its own grouping and by the truth's: between the two lies what grouping loses, below them
what detection does.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.learning.system import DATA, Lesson, Line, found_people, opened_lesson
from repose.foundations.errors import ReposeError
from repose.hgg.looking import FIRST, reader_of
from repose.hgg.objective import PoseGroups
from repose.hgg.predict import find_people
from repose.hgg.recipe import arm_recipe, trunk_recipe
from repose.hgg.run import Run, Setup, Store, load_trunk, start_of, teaching_of
from repose.hgg.settings import arm_of, setup_of, trunk_of
from repose.metrics.people import PeopleFound, grouped_by_truth
from repose.papers.people.scores import NEAR
from repose.pictures.teaching import Teaching
from repose.training.devices import Device, Forward
from repose.training.recipe import Recipe

WAYS = ("by its own grouping", "grouped by the truth")
COLOURS = ("#f58a07", "#2f7fd6", "#3d8b3d", "#8a5fb0")


@dataclass
class Hgg:
    """The trunk and some runs; all of them read whole pictures at one scale."""

    lesson: Lesson
    setup: Setup
    store: Store
    trunk: Run
    arms: Mapping[str, Run]
    title: str = "proposals and their grouping"

    @property
    def runs(self) -> Sequence[str]:
        """As `System` has it, like all below."""
        return tuple(self.arms)

    @property
    def lines(self) -> Sequence[Line]:
        ways = [way_of(run, how) for run in self.arms for how in WAYS]
        return tuple(Line(way, way, "AP", colour) for way, colour in zip(ways, cycle(COLOURS), strict=False))

    def run(self, name: str | None) -> Run:
        """A run or the trunk."""
        return self.arms[name] if name else self.trunk

    def crops(self, run: str | None) -> int:
        return self.run(run).small.crops or 0

    def recipe(self, run: str | None, crops: int, warmup: float) -> Recipe:
        small = self.run(run).small
        small = replace(small, crops=crops, warmup=warmup * small.warmup)
        return (arm_recipe if run else trunk_recipe)(self.setup.paper, small)

    def network(self, run: str | None, seed: int, trunk: PoseGroups | None = None) -> PoseGroups:
        network = start_of(replace(self.run(run), parent=None), self.setup, self.store, seed)
        if trunk:
            load_trunk(network, trunk.state_dict())
        return network

    def teaching(self, run: str | None, network: PoseGroups, seed: int) -> Teaching:
        return teaching_of(self.run(run), self.setup, network, seed)

    def found(self, run: str, network: PoseGroups, rows: np.ndarray) -> dict[str, PeopleFound]:
        room, look = self.lesson.room, self.run(run).tests[FIRST]
        reader = reader_of({FIRST: look}, self.setup.reading, network.grouper)
        forward = Forward(network.eval(), room.device)
        people, loose = find_people(
            forward, room.data.scenes, room.data.pictures, rows, reader, room.device.device
        )
        found = (found_people(self.lesson.judged, people[FIRST]), self.by_truth(loose))
        return {way_of(run, how): each for how, each in zip(WAYS, found, strict=True)}

    def by_truth(self, loose: Mapping[str, np.ndarray]) -> PeopleFound:
        """Candidates put together by the truth."""
        judged, image = self.lesson.judged, loose["image"].astype(np.int64)
        points = loose["joints2d_px"] * judged.factors[image, None]
        joint, score = loose["joint"].astype(np.int64), loose["score"].astype(float)
        return grouped_by_truth(judged.truth, image, joint, points, score, NEAR)


def way_of(run: str, how: str) -> str:
    """A run and how it is read."""
    return f"{run} {how}"


@contextmanager
def opened_hgg(params: Mapping[str, Any], names: Sequence[str], device: Device) -> Iterator[Hgg]:
    """Some runs, their pictures open for the time of a block."""
    section, scale, seed = params["hgg"], params["scale"]["hgg"], params["seed"]
    if strange := [name for name in names if name not in section["runs"]]:
        expected = f"found {strange[0]!r}, expected some of {', '.join(section['runs'])}"
        raise ReposeError(f"--runs: {expected}")
    setup = setup_of(section, scale)
    store = Store(DATA / "scenes", Path("runs/hgg"), {}, params["workers"])
    with opened_lesson(params, setup, device) as lesson:
        arms = {name: arm_of(section, name, scale, seed) for name in names}
        yield Hgg(lesson, setup, store, trunk_of(section, scale, seed), arms)
