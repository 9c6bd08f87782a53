"""The learning of COCO's bottom-up baseline."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.learning.system import DATA, Lesson, Line, found_people, opened_lesson
from repose.dgcn.designs import load_trunk
from repose.dgcn.network import PoseFields
from repose.dgcn.predict import find_people, reader_of
from repose.dgcn.recipe import arm_recipe, trunk_recipe
from repose.dgcn.run import Run, Setup, Store, design_of_run, start_of, teaching_of
from repose.dgcn.settings import arm_of, setup_of, trunk_of
from repose.metrics.people import PeopleFound
from repose.pictures.teaching import Teaching
from repose.report.drawing import LEFT, RIGHT
from repose.training.devices import Device, Forward
from repose.training.recipe import Recipe

BASELINE, TRUNK = "base_r50", "trunk_r50"
COLOURS = {"AP50": LEFT, "AP": RIGHT}


@dataclass
class Dgcn:
    """The trunk of ResNet-50 and the baseline."""

    lesson: Lesson
    setup: Setup
    store: Store
    trunk: Run
    baseline: Run
    title: str = "the bottom-up baseline"
    runs: Sequence[str] = (BASELINE,)
    lines: Sequence[Line] = tuple(Line(metric, "", metric, colour) for metric, colour in COLOURS.items())

    @property
    def skeleton(self) -> str:
        """Its joints."""
        return self.lesson.room.data.scenes.skeleton

    def run(self, name: str | None) -> Run:
        """The baseline or the trunk."""
        return self.baseline if name else self.trunk

    def crops(self, run: str | None) -> int:
        """As `System` has it, like all below."""
        return self.run(run).small.crops or 0

    def recipe(self, run: str | None, crops: int, warmup: float) -> Recipe:
        small = self.run(run).small
        small = replace(small, crops=crops, warmup=warmup * small.warmup)
        pictures = len(self.lesson.room.parts.rows)
        return arm_recipe(self.setup.paper, small, pictures) if run else trunk_recipe(small)

    def network(self, run: str | None, seed: int, trunk: PoseFields | None = None) -> PoseFields:
        skeleton = self.skeleton
        alone = replace(self.run(run), parent=None, imagenet=None)
        network = start_of(
            alone, *design_of_run(alone, self.setup, skeleton, self.store), skeleton, self.store, seed
        )
        if trunk:
            load_trunk(network, trunk.state_dict())
        return network

    def teaching(self, run: str | None, network: PoseFields, seed: int) -> Teaching:
        return teaching_of(self.run(run), self.setup, network, self.skeleton, seed)

    def found(self, run: str, network: PoseFields, rows: np.ndarray) -> dict[str, PeopleFound]:
        setup, room = self.setup, self.lesson.room
        reader = reader_of(self.skeleton, network.design, setup.decoder, setup.weights.regression)
        forward, data = Forward(network.eval(), room.device), room.data
        people, _ = find_people(forward, data.scenes, data.pictures, rows, reader, room.device.device)
        return {"": found_people(self.lesson.judged, people)}


@contextmanager
def opened_dgcn(params: Mapping[str, Any], device: Device) -> Iterator[Dgcn]:
    """Its pictures open for the time of a block."""
    section, scale, seed = params["dgcn"], params["scale"]["dgcn"], params["seed"]
    setup = setup_of(section, scale)
    store = Store(DATA / "scenes", DATA / "adjacency", Path("runs/dgcn"), {}, params["workers"])
    with opened_lesson(params, setup, device) as lesson:
        trunk, baseline = (
            of(section, name, scale, seed) for of, name in ((trunk_of, TRUNK), (arm_of, BASELINE))
        )
        yield Dgcn(lesson, setup, store, trunk, baseline)
