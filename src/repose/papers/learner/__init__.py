"""Tran et al., Combination of Deep Learner Network and Transformer for 3D Human Pose Estimation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from repose.papers.lifting.figures import examples_figure
from repose.papers.lifting.scores import lifting_scores, scores_of_file
from repose.papers.lifting.settings import listed
from repose.report.others import Other
from repose.report.page import Figure
from repose.report.room import Materials, Presented
from repose.report.runs import Run
from repose.report.runs import declared_runs as declared
from repose.report.scores import Score, Scores
from repose.report.tables import Facts

__all__ = ["data_sets", "declared", "presented", "scored", "scored_file", "settings"]

CHOSEN = (
    "These values were chosen on a held-out training subject. All networks see as many poses and have "
    "the same settings but for the peak of the rate (`rates`), chosen for each kind among the same three."
)
EXAMPLES = Figure(
    "figures/examples.png",
    "Figures 3 and 4: poses lifted from 2D",
    "2D input, 3D pose of the combined network and true 3D pose. The paper shows a private video; these are "
    "test frames of Human3.6M, for each action the one with the median error.",
)


def settings(section: Mapping[str, Any], scale: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The scale of the trainings; with the paper's own schedule nothing was chosen."""
    return listed(scale), CHOSEN if scale["train"]["steps"] else ""


def data_sets() -> Sequence[str]:
    """Trained and tested on Human3.6M."""
    return ("h36m",)


def scored(runs: Sequence[Run], data: Path) -> tuple[Scores, Facts]:
    """Both protocols on Human3.6M."""
    return lifting_scores(runs, data / "poses")


def scored_file(other: Other, data: Path) -> dict[str, Score]:
    """The same of other software."""
    return scores_of_file(other, data / "poses")


def presented(materials: Materials) -> Presented:
    """Examples of the combined network, where it is declared."""
    combined = next((run for run in materials.runs if run.name == "combined"), None)
    if combined is None:
        return Presented()
    poses = materials.data / "poses/h36m/test.npz"
    predictions = combined.predictions("h36m-test")[0]
    examples_figure(materials.folder / EXAMPLES.file, poses, predictions, "joints2d_detected")
    return Presented([EXAMPLES])
