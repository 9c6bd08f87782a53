"""One run of Liu et al.: from its settings to its folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from repose.foundations.errors import ReposeError
from repose.gcn.adjacency import normalised_adjacency
from repose.gcn.lifter import (
    ClassTask,
    EmbeddingTask,
    GraphLifter,
    matching_channels,
    operations,
    parameters,
)
from repose.gcn.network import Architecture, Decoder, GraphNetwork
from repose.lifting.harness import Objective, TaskLoss, train_lifter
from repose.lifting.ladder import Budget, Job, Log, Trained, train_budgets
from repose.lifting.lifter import FlatLifter, Statistics, numbers_of
from repose.lifting.martinez import FullyConnected
from repose.lifting.poses import LiftingPoses
from repose.training.devices import Device

HERE = Path(__file__).parent
CODE = (HERE, HERE.parent / "lifting", HERE.parent / "training")  # a resumed training needs the same


@dataclass(frozen=True)
class Model:
    """What a run trains, at the paper's size; `channels` is Martinez' width for his network."""

    layer: str  # shared | separate | global | martinez
    channels: int
    blocks: int
    task: str  # none | classes | embedding
    classes: int | None  # of the task
    embedding: int  # length of the embedding
    decoder: int  # hidden width of its decoder
    unsupervised_outputs: int  # of a global node without a task
    input: str  # gt | detected
    dropout: float
    normalise: str  # of inputs and targets: zscore | none
    matches: int | None = None  # channels of the global-node network with as many parameters

    @property
    def outputs(self) -> int:
        """Outputs of the global node."""
        sizes = {"classes": self.classes, "embedding": self.embedding, "none": self.unsupervised_outputs}
        return sizes[self.task] or 0


@dataclass(frozen=True)
class Setup:
    """What a run shares with others."""

    skeleton: str
    gain: float  # of Xavier's initialisation
    clip: float  # the gradient's norm is clipped to this; 0: not clipped
    width: float  # share of the papers' channels
    output_gain: float  # further factor on the output layer's initial weights


@dataclass(frozen=True)
class Weights:
    """Of the auxiliary losses."""

    classes: float
    embedding: float


def at_scale(model: Model, gain: float, width: float, output_gain: float) -> Architecture:
    """The network's architecture at a scale; a baseline has its partner's number of parameters.

    At the papers' size its width is the printed one.
    """
    channels = model.channels if width == 1 else max(1, round(model.channels * width))
    design = Architecture(
        model.layer, channels, model.blocks, model.outputs, gain, output_gain, model.dropout
    )
    if model.matches is None or width == 1:
        return design
    partner = dataclasses.replace(
        design, layer="global", channels=round(model.matches * width), outputs=model.unsupervised_outputs
    )
    return dataclasses.replace(design, channels=matching_channels(design, parameters(partner)))


def build(
    model: Model, setup: Setup, seeds: Sequence[int], numbers: Statistics
) -> tuple[nn.Module, int, int, int]:
    """The S models, their parameters here and at the paper's size, and the operations per sample."""
    if model.layer == "martinez":
        return build_martinez(model, setup, seeds, numbers)
    adjacency = torch.from_numpy(normalised_adjacency(setup.skeleton))
    joints = len(adjacency)
    design = at_scale(model, setup.gain, setup.width, setup.output_gain)
    decoder = (
        Decoder(seeds, model.embedding, model.decoder, 3 * joints) if model.task == "embedding" else None
    )
    lifter = GraphLifter(GraphNetwork(seeds, design, adjacency), decoder)
    return (
        lifter,
        parameters(design),
        parameters(at_scale(model, setup.gain, 1, 1)),
        operations(design, joints),
    )


def kind_of(model: Model) -> str:
    """The key of a run's schedule: Martinez' network has its own, graph networks go by their 2D joints."""
    return "martinez" if model.layer == "martinez" else model.input


def schedules(
    train: Mapping[str, Any], scale: Mapping[str, Any], model: Model
) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """The published schedule of a run, and what replaces it at a smaller scale.

    All runs have as many steps there; some kinds have their own rate, Martinez' network its own optimiser.
    """
    kind = kind_of(model)
    own = {key: value for key, value in scale.get(kind, {}).items() if key != "dropout"}
    return train[kind], dict(scale["train"]) | own


def setup_of(train: Mapping[str, Any], scale: Mapping[str, Any], model: Model) -> Setup:
    """The setup of a run; gradients of Martinez' network are not clipped, as in its authors' code."""
    own = {"clip": 0.0} if kind_of(model) == "martinez" else {}
    return Setup(**train["setup"] | own, width=scale["width"], output_gain=scale["output_gain"])


