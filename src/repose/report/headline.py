"""The headline figure: our effects with their intervals beside the papers', a panel a paper and unit.

It shows the first claims of every paper, whatever came out, and those that are decided, in their order.
Effects of different units cannot share an axis, so every panel has its own. Exact counts have no interval,
and claims of equality ask for a small effect instead of a positive one: neither is drawn. Measured in px.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from textwrap import wrap
from typing import Any

from repose.report.claims import OPEN
from repose.report.drawing import INK, LEFT, MIDDLE, PALE, POINTS, RIGHT, Sheet
from repose.report.ledger import OURS

FIRST, MOST = 3, 9  # claims of a paper that are always shown, and that are shown at all
WIDTH, EDGE = 1350, 14  # shown at two thirds of this on most screens
PLOT, PLOT_WIDTH = 640, 690  # where the axes begin, and how wide they are
LETTERS, LINES = 62, 3  # of a claim beside its effect
TEXT, LINE, GAP = 18.5, 24, 16  # height of letters, of a line, and between claims
KEY, HEADING, AXIS = 84, 50, 62  # heights of the key, and of what is above and below a panel's claims
REACH = 2.5  # an interval is cut off where it is so many times as long as the largest effect

Row = Mapping[str, str]  # a line of the ledger


@dataclass(frozen=True)
class Mark:
    """How a verdict looks: a colour that colour-blind readers can tell, and a shape."""

    colour: str
    shape: str
    face: str


FOR, AGAINST = Mark(RIGHT, "^", RIGHT), Mark(LEFT, "v", LEFT)
MARKS = {
    "reproduced": FOR, "agrees": FOR, "contradicted": AGAINST, "disagrees": AGAINST,
    "undecided": Mark(MIDDLE, "o", "white"), "not testable here": Mark(PALE, "s", "white"),
}  # fmt: skip
PAPER = Mark(INK, "D", "white")


@dataclass(frozen=True)
class Panel:
    """Claims that share an axis."""

    title: str
    unit: str
    rows: Sequence[Row]

    @property
    def heights(self) -> list[int]:
        return [LINE * len(label(row)) + GAP for row in self.rows]


def draw_headline(path: Path, papers: Sequence[Mapping[str, Any]]) -> None:
    """Draw the effects of all papers, from the summaries that their reports wrote."""
    panels = [panel for paper in papers for panel in panels_of(paper)]
    tops = [KEY]
    for panel in panels:
        tops.append(tops[-1] + HEADING + sum(panel.heights) + AXIS)
    sheet = Sheet(WIDTH, tops[-1])
    draw_key(sheet, [row["verdict"] for panel in panels for row in panel.rows])
    for panel, top in zip(panels, tops, strict=False):
        draw_panel(sheet, panel, top)
    sheet.save(path)


def panels_of(paper: Mapping[str, Any]) -> list[Panel]:
    """A panel for each unit of the claims that are shown of a paper."""
    rows = shown(paper["claims"])
    units = dict.fromkeys(row["unit"] for row in rows)
    title = f"{paper['system']}: {paper['venue']}"
    return [Panel(title, unit, [row for row in rows if row["unit"] == unit]) for unit in units]


def drawable(rows: Sequence[Row]) -> list[Row]:
    """The claims with an effect and an interval, of which a positive one supports the claim."""
    return [row for row in rows if row["measured_effect"] and row["kind"] not in {"count", "equivalence"}]


def shown(rows: Sequence[Row]) -> list[Row]:
    """The first claims for which the paper prints figures and, if there is room, those that are decided."""
    known = drawable(rows)
    first = [row for row in known if row["published_effect"] and not row["claim"].endswith(OURS)][:FIRST]
    decided = [row for row in known if row["verdict"] not in OPEN and row not in first]
    chosen = [*first, *decided[: MOST - len(first)]]
    return [row for row in known if row in chosen]


def label(row: Row) -> list[str]:
    """The lines of a claim's text."""
    return wrap(row["claim"], LETTERS, max_lines=LINES, placeholder=" …")


