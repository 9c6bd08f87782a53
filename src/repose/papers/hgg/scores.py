"""Scores of the HGG runs from the people they found and the truth, at the published picture sizes.

Those of `repose.papers.people.scores`, AP and AR in percent as the paper prints them, and

    grouping_gap         ap_grouped_by_truth less ap_visible: what a perfect grouping of the same joints adds
    gigaflop_proposals   operations of the published proposal network for a picture, 10⁹
    gigaflop_grouping    of the grouping of the candidates found on COCO val, the mean over its pictures
    gigaflop_all         both together

Operations are those that a run with a grouping has counted itself; associative embedding counts none.

A run that is tested in several ways is a row each: `full` by its own test, `full@multi` and `full@greedy` by
the others.

Legend: S seeds, M pictures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays
from repose.foundations.progress import progress
from repose.metrics.people import PeopleFound, match_all, with_visible_person
from repose.papers.people.judged import Judged
from repose.papers.people.precision import Units, coco_units
from repose.papers.people.scores import (
    COMPARED,
    GROUPS,
    TRIVIAL,
    by_set,
    error_units,
    grouped,
    judged_of,
    seed_units,
    trivial_scores,
    truth_units,
)
from repose.report.runs import Run
from repose.report.scores import Score, Scores, flat_score

FIRST = "single"  # the test that a run's own name stands for
COUNTED = "coco-val"  # test set whose pictures' operations are counted
GIGA = 1e9
BY_TRUTH, GAP = "ap_grouped_by_truth", "grouping_gap"
SHARES = ("ap", "ar", GAP)  # beginnings of the metrics that are shown in percent


class Operations(NamedTuple):
    """Of the modules for each picture of a test set, at the paper's scale (M each)."""

    proposals: np.ndarray
    graph_net: np.ndarray
    discriminators: np.ndarray  # of edges and macro-nodes, all rounds together

    @property
    def grouping(self) -> np.ndarray:
        """M: of all that comes after the proposal network."""
        return self.graph_net + self.discriminators


def tested(run: Run, test: str) -> str:
    """The name of a run's row by one of its tests."""
    return run.name if test == FIRST else f"{run.name}@{test}"


def own_tests(run: Run) -> dict[str, Mapping[str, Any]]:
    """The tests of a run, by name, that of its own row first: their scales, and who groups."""
    variants = run.record["variants"]
    return {name: variants[name] for name in sorted(variants, key=lambda name: (name != FIRST, name))}


def hgg_scores(runs: Sequence[Run], poses: Path) -> Scores:
    """Scores of all runs by all their tests, and of the trivial answer; `poses` has the canonical tables."""
    judged = judged_of(runs, poses)
    scores: Scores = {}
    for run in progress(runs, "runs scored", len(runs)):
        for row, own in run_scores(run, judged).items():
            scores |= {(row, metric): score for metric, score in own.items()}
    trivial = in_percent(trivial_scores(judged, units_of))
    return scores | {(TRIVIAL, metric): score for metric, score in trivial.items()}


def run_scores(run: Run, judged: Mapping[str, Judged]) -> dict[str, dict[str, Score]]:
    """The scores of one run, a row a test; all of them share the chance of the run's seeds."""
    parts: dict[str, dict[str, dict[str, Units]]] = {tested(run, name): {} for name in own_tests(run)}
    for test in run.record["tests"]:
        if test in judged:
            for name, units in set_units(run, test, judged[test]).items():
                parts[tested(run, name)][GROUPS[test]] = units
    scores = {row: in_percent(by_set(grouped(own, run.name))) for row, own in parts.items()}
    return scores | {run.name: scores.get(run.name, {}) | operation_scores(run, judged)}


def set_units(run: Run, test: str, judged: Judged) -> dict[str, dict[str, Units]]:
    """The metrics of one test set by each of a run's tests; those at the first scales share its joints."""
    tests, truth = own_tests(run), truth_units(run, test, judged)
    seen = tests[FIRST]["scales"] if FIRST in tests else None
    found = {}
    for name, how in tests.items():
        units = seed_units(run, test, judged, units_of, "" if name == FIRST else f"_{name}")
        if truth and COMPARED in units and how["scales"] == seen:
            best, pictures = truth[BY_TRUTH]
            units |= truth | {GAP: (best - units[COMPARED][0], pictures)}
        found[name] = units
    return found


def units_of(judged: Judged, found: PeopleFound) -> dict[str, Units]:
    """Every metric of one test set, picture by picture."""
    return coco_units(judged.truth, match_all(judged.truth, found, judged.sigma)) | error_units(judged, found)


def in_percent(scores: Mapping[str, Score]) -> dict[str, Score]:
    """Precision and recall as the paper prints them."""
    return {
        metric: replace(score, sums=100 * score.sums) if metric.startswith(SHARES) else score
        for metric, score in scores.items()
    }


def operation_scores(run: Run, judged: Mapping[str, Judged]) -> dict[str, Score]:
    """Operations for a picture with somebody in it, each seed with the candidates that it has found."""
    if COUNTED not in judged or COUNTED not in run.record["tests"]:
        return {}
    visible = with_visible_person(judged[COUNTED].truth)
    seeds = counted_operations(run, COUNTED, len(visible))
    if not seeds:
        return {}
    proposals = np.array([seed.proposals[visible].mean() / GIGA for seed in seeds])
    grouping = np.array([seed.grouping[visible].mean() / GIGA for seed in seeds])
    parts = {"proposals": proposals, "grouping": grouping, "all": proposals + grouping}
    return {f"gigaflop_{name}": flat_score(values) for name, values in parts.items()}


def counted_operations(run: Run, test: str, pictures: int) -> list[Operations]:
    """What the seeds of a run have counted on a set of so many pictures; nothing without a grouping."""
    if not run.record["configuration"]["grouping"]:
        return []
    files = run.predictions(f"{test}_operations")
    if not files:
        raise ReposeError(f"{run.folder}: no operations on {test} from every seed; make the run again")
    return [load_operations(path, pictures) for path in files]


def load_operations(path: Path, pictures: int) -> Operations:
    """A file of operations, which has a row for every picture, in their order."""
    arrays = load_arrays(path, "image", *Operations._fields)
    if not np.array_equal(arrays["image"], np.arange(pictures)):
        found = f"operations of {len(arrays['image'])} pictures, expected {pictures} in order"
        raise ReposeError(f"{path}: {found}; make the run again")
    return Operations(*(arrays[name] for name in Operations._fields))
