"""Qiu et al., Dynamic GCN for Efficient Multi-Person Pose Estimation (AAAI 2020): figures 1, 3 and 4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from repose.papers.dgcn.facts import TOLD, dgcn_facts, used_text
from repose.papers.dgcn.figures import dgcn_figures
from repose.papers.dgcn.scores import dgcn_scores, units_of
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

CHOSEN = (
    "Network, optimiser, rates, weights of the losses and the decoder were chosen with the baseline on "
    "held-out pictures of COCO's training set; all but the trunks' share of the crops is the same for all "
    "runs. The size that a graph's part begins with (`gate`) was chosen there as well, from two values; the "
    "baseline has no such number. Ten times the rate for W_d was tried there too: W_d then moves by 0.2, "
    "but the moves of two seeds do not correlate (0.08 and -0.03) and the held-out loss is 0.03 higher, so "
    "W_d has the rate of all others."
)


def settings(section: Mapping[str, Any], scale: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The scale of the trainings; nothing was chosen where they follow the paper's schedule."""
    return by_section(scale), CHOSEN if scale["train"]["arm_crops"] else ""


def data_sets() -> Sequence[str]:
    """The three sets of the paper's tables, with everybody in their pictures."""
    return ("coco", "crowdpose", "mpii_multi")


def scored(runs: Sequence[Run], data: Path) -> tuple[Scores, Facts]:
    """COCO's and CrowdPose's precision and recall, MPII's two scores, kinds of errors."""
    scores = dgcn_scores(runs, data / "poses")
    return scores, dgcn_facts(runs, scores)


def scored_file(other: Other, data: Path) -> dict[str, Score]:
    """The same precision, recall and kinds of errors of other software."""
    return scores_of_file(other, data / "poses", units_of)


def presented(materials: Materials) -> Presented:
    """Its figures, what was learnt, and the kinds of errors of every run."""
    runs = {run.name: run for run in materials.runs}
    figures = dgcn_figures(materials.folder, runs, materials.data, materials.roots, materials.scores)
    drawn = origins(materials.data / "poses", ["coco"])["coco"] == "world"
    learnt = branch_text(materials.runs, "what a graph makes of one trunk for each backbone")
    learnt += learnt_text(materials.scores, TOLD) + used_text(materials.facts)
    learnt += drawn_text(materials.runs, "COCO and CrowdPose") if drawn else ""
    return Presented(figures, learnt, errors_text(materials.runs, materials.scores))
