"""The page on a system's learning: a line a point, and a picture."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from benchmarks.learning.legs import Point, line_of
from benchmarks.learning.system import Line
from repose.report.drawing import decorate, save_png

KINDS = {"held": ("held-out pictures", "-"), "seen": ("pictures trained on", "--")}


def page(name: str, title: str, points: Sequence[Point], arguments: Sequence[str]) -> str:
    """The lines of the page of the system `name`; `arguments` are those of the command that made it."""
    once = round(points[0].crops / points[0].times)
    times = ", ".join(dict.fromkeys(f"{point.times:g}" for point in points))
    head = (
        f"# What more time teaches {title}\n\n"
        f"`python -m benchmarks.learning {shlex.join(arguments)}`: AP on held-out training pictures of COCO "
        f"after {once:,} crops times {times}, most of them seen by the trunk.\n\n"
        f"![AP against crops seen](learning_{name}.png)\n\n"
    )
    return head + "".join(f"- {line_of(point)}\n" for point in points)


def draw(title: str, lines: Sequence[Line], points: Sequence[Point], path: Path) -> None:
    """Each line against the crops seen, on both kinds of pictures."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, 4.8), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes, all_crops = figure.add_subplot(), [point.crops / 1000 for point in points]
    for line in lines:
        own = [point for point in points if point.way == line.way]
        crops = [point.crops / 1000 for point in own]
        for kind, (words, style) in KINDS.items():
            values = [getattr(point, kind)[line.metric] for point in own]
            label = f"{line.words}, {words}"
            axes.plot(crops, values, style, color=line.colour, marker="o", markersize=4, label=label)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    decorate(axes, f"{title[0].upper()}{title[1:]} on the world's COCO", "crops seen, thousands")
    if len(metrics := {line.metric for line in lines}) == 1:
        axes.set_ylabel(metrics.pop())
    axes.set_xticks(all_crops, [f"{number:.0f}" for number in all_crops])
    axes.set_xticks([], minor=True)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    save_png(figure, path)