def as_trained(model: Model, scale: Mapping[str, Any]) -> Model:
    """The model with the dropout that a smaller scale gives graph networks on detected 2D."""
    dropout = scale["detected"]["dropout"] if kind_of(model) == "detected" else None
    return model if dropout is None else dataclasses.replace(model, dropout=dropout)


def scale_of(model: Model, scale: Mapping[str, Any]) -> dict[str, Any]:
    """The scale as `run.json` tells it: what is set for detected 2D only where it is taken."""
    return {key: value for key, value in scale.items() if key != "detected" or kind_of(model) == key}


def build_martinez(
    model: Model, setup: Setup, seeds: Sequence[int], numbers: Statistics
) -> tuple[nn.Module, int, int, int]:
    """The same for Martinez' network, as its authors made it, but for the bound on the norm of its weights,
    which they call optional."""
    wide, joints = max(1, round(model.channels * setup.width)), len(numbers.input_std) // 2
    network = FullyConnected(seeds, 2 * joints, 3 * joints, wide, model.blocks, model.dropout)
    here, paper = (martinez_parameters(joints, width, model.blocks) for width in (wide, model.channels))
    return FlatLifter(network, numbers), here, paper, 6 * here


def martinez_parameters(joints: int, width: int, blocks: int) -> int:
    """Weights, biases and normalisations of the fully connected lifter."""
    wide = 2 * blocks * width * width + (2 * blocks + 1) * 3 * width
    return 2 * joints * width + wide + 3 * joints * width + 3 * joints


def task_loss(model: Model, weights: Weights) -> TaskLoss | None:
    """The auxiliary loss of a run."""
    if model.task == "classes":
        return ClassTask(weights.classes)
    return EmbeddingTask(weights.embedding) if model.task == "embedding" else None


def objective_of(model: Model, weights: Weights, numbers: Statistics, seeds: Sequence[int]) -> Objective:
    """What a run minimises: its joints' error in the units of its targets, and the auxiliary loss."""
    deviation = torch.from_numpy(numbers.output_std).view(-1, 3)
    scale = deviation if model.normalise == "zscore" else None
    return Objective(seeds, model.dropout > 0, scale, task_loss(model, weights))


def check(model: Model, labels: np.ndarray | None, poses: LiftingPoses) -> None:
    """Check that settings and inputs fit together."""
    if model.task != "none" and model.layer != "global":
        raise ReposeError(f"gcn: layer {model.layer} has no global node to supervise, expected task: none")
    if model.normalise != "none" and model.layer != "martinez":
        raise ReposeError(
            f"gcn: layer {model.layer} is not made for normalised joints, expected normalise: none"
        )
    if (model.task == "classes") != (labels is not None):
        raise ReposeError(f"gcn: task {model.task} and labels do not fit; runs without labels are free_runs")
    if labels is not None and len(labels) != len(poses.sample):
        raise ReposeError(f"gcn: {len(labels)} labels for {len(poses.sample)} poses; make the labels again")


def train_run(
    name: str,
    model: Model,
    weights: Weights,
    setup: Setup,
    trainings: Sequence[Budget],
    poses: LiftingPoses,
    tests: Sequence[LiftingPoses],
    labels: np.ndarray | None,
    *,
    seed: int,
    seeds: Sequence[int],
    device: Device,
    folder: Path,
    configuration: Mapping[str, Any],
    inputs: Sequence[Path],
) -> None:
    """Train the seeds of a run together, at every budget, and write `runs/gcn/<name>/`."""
    check(model, labels, poses)
    numbers = numbers_of(model.normalise, poses.joints2d, poses.joints3d_m)
    objective = objective_of(model, weights, numbers, seeds)

    def train(budget: Budget, kept: Path, log: Log) -> Trained:
        lifter, *_ = build(model, setup, seeds, numbers)
        history = train_lifter(
            lifter, objective, poses, tests[0], budget.recipe, device, clip=setup.clip, seed=seed,
            name=budget.called(name), labels=labels, on_epoch=log, checkpoint=kept / "gcn.pt",
        )  # fmt: skip
        return lifter, history

    lifter, here, paper, cost = build(model, setup, seeds, numbers)
    shared = FlatLifter.SHARED if isinstance(lifter, FlatLifter) else ()
    job = Job(
        "gcn", name, configuration, seeds, device, folder, inputs, CODE, tests, (here, paper), cost,
        shared=shared,
    )  # fmt: skip
    train_budgets(job, trainings, train)
