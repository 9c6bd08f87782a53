"""How a network learns from crops with several people, and the curves of the pictures that are held out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor, nn

from repose.pictures.scene_batches import SceneBatches, Targets
from repose.pictures.scene_crops import SceneAugment
from repose.pictures.scene_sets import Parts, SceneSet, training_parts
from repose.training.batches import Batches
from repose.training.devices import Device, Forward, to_device
from repose.training.loop import Loss, Row, Step, train
from repose.training.recipe import Recipe

HELD_BATCHES = 8  # that the held-out losses are measured on
Curves = Callable[[Forward, int], Row]  # the trained network, the epoch → what is added to its row


@dataclass(frozen=True)
class Classroom:
    """What all networks of a training set learn from."""

    data: SceneSet
    parts: Parts
    crop_px: int
    augment: SceneAugment
    device: Device


class Teaching(NamedTuple):
    """How one network is taught."""

    objective: Loss
    targets: Targets
    plain: Callable[[str], bool]  # whether Muon leaves a parameter to Adam
    draws: int  # seed of its crops
    clip: Callable[[Sequence[Tensor]], Any] | None = None  # what happens to gradients before a step


def classroom_of(
    data: SceneSet, held_out: float, crop_px: int, augment: SceneAugment, device: Device
) -> Classroom:
    """Crops of a set's pictures, a share of them held out."""
    return Classroom(data, training_parts(data.scenes, held_out), crop_px, augment, device)


def teach(
    room: Classroom, network: nn.Module, teaching: Teaching, recipe: Recipe, **settings: Any
) -> list[Row]:
    """Train a network in place and return the history; `settings` are the further ones of `train`."""
    batches = crops_of(room, room.parts.rows, teaching, recipe.batch, recipe.steps)
    return train(
        network, teaching.objective, batches, recipe.training, room.device,
        plain=teaching.plain, clip=teaching.clip, **settings,
    )  # fmt: skip


def crops_of(room: Classroom, rows: np.ndarray, teaching: Teaching, batch: int, steps: int) -> SceneBatches:
    """Batches of crops of some pictures, with the labels that a network is taught by."""
    return SceneBatches(
        room.data.scenes, room.data.pictures, batch, steps, room.crop_px, room.augment,
        teaching.draws, teaching.targets, rows,
    )  # fmt: skip


def held_curves(
    room: Classroom, teaching: Teaching, batch: int, names: Collection[str] | None = None
) -> Curves | None:
    """The curves of the pictures that are held out, if any are: all losses, or those of some names."""
    if not len(room.parts.held):
        return None
    batches = crops_of(room, room.parts.held, teaching, batch, HELD_BATCHES)
    return held_losses(teaching.objective, batches, room.device, names)


def held_losses(
    objective: Loss, batches: Batches, device: Device, names: Collection[str] | None = None
) -> Curves:
    """The mean losses of the same crops every time; a part that some batches lack is that of the others."""

    def evaluate(forward: Forward, epoch: int) -> Row:
        rows = []
        for batch in batches.epoch(0):
            total, logs = objective(forward, to_device(batch, device), Step(0, 0, 1))
            rows.append({"loss": total, **logs})
        found = dict.fromkeys(name for row in rows for name in row)
        shown = [name for name in found if names is None or name in names]
        return {f"held_{k}": float(np.mean([float(row[k]) for row in rows if k in row])) for k in shown}

    return evaluate
