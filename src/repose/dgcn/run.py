"""One training: a trunk that all arms of a backbone share, or an arm that branches off it.

runs/dgcn/<run>/seed<k>/model.safetensors       weights
runs/dgcn/<run>/seed<k>/optimiser.safetensors   of a trunk: its optimiser's state, for the arms
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor

from repose.dgcn.backbones import load_backbone
from repose.dgcn.decode import DecoderOptions
from repose.dgcn.designs import (
    PAPER,
    NetworkScale,
    build_seeded,
    design_of,
    load_trunk,
    mebibytes,
    network_size,
    plain_parameters,
)  # fmt: skip
from repose.dgcn.graph import GraphDesign
from repose.dgcn.labels import LabelMaker
from repose.dgcn.limbs import limbs_of
from repose.dgcn.losses import Weights
from repose.dgcn.network import Design, PoseFields
from repose.dgcn.objective import Objective, held_loss
from repose.dgcn.predict import find_people, reader_of
from repose.dgcn.recipe import PaperTraining, SmallTraining, arm_recipe, trunk_recipe
from repose.foundations.files import read_json
from repose.pictures.pack import People as Pictures
from repose.pictures.pack import decoding_processes
from repose.pictures.scene_batches import SceneBatches
from repose.pictures.scene_crops import SceneAugment
from repose.pictures.scenes import Scenes, held_out, load_scenes, open_pictures
from repose.skeletons import get_skeleton
from repose.skeletons.soft_adjacency import hand_adjacency, load_distances, soft_adjacency
from repose.training.checkpoint import fingerprint, resume_folder
from repose.training.devices import Device, Forward
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
CODE = (HERE, *(HERE.parent / room for room in ("pictures", "skeletons", "training")))  # a resumed training's
TRAINING = 3  # operations of forward and backward by those of forward
STATE = "optimiser.safetensors"
NO_COST = {"samples": 0, "operations": 0}
HELD_BATCHES = 8  # that the held-out loss is measured on


@dataclass(frozen=True)
class Setup:
    """What all trainings share."""

    scale: NetworkScale
    crop_px: int
    picture_px: int  # long edge of the pictures that crops are taken from, and of those that are tested
    augment: SceneAugment
    held_out: float  # share of the training pictures that only shows the curves
    weights: Weights
    supervision: float  # weight of all graph modules' confidences together
    decoder: DecoderOptions
    paper: PaperTraining
    images: Mapping[str, int]  # training pictures of the published sets


@dataclass(frozen=True)
class Run:
    """A trunk, which has no parent, or an arm."""

    name: str
    backbone: str
    data: str  # the set that it is trained on
    tests: tuple[tuple[str, str], ...]  # set and split
    graph: GraphDesign | None
    gamma: float
    small: SmallTraining
    seeds: tuple[int, ...]
    parent: str | None = None
    imagenet: str | None = None  # file of a trunk's first weights


@dataclass(frozen=True)
class Store:
    """Where things lie."""

    scenes: Path
    adjacency: Path
    runs: Path
    roots: Mapping[str, str]  # native pictures by data set
    workers: int


@dataclass(frozen=True)
class Opened:
    """A split with its pictures."""

    scenes: Scenes
    pictures: Pictures


class Parts(NamedTuple):
    """Pictures of a training set."""

    rows: np.ndarray  # to train on
    held: np.ndarray  # held out, for the curves


def train_run(run: Run, setup: Setup, store: Store, device: Device, configuration: Mapping[str, Any]) -> None:
    """Train the seeds of a run one after another and write `runs/dgcn/<name>/`."""
    folder, inputs = store.runs / run.name, inputs_of(run, store)
    key = fingerprint([configuration, device.words], [*inputs, *CODE])
    tags = {"device": device.words, "data": fingerprint(None, inputs)}
    wanted = [(run.data, "train"), *run.tests]
    with opened(wanted, setup, store) as sets, resume_folder(f"dgcn@{run.name}", key) as kept:
        scenes = sets[run.data, "train"].scenes
        design, adjacency = design_of_run(run, setup, scenes.skeleton, store)
        parts = chosen(scenes, setup)
        recipe, state = recipe_of(run, setup, len(parts.rows)), parent_state(run, store)
        seen = recipe.batch * recipe.steps
        with tracked("dgcn", run.name, configuration, run.seeds, tags, seen, kept) as log:
            for seed in run.seeds:
                log.restart_clock()
                network = start_of(run, design, adjacency, scenes.skeleton, store, seed)
                train_seed(run, setup, recipe, network, state, parts, seed, sets, store, device, log, kept)
            write_facts(run, setup, recipe, design, configuration, device, store)
            log.finish(folder)


def design_of_run(
    run: Run, setup: Setup, skeleton: str, store: Store, scale: NetworkScale | None = None
) -> tuple[Design, np.ndarray | None]:
    """The design of a run's network, and the adjacency of its joints."""
    joints, limbs = len(get_skeleton(skeleton).joints), limbs_of(skeleton)
    design = design_of(run.backbone, scale or setup.scale, joints, len(limbs), run.graph)
    if run.graph is None or run.graph.adjacency == "identity":
        return design, np.eye(joints, dtype=np.float32)
    if run.graph.adjacency == "hand":
        return design, hand_adjacency(joints, limbs)
    return design, soft_adjacency(load_distances(store.adjacency / f"{run.data}.npz").distances, run.gamma)


def start_of(
    run: Run, design: Design, adjacency: np.ndarray | None, skeleton: str, store: Store, seed: int
) -> PoseFields:
    """The network with its first weights: those of its trunk, of ImageNet, or a seed's own."""
    network = build_seeded(design, seed, adjacency, limbs_of(skeleton))
    if run.parent:
        load_trunk(network, load_weights(parent_folder(run.parent, store) / "model.safetensors"))
    elif run.imagenet:
        load_backbone(network.backbone, Path(run.imagenet))
    return network


