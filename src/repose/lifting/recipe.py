"""How long and at which rates a lifter is trained: as in the paper, or as suits a smaller scale."""

from __future__ import annotations

from dataclasses import dataclass

from repose.training.averaging import Average
from repose.training.loop import Training
from repose.training.recipe import Recipe, optimiser_of
from repose.training.schedule import Schedule


@dataclass(frozen=True)
class PaperTraining:
    """A paper's schedule: the rate drops by `decay` every so many steps or epochs, or at milestones."""

    batch: int
    epochs: int
    rate: float
    decay: float
    every_steps: int | None = None
    every_epochs: int | None = None
    milestones: tuple[int, ...] = ()  # epochs


@dataclass(frozen=True)
class SmallTraining:
    """What replaces it at a smaller scale; `steps` None keeps the paper's."""

    steps: int | None
    batch: int
    optimiser: str  # adam | muon
    rate: float
    warmup: int  # steps
    average: float  # last share of the steps, over which weights are averaged; 0: the last weights alone
    curve_points: int


def make_recipe(paper: PaperTraining, small: SmallTraining, poses: int) -> Recipe:
    """The recipe for a training set of a given size."""
    if small.steps is not None:
        points = min(small.curve_points, small.steps)
        steps = small.steps // points  # here an epoch is the stretch between two points of the curve
        schedule = Schedule("cosine", small.rate, small.warmup, total=steps * points)
        average = Average("tail", start=1 - small.average) if small.average else None
        optimiser = optimiser_of(small.optimiser, stacked=True)
        return Recipe(small.batch, steps, Training(points, optimiser, schedule, average))
    steps = max(1, poses // paper.batch)
    if paper.milestones:
        drops = tuple(epoch * steps for epoch in paper.milestones)
        schedule = Schedule("step", paper.rate, decay=paper.decay, milestones=drops)
    else:
        every = paper.every_steps or (paper.every_epochs or paper.epochs) * steps
        schedule = Schedule("staircase", paper.rate, decay=paper.decay, every=every)
    return Recipe(paper.batch, steps, Training(paper.epochs, optimiser_of("adam"), schedule))
