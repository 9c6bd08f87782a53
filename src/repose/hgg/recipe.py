"""How long and at which rates the trunk and its arms are trained: as published, or as fits a small scale."""

from __future__ import annotations

from dataclasses import dataclass

from repose.training.branching import SmallTraining, falling, steady
from repose.training.loop import Training
from repose.training.optimiser import Optimiser
from repose.training.recipe import Recipe
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


def trunk_recipe(paper: PaperTraining, small: SmallTraining) -> Recipe:
    """The trunk, at a constant rate."""
    if small.crops is not None:
        return steady(small)
    return published(paper, paper.trunk_steps, Schedule("constant", paper.rate))


def arm_recipe(paper: PaperTraining, small: SmallTraining) -> Recipe:
    """An arm: the trunk's rate for a while, then down."""
    if small.crops is not None:
        return falling(small)
    drop = round(paper.drop * paper.arm_steps)
    schedule = Schedule("step", paper.rate, decay=paper.last_rate / paper.rate, milestones=(drop,))
    return published(paper, paper.arm_steps, schedule)


def published(paper: PaperTraining, steps: int, schedule: Schedule) -> Recipe:
    """So many steps of Adam."""
    points = min(paper.curve_points, steps)
    training = Training(points, Optimiser("adam", eps=EPSILON), schedule)
    return Recipe(paper.batch, steps // points, training)
