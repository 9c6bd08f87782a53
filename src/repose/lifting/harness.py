"""Training, predicting and recording that all lifters share.

Legend: S seeds trained together, B batch, J joints, N poses.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from repose.lifting.poses import LiftingPoses
from repose.lifting.recipe import Recipe
from repose.training.batches import ArrayBatches
from repose.training.devices import Device, Forward
from repose.training.distributed import find_ranks
from repose.training.loop import Row, Step, seed_of, train
from repose.training.optimiser import clip_grad_norm
from repose.training.record import seed_weights, write_predictions, write_seed

CHUNK = {"cpu": 128, "cuda": 4096}  # poses predicted at a time: what a CPU works on stays in its cache
CURVE_POSES = 2000  # poses of a set on which an error curve is measured

TaskLoss = Callable[[Any, Mapping[str, Tensor]], Tensor]  # of (Lifted, batch): (S,), weighted


@dataclass(frozen=True)
class Objective:
    """The loss: mean squared error of the joints in units of `scale`, and what an auxiliary task adds."""

    seeds: Sequence[int]
    dropout: bool
    scale: Tensor | None = None  # J, 3
    task: TaskLoss | None = None

    def __call__(
        self, forward: Forward, batch: Mapping[str, Tensor], step: Step
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The sum over models to minimise; the joints' part is logged, as in the paper's curves."""
        lifted = forward(batch["joints2d"], self.noise(step, batch["joints2d"].device))
        apart = lifted.joints3d_m - batch["joints3d_m"]
        if self.scale is not None:
            apart = apart / self.scale.to(apart.device)
        joints = apart.square().mean((1, 2, 3))  # S
        if self.task is None:
            return joints.sum(), {"loss": joints}
        extra = self.task(lifted, batch)
        return (joints + extra).sum(), {"loss": joints, "loss_task": extra}

    def noise(self, step: Step, device: torch.device) -> list[torch.Generator] | None:
        """One generator per model for dropout, made from its seed and the step."""
        if not self.dropout:
            return None
        keys = [seed_of(seed, "dropout", step.step, find_ranks().rank) for seed in self.seeds]
        return [torch.Generator(device).manual_seed(key) for key in keys]


def train_lifter(
    model: nn.Module,
    objective: Objective,
    poses: LiftingPoses,
    test: LiftingPoses,
    recipe: Recipe,
    device: Device,
    *,
    clip: float,
    seed: int,
    name: str,
    labels: np.ndarray | None = None,
    on_epoch: Callable[[Row], None] | None = None,
    checkpoint: Path | None = None,
) -> list[Row]:
    """Train S models in place; the history has the columns epoch, rate, loss, and two errors in mm:
    `error` on the test set, `train_error` on the training set."""
    arrays = {"joints2d": poses.joints2d, "joints3d_m": poses.joints3d_m}
    if labels is not None:
        arrays["label"] = labels.astype(np.int64)
    batches = ArrayBatches(arrays, recipe.batch, objective.seeds, device.device, recipe.steps)
    shown = {"error": evenly_spread(test), "train_error": evenly_spread(poses)}
    models = len(objective.seeds)

    def evaluate(forward: Forward, epoch: int) -> Row:
        return {
            name: np.linalg.norm(predict(forward, part, models) - part.joints3d_m * 1000, axis=-1).mean(
                (1, 2)
            )
            for name, part in shown.items()
        }

    return train(
        model,
        objective,
        batches,
        recipe.training,
        device,
        seed=seed,
        name=name,
        clip=partial(clip_grad_norm, max_norm=clip, leading=models) if clip else None,
        evaluate=evaluate,
        on_epoch=on_epoch,
        checkpoint=checkpoint,
    )


def evenly_spread(poses: LiftingPoses) -> LiftingPoses:
    """Evenly spread poses, as many as a curve is measured on."""
    count = len(poses.sample)
    return poses.rows(np.linspace(0, count - 1, min(CURVE_POSES, count)).astype(int))


@torch.no_grad()
def predict(forward: Forward, poses: LiftingPoses, models: int) -> np.ndarray:
    """3D joints (S, N, J, 3) in mm about the root (joint 0) by each of S models."""
    parts, device = [], forward.device.device
    chunk = CHUNK[device.type]
    for start in range(0, len(poses.sample), chunk):
        part = torch.from_numpy(poses.joints2d[start : start + chunk]).to(device)
        joints = forward(part.expand(models, *part.shape)).joints3d_m
        parts.append(((joints - joints[:, :, :1]) * 1000).cpu().numpy())
    return np.concatenate(parts, 1)


def write_seeds(
    folder: Path,
    model: nn.Module,
    history: Sequence[Row],
    seeds: Sequence[int],
    tests: Sequence[LiftingPoses],
    device: Device,
    shared: Collection[str] = (),
) -> None:
    """Weights, curves and predictions of every seed."""
    predictions = [predict(Forward(model.eval(), device), test, len(seeds)) for test in tests]
    for index, seed in enumerate(seeds):
        write_seed(folder, seed, seed_weights(model.state_dict(), index, len(seeds), shared), history, index)
        for test, joints in zip(tests, predictions, strict=True):
            arrays = {
                "joints": np.array(test.joints),
                "sample": test.sample,
                "joints3d_mm": joints[index].astype(np.float32),
            }
            write_predictions(folder, seed, test.dataset, test.split, arrays)