def parent_folder(parent: str, store: Store) -> Path:
    """Where the first seed of a trunk is, which all seeds of its arms begin with."""
    return seed_folder(store.runs / parent, read_json(store.runs / parent / "run.json")["seeds"][0])


def parent_state(run: Run, store: Store) -> Mapping[str, Tensor] | None:
    """The optimiser's state that a trunk has left."""
    if not run.parent or run.small.crops is None:
        return None
    return load_weights(parent_folder(run.parent, store) / STATE)


def recipe_of(run: Run, setup: Setup, pictures: int) -> Recipe:
    """A trunk's recipe or an arm's, on so many pictures."""
    return trunk_recipe(run.small) if is_trunk(run) else arm_recipe(setup.paper, run.small, pictures)


def chosen(scenes: Scenes, setup: Setup) -> Parts:
    """The parts of a training set; only pictures with somebody to find."""
    somebody = np.zeros(len(scenes), bool)
    people = np.arange(len(scenes.crowd))
    somebody[np.searchsorted(scenes.first, people[~scenes.crowd], "right") - 1] = True
    rows, held = held_out(scenes, setup.held_out, 0)
    return Parts(rows[somebody[rows]], held[somebody[held]])


def train_seed(
    run: Run, setup: Setup, recipe: Recipe, network: PoseFields, state: Mapping[str, Tensor] | None,
    parts: Parts, seed: int, sets: Mapping[tuple[str, str], Opened], store: Store, device: Device,
    log: Tracker, kept: Path,
) -> None:  # fmt: skip
    """Train one seed and write its folder."""
    data, folder = sets[run.data, "train"], store.runs / run.name
    strides, limbs = (run.graph.said_at, run.graph.k_relations == "limbs") if run.graph else ((), False)
    maker = LabelMaker(data.scenes.skeleton, network.design.stride, setup.crop_px, strides, limbs)
    draws = (
        seed_of(seed, "dgcn", "trunk") if is_trunk(run) else seed
    )  # an arm sees other crops than its trunk

    def batches(rows: np.ndarray, steps: int) -> SceneBatches:
        return SceneBatches(
            data.scenes, data.pictures, recipe.batch, steps, setup.crop_px, setup.augment, draws, maker, rows
        )

    published = run.small.crops is None
    objective = Objective(
        network, data.scenes.skeleton, setup.weights, setup.supervision, seed,
        frozen_epochs=setup.paper.frozen_epochs if published else 0,
    )  # fmt: skip
    plain = set(plain_parameters(network))
    history = train(
        network, objective, batches(parts.rows, recipe.steps), recipe.training, device,
        seed=seed, name=f"{run.name} seed {seed}", plain=plain.__contains__, start_state=state,
        clip=objective.hold_backbone,
        evaluate=held_loss(objective, batches(parts.held, HELD_BATCHES), device) if len(parts.held) else None,
        on_epoch=lambda row: log.epoch(row, seed), checkpoint=kept / f"seed{seed}.pt",
        on_end=functools.partial(keep_state, run, seed_folder(folder, seed)),
    )  # fmt: skip
    write_seed(folder, seed, network.state_dict(), history)
    forward = Forward(network, device)
    for name, split in run.tests:
        test = sets[name, split]
        reader = reader_of(test.scenes.skeleton, network.design, setup.decoder, setup.weights.regression)
        found, loose = find_people(
            forward, test.scenes, test.pictures, np.arange(len(test.scenes)), reader, device.device
        )
        write_predictions(folder, seed, name, split, found)
        write_predictions(folder, seed, name, f"{split}_candidates", loose)


def keep_state(run: Run, folder: Path, state: dict[str, Tensor]) -> None:
    """Leave a trunk's optimiser to its arms."""
    if is_trunk(run) and run.small.crops is not None:
        save_weights(folder / STATE, state)


def is_trunk(run: Run) -> bool:
    """Whether others begin with a run, which is then not tested itself."""
    return run.parent is None and run.tests == ()


def write_facts(
    run: Run, setup: Setup, recipe: Recipe, design: Design, configuration: Mapping[str, Any], device: Device,
    store: Store,
) -> None:  # fmt: skip
    """Write `run.json`, with the cost here, that of the trunk included, and at the paper's scale."""
    here = network_size(design, setup.crop_px)
    paper = network_size(design_of(run.backbone, PAPER, design.joints, design.limbs, run.graph), PAPER_PX)
    seen = setup.paper.epochs * setup.images[run.data]
    before = read_json(store.runs / run.parent / "run.json")["cost"] if run.parent else NO_COST
    write_run(
        store.runs / run.name, configuration, run.seeds, here.parameters, paper.parameters,
        before["samples"] + recipe.samples,
        before["operations"] + TRAINING * here.operations * recipe.samples,
        computed=device.words, parent=run.parent, train=[run.data],
        tests=[f"{name}-{split}" for name, split in run.tests],
        mib_paper=round(mebibytes(paper.parameters), 4),
        paper_cost={"samples": seen, "operations": TRAINING * paper.operations * seen},
    )  # fmt: skip


PAPER_PX = 641  # long edge of the published pictures


def inputs_of(run: Run, store: Store) -> list[Path]:
    """The files that a training's result depends on; `meta.json` holds the hash of a set's arrays."""
    paths = [store.scenes / name / "meta.json" for name in sorted({run.data, *(n for n, _ in run.tests)})]
    paths += [store.adjacency / f"{run.data}.npz"] if run.graph else []
    paths += [Path(run.imagenet)] if run.imagenet else []
    paths += [store.runs / run.parent] if run.parent else []
    return paths


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
