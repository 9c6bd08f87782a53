"""One training: the trunk, which is associative embedding, or an arm that branches off it.

In runs/hgg/<run>/seed<k>/
    model.safetensors                              weights
    optimiser.safetensors                          of the trunk: its optimiser's state, for the arms
    predictions/<set>-<split>.npz                  people, as the run's own test finds them
    predictions/<set>-<split>_<test>.npz           the same by its other tests
    predictions/<set>-<split>_candidates.npz       joints before anyone groups them
    predictions/<set>-<split>_operations.npz       what grouping those of each picture takes
    predictions/<set>-<split>_rounds.npz           how some pictures' were grouped; of the first set
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from repose.foundations.errors import ReposeError
from repose.foundations.files import read_json
from repose.hgg.clustering import Grouper
from repose.hgg.designs import PAPER, NetworkScale, build_seeded, design_of, network_size, output_layers
from repose.hgg.graphs import type_pairs
from repose.hgg.looking import SKELETON, GroupingDesign, Look, Reading, look_at, reader_of
from repose.hgg.objective import Objective, PoseGroups, Weights, held_losses
from repose.hgg.recipe import PaperTraining, SmallTraining, arm_recipe, trunk_recipe
from repose.hgg.targets import LabelMaker
from repose.pictures.pack import People as Pictures
from repose.pictures.pack import decoding_processes
from repose.pictures.scene_batches import SceneBatches
from repose.pictures.scene_crops import SceneAugment
from repose.pictures.scenes import Scenes, held_out, load_scenes, open_pictures
from repose.skeletons import get_skeleton
from repose.training.checkpoint import fingerprint, resume_folder
from repose.training.devices import Device
from repose.training.distributed import find_ranks
from repose.training.loop import seed_of, train
from repose.training.recipe import Recipe
from repose.training.record import (
    load_weights,
    save_weights,
    seed_folder,
    write_predictions,
    write_run,
    write_seed,
)  # fmt: skip
from repose.training.tracking import Tracker, tracked

HERE = Path(__file__).parent
ROOMS = ("metrics", "pictures", "skeletons", "training")
CODE = (HERE, *(HERE.parent / room for room in ROOMS))  # that a resumed training depends on
SET = "coco"  # that all runs are trained on
TRAINING = 3  # operations of forward and backward by those of forward
STATE = "optimiser.safetensors"
NO_COST = {"samples": 0, "operations": 0}
HELD_BATCHES = 8  # that the held-out losses are measured on
PAPER_PX = 512  # side of the published crops


@dataclass(frozen=True)
class Setup:
    """What all trainings share."""

    scale: NetworkScale
    crop_px: int
    picture_px: int  # long edge of the pictures that crops are taken from, and of those that are tested
    augment: SceneAugment
    held_out: float  # share of the training pictures that only shows the curves
    sigma: float  # cells, of the heat maps' targets
    exact: bool  # targets and candidates lie within cells
    most_people: int  # of a crop, whose tags are learnt
    weights: Weights
    similar: float | None  # least sigma of OKS by which a candidate is somebody's joint
    nodes: int  # candidates of a crop in training, the surest
    reading: Reading
    paper: PaperTraining
    images: int  # training pictures of the published set


@dataclass(frozen=True)
class Run:
    """The trunk, which has no parent, or an arm."""

    name: str
    grouping: GroupingDesign | None
    sets: tuple[tuple[str, str], ...]  # set and split that it is tested on
    tests: Mapping[str, Look]
    small: SmallTraining
    seeds: tuple[int, ...]
    parent: str | None = None


@dataclass(frozen=True)
class Store:
    """Where things lie."""

    scenes: Path
    runs: Path
    roots: Mapping[str, str]  # native pictures by data set
    workers: int


@dataclass(frozen=True)
class Opened:
    """A split with its pictures."""

    scenes: Scenes
    pictures: Pictures


class Parts(NamedTuple):
    """Pictures of the training set."""

    rows: np.ndarray  # to train on
    held: np.ndarray  # held out, for the curves


def train_run(run: Run, setup: Setup, store: Store, device: Device, configuration: Mapping[str, Any]) -> None:
    """Train the seeds of a run one after another and write `runs/hgg/<name>/`."""
    if run.grouping and find_ranks().size > 1:
        raise ReposeError(
            f"hgg.runs.{run.name}: {find_ranks().size} processes, expected one, since a grouping is learnt "
            "beside the network that `torchrun` shares; start it without"
        )
    folder, inputs = store.runs / run.name, inputs_of(run, store)
    key = fingerprint([configuration, device.words], [*inputs, *CODE])
    tags = {"device": device.words, "data": fingerprint(None, inputs)}
    with (
        opened([(SET, "train"), *run.sets], setup, store) as sets,
        resume_folder(f"hgg@{run.name}", key) as kept,
    ):
        parts = chosen(sets[SET, "train"].scenes, setup)
        recipe, state = recipe_of(run, setup), parent_state(run, store)
        with tracked(
            "hgg", run.name, configuration, run.seeds, tags, recipe.batch * recipe.steps, kept
        ) as log:
            for seed in run.seeds:
                log.restart_clock()
                network = start_of(run, setup, store, seed)
                train_seed(run, setup, recipe, network, state, parts, seed, sets, store, device, log, kept)
            write_facts(run, setup, recipe, configuration, device, store)
            log.finish(folder)


def start_of(run: Run, setup: Setup, store: Store, seed: int) -> PoseGroups:
    """The network with its first weights: the trunk's in its proposals, a seed's own in the rest."""
    proposals = build_seeded(design_of(setup.scale, len(get_skeleton(SKELETON).joints)), seed)
    network = PoseGroups(proposals, grouper_of(run.grouping, seed))
    if run.parent:
        load_trunk(network, load_weights(parent_folder(run.parent, store) / "model.safetensors"))
    return network


def load_trunk(network: PoseGroups, trunk: Mapping[str, Tensor]) -> None:
    """Let the proposals begin with a trunk's weights; a grouper keeps its own."""
    own = {name: t.shape for name, t in network.state_dict().items() if name.startswith("proposals.")}
    found = {name: t.shape for name, t in trunk.items()}
    wrong = sorted(name for name in own.keys() | found.keys() if own.get(name) != found.get(name))
    if wrong:
        raise ReposeError(f"trunk: {wrong[0]} does not fit, expected this scale's network; train it again")
    network.load_state_dict(trunk, strict=False)


