"""The figure of effects against samples seen, a panel a claim whose runs were trained at several budgets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from repose.report.claims import Verdict
from repose.report.drawing import INK, LEFT, MIDDLE, RIGHT, decorate, save_png
from repose.report.statistics import Effect

ACROSS = 3  # panels of a line
PANEL = (4.0, 2.7)  # inches
LONGEST = 34  # letters of a title that fit a panel


def draw_budgets(path: Path, verdicts: Sequence[Verdict]) -> None:
    """Draw every claim that has smaller budgets."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = [verdict for verdict in verdicts if verdict.rungs]
    lines, columns = -(-len(shown) // ACROSS), min(ACROSS, len(shown))
    size = (PANEL[0] * columns, PANEL[1] * lines)
    picture = Figure(figsize=size, dpi=100, layout="constrained")
    FigureCanvasAgg(picture)
    panels = picture.subplots(lines, columns, squeeze=False).ravel()
    for panel, verdict in zip(panels, shown, strict=False):
        draw_claim(panel, verdict)
    for panel in panels[len(shown) :]:
        panel.set_axis_off()
    save_png(picture, path)


def draw_claim(panel: Any, verdict: Verdict) -> None:
    """One claim: its effect at every budget, with zero and the paper's effect."""
    claim, points = verdict.claim, points_of(verdict)
    across = [samples for samples, _ in points]
    values = np.array([result.value for _, result in points])
    ends = np.array([[result.low, result.high] for _, result in points]).T
    panel.axhline(0.0, color=INK, linewidth=0.8)
    if claim.published_effect is not None:
        panel.axhline(claim.published_effect, color=LEFT, linewidth=1.2, linestyle="--")
    for margin in () if claim.margin is None else (-claim.margin, claim.margin):
        panel.axhline(margin, color=MIDDLE, linewidth=0.8, linestyle=":")
    panel.errorbar(across, values, np.abs(ends - values), color=RIGHT, marker="o", capsize=4, linewidth=1.6)
    panel.set_xscale("log")
    panel.set_xlim(min(across) / 1.5, max(across) * 1.5)
    decorate(panel, title_of(verdict), "samples seen")
    panel.set_xticks(across, [f"{samples:,}" for samples in across])
    panel.set_xticks([], minor=True)
    panel.set_ylabel(claim.unit)


def points_of(verdict: Verdict) -> list[tuple[float, Effect]]:
    """The samples seen and the effect, from the smallest budget to the full one."""
    assert verdict.effect is not None
    return [*((rung.samples, rung.effect) for rung in verdict.rungs), (verdict.samples, verdict.effect)]


def title_of(verdict: Verdict) -> str:
    """The id of a claim without its system, shortened."""
    words = verdict.claim.id.partition("_")[2].replace("_", " ") or verdict.claim.id
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
