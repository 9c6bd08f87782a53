"""One run of a stage: from its settings to its folder."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from repose.foundations.errors import ReposeError
from repose.foundations.files import read_json
from repose.fusion.batches import FusionBatches, Set, Sizes
from repose.fusion.curves import curve_point, spread, tenth
from repose.fusion.decode import find_joints, predictions
from repose.fusion.designs import PAPER, NetworkScale, build_seeded, design_of, network_size
from repose.fusion.losses import Weights, losses
from repose.fusion.network import PoseResNet
from repose.fusion.recipe import PaperStage, Recipe, SmallStage, epoch_people, make_recipe
from repose.pictures.augment import Augment
from repose.pictures.pack import MARGIN, DecodedPeople, PackedPeople, People, decoding_processes
from repose.pictures.people import load_split, person_of, sources_of
from repose.pictures.weights import load_encoder
from repose.training.checkpoint import fingerprint, resume_folder
from repose.training.devices import Device, Forward
from repose.training.loop import Step, train
from repose.training.record import load_model, seed_folder, write_predictions, write_run, write_seed
from repose.training.tracking import Tracker, tracked

HERE = Path(__file__).parent
CODE = (HERE, HERE.parent / "pictures", HERE.parent / "training")  # a resumed training needs the same
TRAINING = 3  # operations of forward and backward, divided by those of forward


@dataclass(frozen=True)
class Setup:
    """What all runs share."""

    network: str  # resnet | hourglass
    scale: NetworkScale
    augment: Augment
    imagenet: str | None  # file of the encoder's first weights
    flip_test: bool
    subpixel: bool
    evaluate_epochs: int  # epochs between two measurements of the curves

    @property
    def sizes(self) -> Sizes:
        """Sides of pictures and maps."""
        px = self.scale.input_px
        return Sizes(px, design_of(self.network, self.scale).map_px(px))


@dataclass(frozen=True)
class Run:
    """One row of the paper's tables, or an earlier stage of it."""

    name: str
    family: str
    paper: PaperStage
    small: SmallStage
    train: tuple[str, ...]  # names of the training sets
    tests: tuple[str, ...]  # names of the sets that are predicted, the one of the curves first
    parent: str | None
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Store:
    """Where the files are."""

    data: Path  # prepared sets
    runs: Path
    roots: Mapping[str, str]  # native pictures by data set
    workers: int


def train_run(
    run: Run,
    setup: Setup,
    images: Mapping[str, int],
    store: Store,
    device: Device,
    configuration: Mapping[str, Any],
) -> None:
    """Train the seeds of a run one after another and write `runs/fusion/<name>/`.

    `images` are the sizes of the paper's training sets.
    """
    folder = store.runs / run.name
    inputs = inputs_of(run, setup, store)
    key = fingerprint([configuration, device.words], [*inputs, *CODE])
    tags = {"device": device.words, "data": fingerprint(None, inputs)}
    with (
        opened(run.train, "train", setup, store) as sets,
        opened(run.tests, "test", setup, store) as tests,
        resume_folder(f"fusion@{run.name}", key) as kept,
    ):
        recipe = recipe_of(run, sets, images)
        seen = recipe.batch * recipe.steps
        with tracked("fusion", run.name, configuration, run.seeds, tags, seen, kept) as log:
            for seed in run.seeds:
                log.restart_clock()
                train_seed(run, setup, recipe, seed, sets, tests, store, device, log, kept)
            write_facts(run, setup, recipe, images, configuration, device, folder)
            log.finish(folder)


def train_seed(
    run: Run, setup: Setup, recipe: Recipe, seed: int, sets: Sequence[Set], tests: Sequence[Set],
    store: Store, device: Device, log: Tracker, kept: Path,
) -> None:  # fmt: skip
    """Train one seed and write its folder."""
    folder, sizes = store.runs / run.name, setup.sizes
    network = build_seeded(design_of(setup.network, setup.scale), seed)
    if run.parent:
        load_model(network, parent_weights(store.runs / run.parent, seed))
    elif setup.imagenet:
        load_imagenet(network, Path(setup.imagenet))
    batches = FusionBatches(sets, recipe.batch, recipe.steps, sizes, setup.augment, seed)
    history = train(
        network, functools.partial(loss, weights_of(run.paper, run.small)), batches, recipe.training, device,
        seed=seed, name=f"{run.name} seed {seed}", on_epoch=lambda row: log.epoch(row, seed),
        evaluate=evaluation(sets[-1], tests[0], setup, recipe.training.epochs, device),
        checkpoint=kept / f"seed{seed}.pt",
    )  # fmt: skip
    write_seed(folder, seed, network.state_dict(), history)
    forward = Forward(network, device)
    with torch.inference_mode():
        for data in tests:
            rows = spread(len(data.split), len(data.split))
            joints = find_joints(forward, data, rows, sizes, setup.flip_test, setup.subpixel, device.device)
            write_predictions(folder, seed, data.name, "test", predictions(joints, data, rows, sizes.map_px))