def grouper_of(grouping: GroupingDesign | None, seed: int) -> Grouper | None:
    """What groups candidates, with the first weights of a seed."""
    if grouping is None:
        return None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(seed, "hgg", "grouper"))
        return Grouper(grouping.net, type_pairs(SKELETON, grouping.graph), grouping.rules)


def parent_folder(parent: str, store: Store) -> Path:
    """Where the first seed of a trunk is, which all seeds of its arms begin with."""
    return seed_folder(store.runs / parent, read_json(store.runs / parent / "run.json")["seeds"][0])


def parent_state(run: Run, store: Store) -> Mapping[str, Tensor] | None:
    """The optimiser's state that the trunk has left."""
    if not run.parent or run.small.crops is None:
        return None
    return load_weights(parent_folder(run.parent, store) / STATE)


def recipe_of(run: Run, setup: Setup) -> Recipe:
    """The trunk's recipe or an arm's."""
    return (arm_recipe if run.parent else trunk_recipe)(setup.paper, run.small)


def chosen(scenes: Scenes, setup: Setup) -> Parts:
    """The parts of the training set; only pictures with somebody to find."""
    somebody = np.zeros(len(scenes), bool)
    people = np.arange(len(scenes.crowd))
    somebody[np.searchsorted(scenes.first, people[~scenes.crowd], "right") - 1] = True
    rows, held = held_out(scenes, setup.held_out, 0)
    return Parts(rows[somebody[rows]], held[somebody[held]])


