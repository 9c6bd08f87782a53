"""The learning of COCO's bottom-up baseline."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.learning.system import DATA, SET, Classroom, Line, Teaching, found_people
from repose.dgcn.designs import load_trunk, plain_parameters
from repose.dgcn.labels import LabelMaker
from repose.dgcn.network import PoseFields
from repose.dgcn.objective import Objective
from repose.dgcn.predict import find_people, reader_of
from repose.dgcn.recipe import arm_recipe, trunk_recipe
from repose.dgcn.run import Run, Setup, Store, chosen, design_of_run, opened, start_of
from repose.dgcn.settings import arm_of, setup_of, trunk_of
from repose.metrics.people import PeopleFound
from repose.papers.people.judged import load_judged
from repose.report.drawing import LEFT, RIGHT
from repose.training.devices import Device, Forward
from repose.training.loop import seed_of
from repose.training.recipe import Recipe

BASELINE, TRUNK = "base_r50", "trunk_r50"
COLOURS = {"AP50": LEFT, "AP": RIGHT}


@dataclass
class Dgcn:
    """The trunk of ResNet-50 and the baseline."""

    room: Classroom
    setup: Setup
    store: Store
    trunk: Run
    baseline: Run
    title: str = "the bottom-up baseline"
    runs: Sequence[str] = (BASELINE,)
    lines: Sequence[Line] = tuple(Line(metric, "", metric, colour) for metric, colour in COLOURS.items())

    def run(self, name: str | None) -> Run:
        """The baseline or the trunk."""
        return self.baseline if name else self.trunk

    def crops(self, run: str | None) -> int:
        """As `System` has it, like all below."""
        return self.run(run).small.crops or 0

    def recipe(self, run: str | None, crops: int, warmup: float) -> Recipe:
        small = self.run(run).small
        small = replace(small, crops=crops, warmup=warmup * small.warmup)
        return arm_recipe(self.setup.paper, small, len(self.room.rows)) if run else trunk_recipe(small)

    def network(self, run: str | None, seed: int, trunk: PoseFields | None = None) -> PoseFields:
        skeleton = self.room.scenes.skeleton
        alone = replace(self.run(run), parent=None, imagenet=None)
        network = start_of(
            alone, *design_of_run(alone, self.setup, skeleton, self.store), skeleton, self.store, seed
        )
        if trunk:
            load_trunk(network, trunk.state_dict())
        return network

    def teaching(self, run: str | None, network: PoseFields, seed: int) -> Teaching:
        setup, skeleton = self.setup, self.room.scenes.skeleton
        objective = Objective(network, skeleton, setup.weights, setup.supervision, seed)
        maker = LabelMaker(skeleton, network.design.stride, setup.crop_px)
        draws = seed if run else seed_of(seed, "dgcn", "trunk")
        return Teaching(objective, maker, set(plain_parameters(network)).__contains__, draws)

    def found(self, run: str, network: PoseFields, rows: np.ndarray) -> dict[str, PeopleFound]:
        setup, room = self.setup, self.room
        reader = reader_of(room.scenes.skeleton, network.design, setup.decoder, setup.weights.regression)
        forward = Forward(network.eval(), room.device)
        people, _ = find_people(forward, room.scenes, room.pictures, rows, reader, room.device.device)
        return {"": found_people(room.judged, people)}


@contextmanager
def opened_dgcn(params: Mapping[str, Any], device: Device) -> Iterator[Dgcn]:
    """Its pictures open for the time of a block."""
    section, scale, seed = params["dgcn"], params["scale"]["dgcn"], params["seed"]
    setup, roots = setup_of(section, scale), {SET[0]: params["datasets"][SET[0]]["root"]}
    store = Store(DATA / "scenes", DATA / "adjacency", Path("runs/dgcn"), roots, params["workers"])
    with opened([SET], setup, store) as sets:
        scenes, pictures = sets[SET].scenes, sets[SET].pictures
        rows, held = chosen(scenes, setup)
        judged = load_judged(DATA / "poses", "-".join(SET))
        room = Classroom(scenes, pictures, rows, held, setup.crop_px, setup.augment, judged, device)
        trunk, baseline = (
            of(section, name, scale, seed) for of, name in ((trunk_of, TRUNK), (arm_of, BASELINE))
        )
        yield Dgcn(room, setup, store, trunk, baseline)