def load_imagenet(network: nn.Module, path: Path) -> None:
    """Load ImageNet weights into the encoder; only ResNet has them."""
    if not isinstance(network, PoseResNet):
        raise ReposeError(f"{path}: ImageNet weights are ResNet's; set fusion.network to resnet")
    load_encoder(network.encoder, path)


def loss(weights: Weights, forward: Forward, batch: Any, step: Step) -> tuple[Tensor, dict[str, Tensor]]:
    """Eq. 5 of a batch, and its parts."""
    total, parts = losses(forward(batch["pictures"]), batch["labels"], weights)
    return total, parts._asdict()


def weights_of(paper: PaperStage, small: SmallStage) -> Weights:
    """Weights of the losses."""
    if small.share is None:
        return Weights(paper.lambda_reg, paper.lambda_geo)
    factor = small.depth_weight
    return Weights(paper.lambda_reg * factor, paper.lambda_geo * factor, small.joint_weight, small.sigma)


def evaluation(train_set: Set, test: Set, setup: Setup, epochs: int, device: Device) -> Any:
    """The function that measures the curves every few epochs, on the tenth and on as many training people."""
    rows = tenth(len(test.split))
    parts = {"train": (train_set, spread(len(train_set.split), len(rows))), "tenth": (test, rows)}

    def evaluate(forward: Forward, epoch: int) -> dict[str, float]:
        if epoch % setup.evaluate_epochs and epoch != epochs:
            return {}
        return curve_point(forward, parts, setup.sizes, setup.subpixel, device.device)

    return evaluate


def parent_weights(folder: Path, seed: int) -> Path:
    """The weights of the parent's same seed, or of its first seed if it has fewer."""
    seeds = read_json(folder / "run.json")["seeds"]
    return seed_folder(folder, seed if seed in seeds else seeds[0]) / "model.safetensors"


def recipe_of(run: Run, sets: Sequence[Set], images: Mapping[str, int]) -> Recipe:
    """The recipe of a run."""
    people: dict[bool, int] = {True: 0, False: 0}
    for data in sets:
        people[bool(data.split.has_depth.any())] += len(data.split)
    return make_recipe(
        run.paper, run.small, paper_people(run, images), epoch_people(people[False], people[True])
    )


def paper_people(run: Run, images: Mapping[str, int]) -> int:
    """How many people an epoch of the paper sees; 2D and 3D sets are named in this order."""
    sizes = [images[name] for name in run.train]
    return epoch_people(*sizes) if len(sizes) == 2 else sizes[0]


def write_facts(
    run: Run,
    setup: Setup,
    recipe: Recipe,
    images: Mapping[str, int],
    configuration: Mapping[str, Any],
    device: Device,
    folder: Path,
) -> None:
    """Write `run.json`, with the cost here and at the paper's scale."""
    here = network_size(design_of(setup.network, setup.scale), setup.scale.input_px)
    paper = network_size(design_of(setup.network, PAPER), PAPER.input_px)
    seen = run.paper.epochs * paper_people(run, images)
    write_run(
        folder, configuration, run.seeds, here.parameters, paper.parameters, recipe.samples,
        TRAINING * here.operations * recipe.samples,
        computed=device.words, family=run.family, parent=run.parent,
        train=list(run.train), tests=list(run.tests),
        maps={"input_px": setup.sizes.input_px, "map_px": setup.sizes.map_px},
        paper_cost={"samples": seen, "operations": TRAINING * paper.operations * seen},
    )  # fmt: skip


def inputs_of(run: Run, setup: Setup, store: Store) -> list[Path]:
    """The files that a training's result depends on; `meta.json` holds the hash of a set's arrays."""
    paths = [store.data / name / "meta.json" for name in {*run.train, *run.tests}]
    paths += [Path(setup.imagenet)] if setup.imagenet else []
    paths += [store.runs / run.parent] if run.parent else []
    return paths


@contextmanager
def opened(names: Sequence[str], split: str, setup: Setup, store: Store) -> Iterator[list[Set]]:
    """Splits of prepared sets, with stored pictures, or with processes that decode them."""
    stored = [(store.data / name / f"{split}_people.npy") for name in names]
    if all(path.is_file() for path in stored):
        yield [
            Set(n, load_split(store.data / n, split), PackedPeople(p))
            for n, p in zip(names, stored, strict=True)
        ]
        return
    pool = decoding_processes(store.workers)
    try:
        yield [decoded(name, split, setup, store, pool) for name in names]
    finally:
        pool.shutdown(cancel_futures=True)


def decoded(name: str, split: str, setup: Setup, store: Store, pool: Any) -> Set:
    """A set whose pictures are decoded during the training."""
    folder, px = store.data / name, round(MARGIN * setup.scale.input_px)
    people = load_split(folder, split)
    roots = [store.roots[source] for source in sources_of(folder)]
    squares: People = DecodedPeople(lambda row: person_of(people, row, roots, px), px, pool)
    return Set(name, people, squares)