def draw_key(sheet: Sheet, verdicts: Sequence[str]) -> None:
    """What the marks mean, only those that are used, and in which direction an effect speaks for a claim."""
    marks = {word: mark for word, mark in MARKS.items() if word in verdicts}
    across = float(EDGE)
    for word, mark in {**marks, "the paper's effect": PAPER}.items():
        sheet.axes.plot(across + 10, EDGE + 12, **style(mark))
        sheet.text(across + 28, EDGE + 19, word, TEXT)
        across += 28 + 10.3 * len(word) + 30
    sheet.text(across, EDGE + 19, "line: 95 % interval", TEXT, color=MIDDLE)
    sheet.text(PLOT, KEY - 14, "← against the claim", TEXT, color=MIDDLE)
    sheet.text(PLOT + PLOT_WIDTH, KEY - 14, "for the claim →", TEXT, color=MIDDLE, ha="right")


def draw_panel(sheet: Sheet, panel: Panel, top: int) -> None:
    """The claims of a panel at the left and their effects at the right."""
    heights = panel.heights
    sheet.text(EDGE, top + 30, panel.title, TEXT + 2, weight="bold")
    sheet.text(PLOT + PLOT_WIDTH, top + 30, panel.unit, TEXT, color=MIDDLE, ha="right")
    top += HEADING
    axes = panel_axes(sheet, panel, top, sum(heights))
    for place, row in enumerate(panel.rows):
        above, height = sum(heights[:place]), heights[place]
        for number, line in enumerate(label(row)):
            sheet.text(EDGE, top + above + LINE * number + GAP / 2 + 18, line, TEXT)
        draw_effect(axes, row, above + height / 2)


def panel_axes(sheet: Sheet, panel: Panel, top: int, height: int) -> Any:
    """Axes whose y is in px below `top`, with a line at zero and one between claims."""
    place = (PLOT / WIDTH, 1 - (top + height) / sheet.height, PLOT_WIDTH / WIDTH, height / sheet.height)
    axes = sheet.figure.add_axes(place)
    axes.set_xlim(*limits(panel.rows))
    axes.set_ylim(height, 0)
    axes.axvline(0, color=INK, linewidth=2 * POINTS)
    axes.set_yticks([])
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(PALE)
    axes.tick_params(axis="x", labelsize=TEXT * POINTS, colors=MIDDLE, length=8 * POINTS, width=1.5 * POINTS)
    axes.locator_params(axis="x", nbins=7)
    return axes


def draw_effect(axes: Any, row: Row, y: float) -> None:
    """Our effect with its interval, an arrow where this goes beyond the axis, and the paper's effect."""
    mark, (left, right) = MARKS[row["verdict"]], axes.get_xlim()
    low, high = float(row["low"]), float(row["high"])
    axes.plot([max(low, left), min(high, right)], [y, y], color=mark.colour, linewidth=4 * POINTS)
    for beyond, end, shape in ((low < left, left, "<"), (high > right, right, ">")):
        if beyond:
            axes.plot(end, y, **style(Mark(mark.colour, shape, mark.colour)))
    if row["published_effect"]:
        axes.plot(float(row["published_effect"]), y, **style(PAPER))
    axes.plot(float(row["measured_effect"]), y, **style(mark))


def limits(rows: Sequence[Row]) -> tuple[float, float]:
    """The ends of an axis: all effects and zero, and of the intervals what does not dwarf them."""
    effects = [
        float(row[name]) for row in rows for name in ("measured_effect", "published_effect") if row[name]
    ]
    reach = REACH * (max(abs(effect) for effect in effects) or 1.0)
    ends = [float(row[name]) for row in rows for name in ("low", "high")]
    known = [*effects, 0.0, *(min(max(end, -reach), reach) for end in ends if isfinite(end))]
    room = 0.04 * (max(known) - min(known))
    return min(known) - room, max(known) + room


def style(mark: Mark) -> dict[str, Any]:
    """A mark as Matplotlib takes it."""
    return {
        "marker": mark.shape, "color": mark.colour, "markerfacecolor": mark.face, "linestyle": "none",
        "markersize": 14 * POINTS, "markeredgewidth": 3 * POINTS, "clip_on": False, "zorder": 3,
    }  # fmt: skip
