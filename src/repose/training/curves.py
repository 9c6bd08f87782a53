"""A picture of a run's curves, a line a seed: MLflow's own charts of a run show the mean of its seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 3  # panels side by side
PANEL = (3.2, 2.3)  # inches
UNSHOWN = ("epoch", "rate")

Rows = Sequence[Mapping[str, float]]  # of a seed's history; an empty cell is left out


def draw_curves(histories: Mapping[int, Rows]) -> Figure:
    """A panel for each column of the histories, which are given by seed."""
    from matplotlib.figure import Figure

    names = dict.fromkeys(name for rows in histories.values() for row in rows for name in row)
    shown = [name for name in names if name not in UNSHOWN]
    high = max(1, -(-len(shown) // COLUMNS))
    figure = Figure(figsize=(COLUMNS * PANEL[0], high * PANEL[1]), layout="constrained")
    panels = list(figure.subplots(high, COLUMNS, squeeze=False).flat)
    for name, axes in zip(shown, panels, strict=False):
        draw_panel(axes, name, histories)
    for axes in panels[len(shown) :]:
        axes.set_axis_off()
    panels[0].legend(fontsize="small")
    return figure


def draw_panel(axes: Axes, name: str, histories: Mapping[int, Rows]) -> None:
    """One column over the epochs."""
    for number, (seed, rows) in enumerate(histories.items()):
        points = [(row["epoch"], row[name]) for row in rows if name in row]
        epochs, values = [epoch for epoch, _ in points], [value for _, value in points]
        axes.plot(epochs, values, marker=".", linewidth=1, color=f"C{number}", label=f"seed {seed}")
    axes.set_title(name, fontsize="medium")
    axes.set_xlabel("epoch", fontsize="small")
    axes.tick_params(labelsize="small")
