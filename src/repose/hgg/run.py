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
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from repose.foundations.errors import ReposeError
from repose.hgg.clustering import Grouper
from repose.hgg.designs import PAPER, NetworkScale, build_seeded, design_of, network_size
from repose.hgg.graphs import type_pairs
from repose.hgg.looking import SKELETON, GroupingDesign, Look, Reading, look_at, reader_of
from repose.hgg.objective import PROPOSALS, Objective, PoseGroups, Weights, plain_parameters
from repose.hgg.recipe import PaperTraining, arm_recipe, trunk_recipe
from repose.hgg.targets import LabelMaker
from repose.pictures.costs import TRAINING
from repose.pictures.scene_crops import SceneAugment
from repose.pictures.scene_sets import SceneSet, Split, opened_sets
from repose.pictures.teaching import Classroom, Teaching, classroom_of, held_curves, teach
from repose.skeletons import get_skeleton
from repose.training.branching import SmallTraining
from repose.training.checkpoint import fingerprint, resume_folder
from repose.training.devices import Device
from repose.training.distributed import find_ranks
from repose.training.loop import seed_of
from repose.training.recipe import Recipe
from repose.training.record import write_predictions, write_run, write_seed
from repose.training.tracking import Tracker, tracked
from repose.training.trunk import check_fit, cost_before, keep_state, start_state, trunk_weights

HERE = Path(__file__).parent
ROOMS = ("metrics", "pictures", "skeletons", "training")
CODE = (HERE, *(HERE.parent / room for room in ROOMS))  # that a resumed training depends on
SET = "coco"  # that all runs are trained on
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


@dataclass(frozen=True)
class Run:
    """The trunk, which has no parent, or an arm."""

    name: str
    grouping: GroupingDesign | None
    sets: tuple[Split, ...]  # that it is tested on
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
    wanted = [(SET, "train"), *run.sets]
    with (
        opened_sets(wanted, store.scenes, store.roots, setup.picture_px, store.workers) as sets,
        resume_folder(f"hgg@{run.name}", key) as kept,
    ):
        room = classroom_of(sets[SET, "train"], setup.held_out, setup.crop_px, setup.augment, device)
        recipe, state = recipe_of(run, setup), start_state(store.runs, run.parent, run.small)
        seen = recipe.batch * recipe.steps
        with tracked("hgg", run.name, configuration, run.seeds, tags, seen, kept) as log:
            for seed in run.seeds:
                log.restart_clock()
                network = start_of(run, setup, store, seed)
                train_seed(run, setup, recipe, network, state, room, seed, store, log, kept)
                write_found(run, setup, network, seed, sets, store, device)
            write_facts(run, setup, recipe, configuration, device, store)
            log.finish(folder)


def start_of(run: Run, setup: Setup, store: Store, seed: int) -> PoseGroups:
    """The network with its first weights: the trunk's in its proposals, a seed's own in the rest."""
    proposals = build_seeded(design_of(setup.scale, len(get_skeleton(SKELETON).joints)), seed)
    network = PoseGroups(proposals, grouper_of(run.grouping, seed))
    if run.parent:
        load_trunk(network, trunk_weights(store.runs, run.parent))
    return network


def load_trunk(network: PoseGroups, trunk: Mapping[str, Tensor]) -> None:
    """Let the proposals begin with a trunk's weights; a grouper keeps its own."""
    own = {name: t for name, t in network.state_dict().items() if name.startswith(PROPOSALS)}
    check_fit(own, trunk, "this scale's network")
    network.load_state_dict(trunk, strict=False)


def grouper_of(grouping: GroupingDesign | None, seed: int) -> Grouper | None:
    """What groups candidates, with the first weights of a seed."""
    if grouping is None:
        return None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(seed, "hgg", "grouper"))
        return Grouper(grouping.net, type_pairs(SKELETON, grouping.graph), grouping.rules)


def recipe_of(run: Run, setup: Setup) -> Recipe:
    """The trunk's recipe or an arm's."""
    return (arm_recipe if run.parent else trunk_recipe)(setup.paper, run.small)


def teaching_of(run: Run, setup: Setup, network: PoseGroups, seed: int) -> Teaching:
    """How a run's network is taught."""
    draws = seed if run.parent else seed_of(seed, "hgg", "trunk")  # an arm sees other crops than its trunk
    objective, maker = objective_of(run.grouping, setup, network, seed), maker_of(setup, setup.crop_px)
    return Teaching(objective, maker, set(plain_parameters(network)).__contains__, draws)


def objective_of(grouping: GroupingDesign | None, setup: Setup, network: PoseGroups, seed: int) -> Objective:
    """What the training of a grouping, or of associative embedding, minimises."""
    rules = replace(setup.reading.candidates, nodes=setup.nodes)
    losses = grouping.losses if grouping else ()
    return Objective(network, SKELETON, setup.weights, rules, losses, setup.similar, seed)


def maker_of(setup: Setup, px: int) -> LabelMaker:
    """What makes the labels of crops of a side."""
    return LabelMaker(SKELETON, px, setup.sigma, setup.most_people, setup.exact)


def train_seed(
    run: Run, setup: Setup, recipe: Recipe, network: PoseGroups, state: Mapping[str, Tensor] | None,
    room: Classroom, seed: int, store: Store, log: Tracker, kept: Path,
) -> None:  # fmt: skip
    """Train one seed and write its weights and curves."""
    teaching, folder = teaching_of(run, setup, network, seed), store.runs / run.name
    leaves_state = not run.parent and run.small.crops is not None
    history = teach(
        room, network, teaching, recipe, seed=seed, name=f"{run.name} seed {seed}", start_state=state,
        evaluate=held_curves(room, teaching, recipe.batch), on_epoch=lambda row: log.epoch(row, seed),
        checkpoint=kept / f"seed{seed}.pt",
        on_end=functools.partial(keep_state, folder, seed) if leaves_state else None,
    )  # fmt: skip
    write_seed(folder, seed, network.state_dict(), history)


def write_found(
    run: Run, setup: Setup, network: PoseGroups, seed: int, sets: Mapping[Split, SceneSet], store: Store,
    device: Device,
) -> None:  # fmt: skip
    """Write what a trained seed finds in the sets that its run is tested on."""
    reader = reader_of(run.tests, setup.reading, network.grouper)
    for name, split in run.sets:
        test, rounds = sets[name, split], (name, split) == run.sets[0]
        found = look_at(network, test.scenes, test.pictures, reader, run.grouping, rounds, device)
        for what, arrays in found.items():
            write_predictions(store.runs / run.name, seed, name, split + what, arrays)


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
    before = cost_before(store.runs, run.parent)
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
