"""Jiang et al., 2D Pre-Training for 3D Pose Estimation: three stages of training, figures 1 to 3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from repose.papers.fusion.cost import cost_scores
from repose.papers.fusion.facts import everywhere_text, fusion_facts, learnt_text, limits_text
from repose.papers.fusion.figures import fusion_figures
from repose.papers.fusion.scores import declared, fusion_scores, scores_of_file
from repose.report.others import Other
from repose.report.room import Materials, Presented
from repose.report.runs import Run
from repose.report.scores import Score, Scores
from repose.report.tables import Facts

__all__ = ["data_sets", "declared", "presented", "scored", "scored_file", "settings"]

CHOSEN = (
    "Network, optimiser, share, weight of the joints and width of the targets were chosen on held-out "
    "pictures of Human3.6M's training set and are the same for all runs. Rates and weights of the depth "
    "losses were chosen for 2D and 3D data mixed and for 3D data alone, each on people held out of its own "
    "training set."
)
CHOICES = ("rates", "depth_weights", "subpixel")  # of the scale, beside those of the network and the training


def settings(section: Mapping[str, Any], scale: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The scale of the trainings; with the paper's own schedule nothing was chosen."""
    shown = scale["network"] | scale["train"] | {name: scale[name] for name in CHOICES if name in scale}
    return shown, CHOSEN if scale["train"]["share"] else ""


def data_sets() -> Sequence[str]:
    """Three 2D sets and three 3D sets, as the paper has them."""
    return ("mpii", "lsp", "lspet", "flic", "h36m_eccv", "mpi_inf_3dhp", "occlusion_person")


def scored(runs: Sequence[Run], data: Path) -> tuple[Scores, Facts]:
    """Heat-map PCK and 3D errors on the prepared test sets, and what each run cost."""
    scores = fusion_scores(runs, data / "fusion") | cost_scores(runs)
    return scores, fusion_facts(runs, scores)


def scored_file(other: Other, data: Path) -> dict[str, Score]:
    """3D errors of other software on the same people."""
    return scores_of_file(other, data / "fusion")


def presented(materials: Materials) -> Presented:
    """Its figures, what the runs have learnt, printed limits, and every run on every test set."""
    runs = {run.name: run for run in materials.runs}
    figures = fusion_figures(
        materials.folder, runs, materials.data, materials.roots, materials.scores, materials.paper
    )
    learnt = learnt_text(materials.runs, materials.facts)
    limits = limits_text(materials.paper, materials.scores)
    every = everywhere_text(materials.runs, materials.scores)
    return Presented(figures, learnt, "\n".join(text for text in (limits, every) if text))
