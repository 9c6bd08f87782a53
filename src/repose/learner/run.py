"""One run of Tran et al.: from its settings to its folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from repose.learner.network import Cascade, Combined, Design
from repose.lifting.harness import Objective, train_lifter, write_seeds
from repose.lifting.lifter import FlatLifter, no_statistics, statistics
from repose.lifting.poses import LiftingPoses
from repose.lifting.recipe import Recipe
from repose.training.checkpoint import fingerprint, resume_folder
from repose.training.devices import Device
from repose.training.loop import Row
from repose.training.record import write_run
from repose.training.tracking import tracked

HERE = Path(__file__).parent
CODE = (HERE, HERE.parent / "lifting", HERE.parent / "training")  # a resumed training needs the same


@dataclass(frozen=True)
class Model:
    """What a run trains, at the paper's size."""

    kind: str  # combined | cascade
    width: int
    blocks: int
    stages: int
    dropout: float
    gate: str
    skip: str
    fuse: str
    normalise: str  # zscore | none
    input: str  # gt | detected


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
    return Cascade(seeds, design) if kind == "cascade" else Combined(seeds, design)


def parameters(kind: str, design: Design) -> int:
    """The parameters of one network."""
    k, d = design.joints, design.width
    ends = 2 * k * d + 3 * d + d * 3 * k + 3 * k  # into the first wide layer, out of the last
    learner = ends + 2 * design.blocks * (d * d + 3 * d)
    if kind == "cascade":
        return design.stages * learner
    lifted = design.skip == "up"
    skip = 2 * k * d + (d if lifted else 2 * k)
    output = 0 if lifted else (2 * k - d) * 3 * k  # the gated stream's last layer sees 2k numbers, not d
    inputs = 3 * k if design.fuse == "add" else 6 * k
    return 2 * learner + skip + output + inputs * 3 * k + 3 * k


def train_run(
    name: str,
    model: Model,
    recipe: Recipe,
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
    """Train the seeds of a run together and write `runs/learner/<name>/`."""
    joints = len(poses.joints)
    design = at_scale(model, joints, width, output_gain)
    network = build(model.kind, design, seeds)
    zscore = model.normalise == "zscore"
    numbers = statistics(poses.joints2d, poses.joints3d_m) if zscore else no_statistics(joints)
    lifter = FlatLifter(network, numbers)
    scale = torch.from_numpy(numbers.output_std).view(joints, 3)
    objective = Objective(seeds, model.dropout > 0, scale)
    here, paper = (parameters(model.kind, at_scale(model, joints, w)) for w in (width, 1.0))
    key = fingerprint([configuration, device.words], [*inputs, *CODE])
    tags = {"device": device.words, "data": fingerprint(None, inputs)}
    samples = recipe.batch * recipe.steps * len(seeds)
    with (
        resume_folder(f"learner@{name}", key) as kept,
        tracked("learner", name, configuration, seeds, tags, samples, kept) as log,
    ):

        def train_part(part: Recipe, checkpoint: str, on_epoch: Callable[[Row], None]) -> list[Row]:
            return train_lifter(
                lifter,
                objective,
                poses,
                test,
                part,
                device,
                clip=clip,
                seed=seed,
                name=name,
                on_epoch=on_epoch,
                checkpoint=kept / checkpoint,
            )

        if isinstance(network, Cascade):
            history = train_cascade(network, recipe, train_part, log.epoch)
        else:
            history = train_part(recipe, "learner.pt", log.epoch)
        write_seeds(folder, lifter, history, seeds, [test], device, FlatLifter.SHARED)
        seen = recipe.samples * model.stages
        operations = 6 * here * recipe.samples
        write_run(folder, configuration, seeds, here, paper, seen, operations, computed=device.words)
        log.finish(folder)


def train_cascade(
    network: Cascade,
    recipe: Recipe,
    train_part: Callable[[Recipe, str, Callable[[Row], None]], list[Row]],
    on_epoch: Callable[[Row], None],
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
