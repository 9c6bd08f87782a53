"""How long and at which rates a trunk and its arms are trained: as published, or as fits a small scale."""

from __future__ import annotations

from dataclasses import dataclass, replace

from repose.training.averaging import Average
from repose.training.loop import Training
from repose.training.optimiser import Optimiser
from repose.training.recipe import MUON, Recipe
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


@dataclass(frozen=True)
class SmallTraining:
    """What replaces the schedule at a smaller scale."""

    crops: int | None  # that a training sees; None: the published schedule
    batch: int
    rate: float  # of Muon, for the kernels of the body
    plain_rate: float  # of Adam, for the output layers and all that is no kernel
    warmup: float  # share of the steps in which the rate rises from zero; a trunk's then stays
    hold: float  # share of an arm's steps before the rate falls to zero in a straight line
    curve_points: int  # how often the curves are measured


def trunk_recipe(small: SmallTraining) -> Recipe:
    """A trunk: warm-up, then a constant rate.

    At the papers' scale ImageNet's weights take its place, and it is not trained at all.
    """
    steps, points = steps_of(small), small.curve_points if small.crops is not None else 0
    schedule = Schedule("constant", small.rate, max(1, round(small.warmup * steps * points)))
    return Recipe(small.batch, steps, Training(points, muon(small), schedule))


def arm_recipe(paper: PaperTraining, small: SmallTraining, pictures: int) -> Recipe:
    """An arm: a warm-up for its new parts, the trunk's rate for a while, then down to zero.

    Without a number of crops it is the published training on so many pictures.
    """
    if small.crops is None:
        return published(paper, pictures)
    steps = steps_of(small)
    total = steps * small.curve_points
    warmup = max(1, round(small.warmup * total))
    schedule = Schedule("linear", small.rate, warmup, hold=round(small.hold * total), total=total)
    return Recipe(small.batch, steps, Training(small.curve_points, muon(small), schedule))


def steps_of(small: SmallTraining) -> int:
    """Steps between two points of the curves."""
    return max(1, round((small.crops or 0) / (small.batch * small.curve_points)))


def muon(small: SmallTraining) -> Optimiser:
    """Muon with Adam's rate for the rest."""
    return replace(MUON, rest=small.plain_rate / small.rate)


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
