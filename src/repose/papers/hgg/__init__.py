"""Jin et al., Differentiable Hierarchical Graph Grouping (ECCV 2020): figures 4 and 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from repose.papers.hgg.facts import TOLD, gap_text, hgg_facts, used_text
from repose.papers.hgg.figures import hgg_figures
from repose.papers.hgg.scores import hgg_scores, in_percent, units_of
from repose.papers.people.kinds import errors_text
from repose.papers.people.scores import scores_of_file
from repose.papers.people.words import branch_text, by_section, drawn_text, learnt_text
from repose.report.others import Other
from repose.report.room import Materials, Presented, origins
from repose.report.runs import Run
from repose.report.runs import declared_runs as declared
from repose.report.scores import Score, Scores
from repose.report.tables import Facts

__all__ = ["data_sets", "declared", "presented", "scored", "scored_file", "settings"]

ALONE = "simulation"  # of the scale: a comparison of groupers without pictures, which trains no run
CHOSEN = (
    "Network, number of tags, rates, weights of the losses, width of the targets, threshold of the "
    "candidates, how far a candidate may lie from the joint that it is taken for in training (`similar`), "
    "the factor on candidates' places (`place_gain`), how the two classes of a discriminator are weighed "
    "(`balance`), and that a graph network reads no tags of mirror images were chosen with the baseline and "
    "the full grouping on held-out pictures of COCO's training set. All is the same for all runs; `similar`, "
    "`place_gain`, `dropout` and `balance` serve the grouping alone. Nothing was chosen for the other "
    "groupings, which favours the full one."
)


def settings(section: Mapping[str, Any], scale: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The scale of the trainings; nothing was chosen where they follow the paper's schedule."""
    return by_section(scale, ALONE), CHOSEN if scale["train"]["arm_crops"] else ""


def data_sets() -> Sequence[str]:
    """The two sets of the paper's tables."""
    return ("coco", "ochuman")


def scored(runs: Sequence[Run], data: Path) -> tuple[Scores, Facts]:
    """COCO's and OCHuman's precision and recall by every test, kinds of errors, operations."""
    scores = hgg_scores(runs, data / "poses")
    return scores, hgg_facts(runs, scores)


def scored_file(other: Other, data: Path) -> dict[str, Score]:
    """The same precision, recall and kinds of errors of other software."""
    return in_percent(scores_of_file(other, data / "poses", units_of))


def presented(materials: Materials) -> Presented:
    """Its figures, what was learnt, and the kinds of errors of every run."""
    drawn = origins(materials.data / "poses", ["coco"])["coco"] == "world"
    learnt = branch_text(materials.runs, "what a grouping makes of one trunk")
    learnt += learnt_text(materials.scores, TOLD, digits=1)
    learnt += gap_text(materials.scores) + used_text(materials.facts)
    learnt += drawn_text(materials.runs, "COCO and OCHuman") if drawn else ""
    return Presented(hgg_figures(materials), learnt, errors_text(materials.runs, materials.scores))
