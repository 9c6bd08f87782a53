"""How long and at which rates a lifter is trained: as in the paper, or as suits a smaller scale."""

from __future__ import annotations

import dataclasses
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


def make_recipe(
    paper: PaperTraining, small: SmallTraining, poses: int, share: float = 1.0, parts: int = 1
) -> Recipe:
    """The recipe for a training set of a given size, at a share of its length.

    The small scale's steps count all `parts` that are trained one after another, each of which gets its part
    of them with a complete schedule. A paper's schedule is that of each part.
    """
    if small.steps is not None:
        total = max(1, round(small.steps * share) // parts)
        points = even_points(total, small.curve_points)
        steps = total // points  # here an epoch is the stretch between two points of the curve
        warmup = round(small.warmup * share / parts)
        schedule = Schedule("cosine", small.rate, warmup, total=steps * points)
        average = Average("tail", start=1 - small.average) if small.average else None
        optimiser = optimiser_of(small.optimiser, stacked=True)
        return Recipe(small.batch, steps, Training(points, optimiser, schedule, average))
    paper, steps = shortened(paper, share), max(1, poses // paper.batch)
    if paper.milestones:
        drops = tuple(epoch * steps for epoch in paper.milestones)
        schedule = Schedule("step", paper.rate, decay=paper.decay, milestones=drops)
    else:
        every = paper.every_steps or (paper.every_epochs or paper.epochs) * steps
        schedule = Schedule("staircase", paper.rate, decay=paper.decay, every=every)
    return Recipe(paper.batch, steps, Training(paper.epochs, optimiser_of("adam"), schedule))


def even_points(steps: int, most: int) -> int:
    """At most so many points of a curve, and at least half as many, that leave the fewest steps over."""
    most = min(most, steps)
    return min(range(most, (most - 1) // 2, -1), key=lambda points: steps % points)


def shortened(paper: PaperTraining, share: float) -> PaperTraining:
    """A paper's schedule at a share of its length; its drops come as much earlier."""

    def part(length: int | None) -> int | None:
        return None if length is None else max(1, round(length * share))

    return dataclasses.replace(
        paper,
        epochs=max(1, round(paper.epochs * share)),
        every_steps=part(paper.every_steps),
        every_epochs=part(paper.every_epochs),
        milestones=tuple(max(1, round(epoch * share)) for epoch in paper.milestones),
    )
