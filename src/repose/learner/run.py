"""One run of Tran et al.: from its settings to its folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from repose.learner.network import Cascade, Combined, Design, GatedStream, plain_stream
from repose.lifting.harness import Objective, train_lifter
from repose.lifting.ladder import Budget, Job, Log, Trained, train_budgets
from repose.lifting.lifter import FlatLifter, numbers_of
from repose.lifting.poses import LiftingPoses
from repose.training.devices import Device
from repose.training.loop import Row
from repose.training.recipe import Recipe, value_of

HERE = Path(__file__).parent
CODE = (HERE, HERE.parent / "lifting", HERE.parent / "training")  # a resumed training needs the same
KINDS: dict[str, Callable[[Sequence[int], Design], nn.Module]] = {
    "combined": Combined,
    "cascade": Cascade,
    "plain": plain_stream,
    "gated": GatedStream,
}


@dataclass(frozen=True)
class Model:
    """What a run trains, at the paper's size."""

    kind: str  # one of KINDS
    width: int
    blocks: int
    stages: int
    dropout: float
    gate: str
    skip: str
    fuse: str
    normalise: str  # zscore | none
    input: str  # gt | detected

    @property
    def learners(self) -> int:
        """Networks that are trained one after another."""
        return self.stages if self.kind == "cascade" else 1


def at_scale(model: Model, joints: int, width: float, output_gain: float = 1.0) -> Design:
    """The network's design at a scale."""
    wide = max(1, round(model.width * width))
    return Design(
        joints,
        wide,
        model.stages,
        model.blocks,
        model.dropout,
        model.gate,
        model.skip,
        model.fuse,
        output_gain,
    )


def build(kind: str, design: Design, seeds: Sequence[int]) -> nn.Module:
    """The S networks of a run."""
    return KINDS[kind](seeds, design)


def parameters(kind: str, design: Design) -> int:
    """The parameters of one network."""
    k, d = design.joints, design.width
    ends = 2 * k * d + 3 * d + d * 3 * k + 3 * k  # into the first wide layer, out of the last
    plain = ends + 2 * design.blocks * (d * d + 3 * d)
    lifted = design.skip == "up"
    skip = 2 * k * d + (d if lifted else 2 * k)
    output = 0 if lifted else (2 * k - d) * 3 * k  # the gated stream's last layer sees 2k numbers, not d
    gated = plain + skip + output
    fused = (3 * k if design.fuse == "add" else 6 * k) * 3 * k + 3 * k
    counts = {"cascade": design.stages * plain, "combined": plain + gated + fused}
    return (counts | {"plain": plain, "gated": gated})[kind]


def operations(model: Model, count: int) -> int:
    """Multiplications and additions per sample, forward and backward; learners that are done only forward."""
    return count * (6 + model.learners - 1) // model.learners


def train_settings(scale: Mapping[str, Any], name: str, kind: str) -> dict[str, Any]:
    """What replaces the paper's schedule at a smaller scale, with the rate of a run or else of its kind."""
    return dict(scale["train"]) | {"rate": value_of(name, kind, scale["rates"])}


def train_run(
    name: str,
    model: Model,
    trainings: Sequence[Budget],
    poses: LiftingPoses,
    test: LiftingPoses,
    *,
    width: float,
    output_gain: float,
    clip: float,
    seed: int,
    seeds: Sequence[int],
    device: Device,
    folder: Path,
    configuration: Mapping[str, Any],
    inputs: Sequence[Path],
) -> None:
    """Train the seeds of a run together, at every budget, and write `runs/learner/<name>/`."""
    joints = len(poses.joints)
    numbers = numbers_of(model.normalise, poses.joints2d, poses.joints3d_m)
    objective = Objective(seeds, model.dropout > 0, torch.from_numpy(numbers.output_std).view(joints, 3))
    here, paper = (parameters(model.kind, at_scale(model, joints, w)) for w in (width, 1.0))

    def train(budget: Budget, kept: Path, log: Log) -> Trained:
        network = build(model.kind, at_scale(model, joints, width, output_gain), seeds)
        lifter = FlatLifter(network, numbers)

        def part(recipe: Recipe, checkpoint: str, on_epoch: Log) -> list[Row]:
            return train_lifter(
                lifter, objective, poses, test, recipe, device, clip=clip, seed=seed,
                name=budget.called(name), on_epoch=on_epoch, checkpoint=kept / checkpoint,
            )  # fmt: skip

        if isinstance(network, Cascade):
            return lifter, train_cascade(network, budget.recipe, part, log)
        return lifter, part(budget.recipe, "learner.pt", log)

    job = Job(
        "learner", name, configuration, seeds, device, folder, inputs, CODE, [test], (here, paper),
        operations(model, here), model.learners, FlatLifter.SHARED,
    )  # fmt: skip
    train_budgets(job, trainings, train)


def train_cascade(
    network: Cascade,
    recipe: Recipe,
    train_part: Callable[[Recipe, str, Log], list[Row]],
    on_epoch: Log,
) -> list[Row]:
    """Train one learner after another on the residual, each with the whole recipe; epochs count through."""
    history: list[Row] = []
    for stage in range(len(network.learners)):
        network.open(stage + 1)
        done = len(history)

        def numbered(row: Row, done: int = done) -> Row:
            return row | {"epoch": row["epoch"] + done}

        rows = train_part(recipe, f"learner{stage}.pt", lambda row: on_epoch(numbered(row)))
        history += [numbered(row) for row in rows]
    return history
