"""One training: a trunk that all arms of a backbone share, or an arm that branches off it.

runs/dgcn/<run>/seed<k>/model.safetensors       weights
runs/dgcn/<run>/seed<k>/optimiser.safetensors   of a trunk: its optimiser's state, for the arms
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from repose.dgcn.objective import Objective
from repose.dgcn.predict import find_people, reader_of
from repose.dgcn.recipe import PaperTraining, arm_recipe, trunk_recipe
from repose.pictures.costs import TRAINING
from repose.pictures.scene_crops import SceneAugment
from repose.pictures.scene_sets import SceneSet, Split, opened_sets
from repose.pictures.teaching import Classroom, Teaching, classroom_of, held_curves, teach
from repose.skeletons import get_skeleton
from repose.skeletons.soft_adjacency import hand_adjacency, load_distances, soft_adjacency
from repose.training.branching import SmallTraining
from repose.training.checkpoint import fingerprint, resume_folder
from repose.training.devices import Device, Forward
from repose.training.loop import seed_of
from repose.training.recipe import Recipe
from repose.training.record import write_predictions, write_run, write_seed
from repose.training.tracking import Tracker, tracked
from repose.training.trunk import cost_before, keep_state, start_state, trunk_weights

HERE = Path(__file__).parent
CODE = (HERE, *(HERE.parent / room for room in ("pictures", "skeletons", "training")))  # a resumed training's
PAPER_PX = 641  # long edge of the published pictures


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
    tests: tuple[Split, ...]
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


def train_run(run: Run, setup: Setup, store: Store, device: Device, configuration: Mapping[str, Any]) -> None:
    """Train the seeds of a run one after another and write `runs/dgcn/<name>/`."""
    folder, inputs = store.runs / run.name, inputs_of(run, store)
    key = fingerprint([configuration, device.words], [*inputs, *CODE])
    tags = {"device": device.words, "data": fingerprint(None, inputs)}
    wanted = [(run.data, "train"), *run.tests]
    with (
        opened_sets(wanted, store.scenes, store.roots, setup.picture_px, store.workers) as sets,
        resume_folder(f"dgcn@{run.name}", key) as kept,
    ):
        room = classroom_of(sets[run.data, "train"], setup.held_out, setup.crop_px, setup.augment, device)
        skeleton = room.data.scenes.skeleton
        design, adjacency = design_of_run(run, setup, skeleton, store)
        recipe, state = (
            recipe_of(run, setup, len(room.parts.rows)),
            start_state(store.runs, run.parent, run.small),
        )
        seen = recipe.batch * recipe.steps
        with tracked("dgcn", run.name, configuration, run.seeds, tags, seen, kept) as log:
            for seed in run.seeds:
                log.restart_clock()
                network = start_of(run, design, adjacency, skeleton, store, seed)
                train_seed(run, setup, recipe, network, state, room, seed, store, log, kept)
                write_found(run, setup, network, seed, sets, store, device)
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
        load_trunk(network, trunk_weights(store.runs, run.parent))
    elif run.imagenet:
        load_backbone(network.backbone, Path(run.imagenet))
    return network


def recipe_of(run: Run, setup: Setup, pictures: int) -> Recipe:
    """A trunk's recipe or an arm's, on so many pictures."""
    return trunk_recipe(run.small) if is_trunk(run) else arm_recipe(setup.paper, run.small, pictures)


def teaching_of(run: Run, setup: Setup, network: PoseFields, skeleton: str, seed: int) -> Teaching:
    """How a run's network is taught."""
    strides, limbs = (run.graph.said_at, run.graph.k_relations == "limbs") if run.graph else ((), False)
    maker = LabelMaker(skeleton, network.design.stride, setup.crop_px, strides, limbs)
    frozen = setup.paper.frozen_epochs if run.small.crops is None else 0
    objective = Objective(network, skeleton, setup.weights, setup.supervision, seed, frozen)
    plain = set(plain_parameters(network)).__contains__
    # an arm sees other crops than its trunk
    draws = seed_of(seed, "dgcn", "trunk") if is_trunk(run) else seed
    return Teaching(objective, maker, plain, draws, objective.hold_backbone)


def train_seed(
    run: Run, setup: Setup, recipe: Recipe, network: PoseFields, state: Mapping[str, Tensor] | None,
    room: Classroom, seed: int, store: Store, log: Tracker, kept: Path,
) -> None:  # fmt: skip
    """Train one seed and write its weights and curves."""
    teaching = teaching_of(run, setup, network, room.data.scenes.skeleton, seed)
    folder, leaves_state = store.runs / run.name, is_trunk(run) and run.small.crops is not None
    history = teach(
        room, network, teaching, recipe, seed=seed, name=f"{run.name} seed {seed}", start_state=state,
        evaluate=held_curves(room, teaching, recipe.batch, ["loss"]),
        on_epoch=lambda row: log.epoch(row, seed), checkpoint=kept / f"seed{seed}.pt",
        on_end=functools.partial(keep_state, folder, seed) if leaves_state else None,
    )  # fmt: skip
    write_seed(folder, seed, network.state_dict(), history)


def write_found(
    run: Run, setup: Setup, network: PoseFields, seed: int, sets: Mapping[Split, SceneSet], store: Store,
    device: Device,
) -> None:  # fmt: skip
    """Write what a trained seed finds in the sets that its run is tested on."""
    forward, folder = Forward(network, device), store.runs / run.name
    for name, split in run.tests:
        test = sets[name, split]
        reader = reader_of(test.scenes.skeleton, network.design, setup.decoder, setup.weights.regression)
        rows = np.arange(len(test.scenes))
        found, loose = find_people(forward, test.scenes, test.pictures, rows, reader, device.device)
        write_predictions(folder, seed, name, split, found)
        write_predictions(folder, seed, name, f"{split}_candidates", loose)


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
    before = cost_before(store.runs, run.parent)
    write_run(
        store.runs / run.name, configuration, run.seeds, here.parameters, paper.parameters,
        before["samples"] + recipe.samples,
        before["operations"] + TRAINING * here.operations * recipe.samples,
        computed=device.words, parent=run.parent, train=[run.data],
        tests=[f"{name}-{split}" for name, split in run.tests],
        mib_paper=round(mebibytes(paper.parameters), 4),
        paper_cost={"samples": seen, "operations": TRAINING * paper.operations * seen},
    )  # fmt: skip


def inputs_of(run: Run, store: Store) -> list[Path]:
    """The files that a training's result depends on; `meta.json` holds the hash of a set's arrays."""
    paths = [store.scenes / name / "meta.json" for name in sorted({run.data, *(n for n, _ in run.tests)})]
    paths += [store.adjacency / f"{run.data}.npz"] if run.graph else []
    paths += [Path(run.imagenet)] if run.imagenet else []
    paths += [store.runs / run.parent] if run.parent else []
    return paths