def train_seed(
    run: Run, setup: Setup, recipe: Recipe, network: PoseGroups, state: Mapping[str, Tensor] | None,
    parts: Parts, seed: int, sets: Mapping[tuple[str, str], Opened], store: Store, device: Device,
    log: Tracker, kept: Path,
) -> None:  # fmt: skip
    """Train one seed and write its folder."""
    data, folder = sets[SET, "train"], store.runs / run.name
    maker = LabelMaker(SKELETON, setup.crop_px, setup.sigma, setup.most_people, setup.exact)
    draws = seed if run.parent else seed_of(seed, "hgg", "trunk")  # an arm sees other crops than its trunk

    def batches(rows: np.ndarray, steps: int) -> SceneBatches:
        return SceneBatches(
            data.scenes, data.pictures, recipe.batch, steps, setup.crop_px, setup.augment, draws, maker, rows
        )

    rules, losses = (
        replace(setup.reading.candidates, nodes=setup.nodes),
        run.grouping.losses if run.grouping else (),
    )
    objective = Objective(network, SKELETON, setup.weights, rules, losses, setup.similar, seed)
    held = held_losses(objective, batches(parts.held, HELD_BATCHES), device) if len(parts.held) else None
    plain = {f"proposals.{name}" for name in output_layers(network.proposals)}
    history = train(
        network, objective, batches(parts.rows, recipe.steps), recipe.training, device,
        seed=seed, name=f"{run.name} seed {seed}", plain=plain.__contains__, start_state=state,
        evaluate=held, on_epoch=lambda row: log.epoch(row, seed), checkpoint=kept / f"seed{seed}.pt",
        on_end=functools.partial(keep_state, run, seed_folder(folder, seed)),
    )  # fmt: skip
    write_seed(folder, seed, network.state_dict(), history)
    reader = reader_of(run.tests, setup.reading, network.grouper)
    for name, split in run.sets:
        test, rounds = sets[name, split], (name, split) == run.sets[0]
        found = look_at(network, test.scenes, test.pictures, reader, run.grouping, rounds, device)
        for what, arrays in found.items():
            write_predictions(folder, seed, name, split + what, arrays)


def keep_state(run: Run, folder: Path, state: dict[str, Tensor]) -> None:
    """Leave the trunk's optimiser to its arms."""
    if not run.parent and run.small.crops is not None:
        save_weights(folder / STATE, state)


def write_facts(
    run: Run, setup: Setup, recipe: Recipe, configuration: Mapping[str, Any], device: Device, store: Store
) -> None:
    """Write `run.json`, with the cost here, that of the trunk included, and at the paper's scale."""
    joints = len(get_skeleton(SKELETON).joints)
    here = network_size(design_of(setup.scale, joints), setup.crop_px)
    paper = network_size(design_of(PAPER, joints), PAPER_PX)
    own = parameters_of(run.grouping, setup.scale.tags)
    published = parameters_of(run.grouping, PAPER.tags)
    seen = setup.paper.batch * (setup.paper.trunk_steps + (setup.paper.arm_steps if run.parent else 0))
    before = read_json(store.runs / run.parent / "run.json")["cost"] if run.parent else NO_COST
    write_run(
        store.runs / run.name, configuration, run.seeds, here.parameters + own, paper.parameters + published,
        before["samples"] + recipe.samples,
        before["operations"] + TRAINING * here.operations * recipe.samples,
        computed=device.words, parent=run.parent, train=[SET],
        tests=[f"{name}-{split}" for name, split in run.sets],
        variants={name: {"scales": list(t.scales), "grouper": t.grouper} for name, t in run.tests.items()},
        grouping_parameters=own,
        paper_cost={"samples": seen, "operations": TRAINING * paper.operations * seen},
    )  # fmt: skip


def parameters_of(grouping: GroupingDesign | None, tags: int) -> int:
    """Parameters of a grouping's networks, its candidates having so many numbers in a tag."""
    if grouping is None:
        return 0
    net = replace(grouping.net, embedding=tags)
    with torch.device("meta"):
        grouper = Grouper(net, type_pairs(SKELETON, grouping.graph), grouping.rules)
    return sum(parameter.numel() for parameter in grouper.parameters())


def inputs_of(run: Run, store: Store) -> list[Path]:
    """The files that a training's result depends on; `meta.json` holds the hash of a set's arrays."""
    paths = [store.scenes / name / "meta.json" for name in sorted({SET, *(name for name, _ in run.sets)})]
    return [*paths, store.runs / run.parent] if run.parent else paths


@contextmanager
def opened(
    wanted: Sequence[tuple[str, str]], setup: Setup, store: Store
) -> Iterator[dict[tuple[str, str], Opened]]:
    """Splits with their pictures, stored, or decoded by processes."""
    stored = all((store.scenes / name / f"{split}_pictures.npy").is_file() for name, split in wanted)
    pool = None if stored else decoding_processes(store.workers)
    try:
        sets = {}
        for name, split in wanted:
            scenes = load_scenes(store.scenes / name, split)
            root = store.roots[name]
            pictures = open_pictures(store.scenes / name, split, scenes, root, setup.picture_px, pool)
            sets[name, split] = Opened(scenes, pictures)
        yield sets
    finally:
        if pool:
            pool.shutdown(cancel_futures=True)
