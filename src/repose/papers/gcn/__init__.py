"""Liu et al., Learning Global Pose Features in Graph Convolutional Networks (ACCV 2020): figures 5 to 7."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from repose.papers.gcn.figures import gcn_figures
from repose.papers.lifting.scores import lifting_scores
from repose.papers.lifting.settings import listed
from repose.report.room import Materials, Presented
from repose.report.runs import Run
from repose.report.runs import declared_runs as declared
from repose.report.scores import Scores
from repose.report.tables import Facts

__all__ = ["data_sets", "declared", "presented", "scored", "settings"]

CHOSEN = (
    "These values were chosen on a held-out training subject and are the same for all graph networks. Only "
    "Martinez' network has its own optimiser and rate (`martinez`), chosen there too, for as many steps."
)


def settings(section: Mapping[str, Any], scale: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The scale of the trainings; with the paper's own schedule nothing was chosen."""
    return listed(scale), CHOSEN if scale["train"]["steps"] else ""


def data_sets() -> Sequence[str]:
    """Trained on Human3.6M, tested on both."""
    return ("h36m", "mpi_inf_3dhp")


def scored(runs: Sequence[Run], data: Path) -> tuple[Scores, Facts]:
    """Both protocols on Human3.6M, PCK and AUC on MPI-INF-3DHP."""
    return lifting_scores(runs, data / "poses")


def presented(materials: Materials) -> Presented:
    """Curves, class centres and examples."""
    runs = {run.name: run for run in materials.runs}
    return Presented(gcn_figures(materials.folder, runs, materials.data))
