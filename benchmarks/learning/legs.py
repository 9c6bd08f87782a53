"""A trunk in legs from each number of crops to the next, and its runs, which branch off after every leg."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor, nn

from benchmarks.learning.system import State, System
from repose.metrics.people import PeopleFound, ap, match_all, with_visible_person
from repose.papers.people.judged import Judged
from repose.pictures.teaching import teach
from repose.training.recipe import Recipe

Numbers = Mapping[str, float]  # COCO's ten


@dataclass(frozen=True)
class Point:
    """What a number of crops has taught."""

    times: float  # the default's crops
    crops: int
    way: str  # the run and how it is read; empty where there is one
    held: Numbers  # on held-out pictures
    seen: Numbers  # on as many that were trained on


def learn(system: System, times: Sequence[float], seed: int) -> Iterator[list[Point]]:
    """The points of all runs so far, after each of the times, which rise."""
    trunk, whole = system.network(None, seed), system.crops(None)
    state, points = None, []
    for leg, (before, now) in enumerate(zip([0.0, *times], times, strict=False)):
        start = time.perf_counter()
        # the default's warm-up, once; the first leg of a single time 1 is the default's trunk
        recipe = system.recipe(None, round((now - before) * whole), 0.0 if leg else 1 / now)
        state = trained(system, None, trunk, recipe, state, seed + leg, f"trunk to {now:g} times")
        for run in system.runs:
            own = round(now * system.crops(run))
            network, recipe = system.network(run, seed, trunk), system.recipe(run, own, 1.0)
            trained(system, run, network, recipe, state, seed, f"{run} at {now:g} times")
            points += judged_points(system, run, network, now, round(now * whole) + own)
        print(f"{time.perf_counter() - start:.0f} s", flush=True)
        yield points


def trained(
    system: System, run: str | None, network: nn.Module, recipe: Recipe, state: State | None, seed: int,
    name: str,
) -> State:  # fmt: skip
    """Train a network in place; its optimiser's last state."""
    left: dict[str, Tensor] = {}
    teach(
        system.lesson.room, network, system.teaching(run, network, seed), recipe,
        seed=seed, name=name, start_state=state, on_end=left.update,
    )  # fmt: skip
    return {key: tensor.clone() for key, tensor in left.items()}


def judged_points(system: System, run: str, network: nn.Module, times: float, crops: int) -> list[Point]:
    """A point for every way of reading a run."""
    lesson = system.lesson
    held, seen = (
        {way: numbers(lesson.judged, found, rows) for way, found in system.found(run, network, rows).items()}
        for rows in (lesson.held, lesson.some_seen())
    )
    points = [Point(times, crops, way, held[way], seen[way]) for way in held]
    for point in points:
        print(line_of(point), flush=True)
    return points


def numbers(judged: Judged, found: PeopleFound, rows: np.ndarray) -> dict[str, float]:
    """COCO's numbers on some pictures, those with a visible person."""
    counts = np.isin(np.arange(len(judged.names)), rows) & with_visible_person(judged.truth)
    values = ap(match_all(judged.truth, found, judged.sigma), counts.astype(float))
    return {name: float(value) for name, value in values.items()}


def line_of(point: Point) -> str:
    """One point in words."""
    held, seen = (f"AP {n['AP']:.3f}, AP50 {n['AP50']:.3f}" for n in (point.held, point.seen))
    way = f", {point.way}" if point.way else ""
    return f"{point.times:g} times, {point.crops} crops{way}: {held}; on pictures trained on {seen}"
