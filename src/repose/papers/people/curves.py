"""Training curves of arms that branch off a trunk, and the empty figure that drawings begin with.

Legend: E epochs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repose.report.curves import read_curve
from repose.report.drawing import LEFT, MIDDLE, RIGHT, decorate, save_png
from repose.report.runs import Run

COLOURS = (MIDDLE, RIGHT, LEFT)  # of lines, in their order


@dataclass(frozen=True)
class Line:
    """The sum of some columns of a run's history."""

    words: str
    run: Run
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Panel:
    """A part of a figure of curves."""

    title: str
    up: str  # label of the axis
    lines: tuple[Line, ...]


def lines_of(runs: Mapping[str, Run], *columns: str) -> tuple[Line, ...]:
    """The same columns of several runs, named by their words."""
    return tuple(Line(words, run, columns) for words, run in runs.items())


def curve_of(line: Line) -> tuple[np.ndarray, np.ndarray]:
    """Crops seen since the trunk (E), and the sum of some losses there (seeds, E)."""
    files = [seed / "history.csv" for seed in line.run.seeds]
    read = [read_curve(files, column) for column in line.columns]
    epochs = read[0][0]
    record = line.run.record
    crops = record["configuration"]["training"]["crops"] or record["cost"]["samples"]
    return crops * epochs / epochs[-1], np.sum([values for _, values in read], axis=0)


def curves_figure(path: Path, panels: Sequence[Panel]) -> None:
    """Losses of trainings, the mean over seeds with one standard deviation of them."""
    picture, axes = canvas((5 * len(panels), 3.6), 1, len(panels))
    explained: list[str] = []
    for ax, panel in zip(axes[0], panels, strict=True):
        for colour, line in zip(COLOURS, panel.lines, strict=False):
            crops, values = curve_of(line)
            middle, band = values.mean(axis=0), spread_of(values)
            ax.plot(crops, middle, color=colour, linewidth=1.8, marker=".", label=line.words)
            ax.fill_between(crops, middle - band, middle + band, color=colour, alpha=0.2, linewidth=0)
        decorate(ax, panel.title, "crops seen")
        ax.set_ylabel(panel.up)
        if (words := [line.words for line in panel.lines]) != explained:
            ax.legend(frameon=False, fontsize=9)
            explained = words
    save_png(picture, path)


def spread_of(values: np.ndarray) -> np.ndarray:
    """E: the standard deviation over seeds (seeds, E); none where there is one seed."""
    return np.asarray(values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(values.shape[1]))


def canvas(inches: tuple[float, float], lines: int, columns: int) -> tuple[Any, np.ndarray]:
    """An empty Matplotlib figure and its axes (lines, columns)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    picture = Canvas(figsize=inches, dpi=100, layout="constrained")
    FigureCanvasAgg(picture)
    return picture, picture.subplots(lines, columns, squeeze=False)
