"""How long and at which rates a stage is trained: as in the paper, or as suits a smaller scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from repose.training.loop import Training
from repose.training.recipe import Recipe, optimiser_of
from repose.training.schedule import Schedule


@dataclass(frozen=True)
class PaperStage:
    """The paper's schedule and weights of one stage."""

    epochs: int
    rate: float  # of Adam
    drops: tuple[int, ...]  # epochs after which the rate falls to a tenth
    batch: int
    lambda_reg: float
    lambda_geo: float


def schedule_of(family: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """The schedule of a family of runs, with what one run states for itself."""
    return {key: entry.get(key, value) for key, value in family.items()}


def paper_stage(schedule: Mapping[str, Any]) -> PaperStage:
    """A schedule as the parameters have it."""
    return PaperStage(**{**schedule, "drops": tuple(schedule["drops"] or ())})


@dataclass(frozen=True)
class SmallStage:
    """What replaces the schedule at a smaller scale."""

    share: float | None  # share of the pictures that the paper's training sees; None: the paper's schedule
    batch: int
    optimiser: str  # adam | muon
    rate: float  # peak of the rate, which then falls to zero along half a cosine
    warmup: float  # share of the steps in which the rate rises to its peak
    sigma: float  # width of the heat maps' targets, as a share of the map's side
    joint_weight: float  # see `losses.heatmap_loss`
    depth_weight: float  # factor on λ_reg and λ_geo, whose ratio stays


def make_recipe(paper: PaperStage, small: SmallStage, paper_people: int, people: int) -> Recipe:
    """The recipe, given how many people an epoch of the paper sees, and one of ours."""
    if small.share is None:
        steps = max(1, people // paper.batch)
        drops = tuple(epoch * steps for epoch in paper.drops)
        schedule = Schedule("step", paper.rate, decay=0.1, milestones=drops)
        return Recipe(paper.batch, steps, Training(paper.epochs, optimiser_of("adam"), schedule))
    total = small.share * paper.epochs * paper_people
    epochs = max(1, round(total / people))
    steps = max(1, round(total / (epochs * small.batch)))
    warmup = round(small.warmup * steps * epochs)
    schedule = Schedule("cosine", small.rate, warmup, total=steps * epochs)
    return Recipe(small.batch, steps, Training(epochs, optimiser_of(small.optimiser), schedule))


def epoch_people(flat: int, deep: int) -> int:
    """People in an epoch: one of the 3D sets for each of the 2D sets, or all if there is only one kind."""
    return flat + min(deep, flat) if flat and deep else flat + deep
