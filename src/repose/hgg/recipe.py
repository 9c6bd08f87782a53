"""How long and at which rates the trunk and its arms are trained: as published, or as fits a small scale."""

from __future__ import annotations

from dataclasses import dataclass, replace

from repose.training.loop import Training
from repose.training.optimiser import Optimiser
from repose.training.recipe import MUON, Recipe
from repose.training.schedule import Schedule

EPSILON = 1e-12  # of Adam: the grouping's gradients are as small as their published weight, 1e-5


@dataclass(frozen=True)
class PaperTraining:
    """The published schedule, Adam's."""

    batch: int
    rate: float
    last_rate: float  # to which the rate falls at the end
    trunk_steps: int  # of associative embedding, at the first rate
    arm_steps: int  # of everything together
    drop: float  # share of an arm's steps before the rate falls
    curve_points: int


@dataclass(frozen=True)
class SmallTraining:
    """What replaces the schedule at a smaller scale."""

    crops: int | None  # that a training sees; None: the published schedule
    batch: int
    rate: float  # of Muon, for the kernels
    plain_rate: float  # of Adam, for the output layers and all that is no kernel
    warmup: float  # share of the steps in which the rate rises from zero; a trunk's then stays
    hold: float  # share of an arm's steps before the rate falls to zero in a straight line
    curve_points: int  # how often the curves are measured


def trunk_recipe(paper: PaperTraining, small: SmallTraining) -> Recipe:
    """A trunk: a constant rate, after a warm-up at a small scale."""
    if small.crops is None:
        return published(paper, paper.trunk_steps, Schedule("constant", paper.rate))
    steps = steps_of(small)
    schedule = Schedule("constant", small.rate, max(1, round(small.warmup * steps * small.curve_points)))
    return Recipe(small.batch, steps, Training(small.curve_points, muon(small), schedule))


def arm_recipe(paper: PaperTraining, small: SmallTraining) -> Recipe:
    """An arm: the trunk's rate for a while, then down."""
    if small.crops is None:
        drop = round(paper.drop * paper.arm_steps)
        schedule = Schedule("step", paper.rate, decay=paper.last_rate / paper.rate, milestones=(drop,))
        return published(paper, paper.arm_steps, schedule)
    steps = steps_of(small)
    total = steps * small.curve_points
    warmup = max(1, round(small.warmup * total))
    schedule = Schedule("linear", small.rate, warmup, hold=round(small.hold * total), total=total)
    return Recipe(small.batch, steps, Training(small.curve_points, muon(small), schedule))


def published(paper: PaperTraining, steps: int, schedule: Schedule) -> Recipe:
    """So many steps of Adam."""
    points = min(paper.curve_points, steps)
    training = Training(points, Optimiser("adam", eps=EPSILON), schedule)
    return Recipe(paper.batch, steps // points, training)


def steps_of(small: SmallTraining) -> int:
    """Steps between two points of the curves."""
    return max(1, round((small.crops or 0) / (small.batch * small.curve_points)))


def muon(small: SmallTraining) -> Optimiser:
    """Muon with Adam's rate for the rest."""
    return replace(MUON, rest=small.plain_rate / small.rate)
