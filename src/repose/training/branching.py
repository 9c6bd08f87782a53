"""The recipe of a small scale for a trunk and the arms that branch off it.

A trunk's rate stays once it has risen; that of an arm rises again, since it may have new parts, stays for a
while and falls to zero. So the trunk can be of any length, and its arms share what it costs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from repose.training.loop import Training
from repose.training.optimiser import Optimiser
from repose.training.recipe import MUON, Recipe
from repose.training.schedule import Schedule


@dataclass(frozen=True)
class SmallTraining:
    """What replaces the published schedule at a smaller scale."""

    crops: int | None  # that a training sees; None: the published schedule
    batch: int
    rate: float  # of Muon, for the kernels of the body
    plain_rate: float  # of Adam, for the output layers and all that is no kernel
    warmup: float  # share of the steps in which the rate rises from zero; a trunk's then stays
    hold: float  # share of an arm's steps before the rate falls to zero in a straight line
    curve_points: int  # how often the curves are measured


def small_training(settings: Mapping[str, Any], crops: int | None, paper_batch: int) -> SmallTraining:
    """From a scale's section on the training, for so many crops; where it states no batch, the paper's."""
    rest = {f.name: settings[f.name] for f in fields(SmallTraining) if f.name not in ("crops", "batch")}
    return SmallTraining(crops, settings["batch"] or paper_batch, **rest)


def steady(small: SmallTraining) -> Recipe:
    """A trunk: a warm-up, then a constant rate."""
    return recipe_of(small, Schedule("constant", small.rate, warmup_of(small)))


def falling(small: SmallTraining) -> Recipe:
    """An arm: a warm-up for its new parts, the trunk's rate for a while, then down to zero."""
    total = steps_of(small) * small.curve_points
    hold = round(small.hold * total)
    return recipe_of(small, Schedule("linear", small.rate, warmup_of(small), hold=hold, total=total))


def recipe_of(small: SmallTraining, schedule: Schedule) -> Recipe:
    """All crops by a schedule."""
    return Recipe(small.batch, steps_of(small), Training(small.curve_points, muon(small), schedule))


def steps_of(small: SmallTraining) -> int:
    """Steps between two points of the curves."""
    return max(1, round((small.crops or 0) / (small.batch * small.curve_points)))


def warmup_of(small: SmallTraining) -> int:
    """Steps in which the rate rises."""
    return max(1, round(small.warmup * steps_of(small) * small.curve_points))


def muon(small: SmallTraining) -> Optimiser:
    """Muon with Adam's rate for the rest."""
    return replace(MUON, rest=small.plain_rate / small.rate)
