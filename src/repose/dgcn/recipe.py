"""How long and at which rates a trunk and its arms are trained: as published, or as fits a small scale."""

from __future__ import annotations

from dataclasses import dataclass

from repose.training.averaging import Average
from repose.training.branching import SmallTraining, falling, muon, steady
from repose.training.loop import Training
from repose.training.optimiser import Optimiser
from repose.training.recipe import Recipe
from repose.training.schedule import Schedule


@dataclass(frozen=True)
class PaperTraining:
    """The published schedule."""

    batch: int
    epochs: int
    rate: float  # of SGD with Nesterov's momentum
    momentum: float
    milestones: tuple[int, ...]  # epochs after which the rate falls to a tenth
    warmup_epochs: float  # from zero to the rate
    average: float  # share of the new weights in their moving average, a step; 0: none
    frozen_epochs: int  # in which the backbone's weights stay


def trunk_recipe(small: SmallTraining) -> Recipe:
    """A trunk; at the papers' scale ImageNet's weights take its place, and it is not trained at all."""
    if small.crops is None:
        return Recipe(small.batch, 1, Training(0, muon(small), Schedule("constant", small.rate, 1)))
    return steady(small)


def arm_recipe(paper: PaperTraining, small: SmallTraining, pictures: int) -> Recipe:
    """An arm; without a number of crops it is the published training on so many pictures."""
    return published(paper, pictures) if small.crops is None else falling(small)


def published(paper: PaperTraining, pictures: int) -> Recipe:
    """SGD with Nesterov's momentum and two drops of the rate."""
    steps = max(1, pictures // paper.batch)
    schedule = Schedule(
        "step", paper.rate, round(paper.warmup_epochs * steps), decay=0.1,
        milestones=tuple(epoch * steps for epoch in paper.milestones),
    )  # fmt: skip
    optimiser = Optimiser("sgd", momentum=paper.momentum, nesterov=True)
    average = Average("ema", decay=1 - paper.average) if paper.average else None
    return Recipe(paper.batch, steps, Training(paper.epochs, optimiser, schedule, average))
