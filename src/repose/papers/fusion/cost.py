"""What all stages of a scheme cost together, and error against cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from repose.papers.fusion.scores import NAMES
from repose.report.drawing import INK, LEFT, PALE, RIGHT, decorate, plain_ticks, save_png
from repose.report.published import Paper, Row
from repose.report.runs import Run, chain
from repose.report.scores import Scores, flat_score, of_group

THOUSAND, TERA = 1e3, 1e12
COSTS = (("cost", "images_seen", "operations"), ("paper_cost", "images_paper", "operations_paper"))
SCHEMES = {  # beginnings of the runs' names → label and colour
    "s3_mpii": ("2D pre-training, MPII", LEFT),
    "s3_lsp": ("2D pre-training, LSP", RIGHT),
    "s3_flic": ("2D pre-training, FLIC", PALE),
    "solo3": ("3D data alone", INK),
}
TIMED = {  # runs whose minutes the paper states (§4.2), and the test set on which it compares them
    "s3_mpii_op": "OP", "solo3_3dhp_op": "OP", "s3_lsp_h36m": "MPII3D", "solo3_op_3dhp": "MPII3D",
}  # fmt: skip


def cost_scores(runs: Sequence[Run]) -> Scores:
    """Pictures (thousands) and operations (TFLOP) of every run's chain, here and at the paper's sizes."""
    known = {run.name: run for run in runs}
    scores: Scores = {}
    for run in runs:
        records = [step.record for step in chain(run, known)]
        for kind, images, operations in COSTS:
            total = {
                word: sum(record[kind][word] for record in records) for word in ("samples", "operations")
            }
            scores[run.name, images] = flat_score(np.array([total["samples"] / THOUSAND]))
            scores[run.name, operations] = flat_score(np.array([total["operations"] / TERA]))
    return scores


def scheme_of(run: str) -> tuple[str, str] | None:
    """Words and colour of the scheme that ends with a run."""
    return next((look for start, look in SCHEMES.items() if run.startswith(start)), None)


def cost_figure(path: Path, scores: Scores, paper: Paper) -> None:
    """Error against operations on every test set, and the paper's error against its minutes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    figure = Canvas(figsize=(12, 3.6), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    *ours, theirs = figure.subplots(1, len(NAMES) + 1)
    for axes, (group, name) in zip(ours, NAMES.items(), strict=True):
        put_schemes(axes, cost_points(scores, group))
        decorate(axes, f"{name}, ours", "TFLOP")
        axes.set_xscale("log")
        plain_ticks(axes.xaxis)
    ours[0].set_ylabel("MPJPE, mm")
    put_printed(theirs, paper)
    decorate(theirs, "the paper", "minutes")
    handles, names = ours[0].get_legend_handles_labels()
    if handles:
        figure.legend(
            handles, names, loc="outside lower center", ncols=len(SCHEMES), frameon=False, fontsize=9
        )
    save_png(figure, path)


def cost_points(scores: Scores, group: str) -> dict[str, list[tuple[float, float]]]:
    """Points (operations, corrected MPJPE) of the schemes' last stages, by the words of the scheme."""
    points: dict[str, list[tuple[float, float]]] = {words: [] for words, _ in SCHEMES.values()}
    for (run, metric), score in scores.items():
        look = scheme_of(run)
        if metric != "mpjpe_corrected" or look is None or (own := of_group(score, group)) is None:
            continue
        cost = float(scores[run, "operations"].value().mean())
        points[look[0]].append((cost, float(own.value().mean())))
    return points


def put_schemes(axes: Any, points: Mapping[str, Sequence[tuple[float, float]]]) -> None:
    """Dots in the colours of the schemes."""
    for words, colour in SCHEMES.values():
        if points[words]:
            axes.plot(*zip(*points[words], strict=True), "o", color=colour, markersize=6, label=words)


def timed_rows(paper: Paper) -> dict[str, Row]:
    """The rows of the schemes whose minutes the paper states."""
    rows = {row.run: row for table in paper.tables for row in table.rows if "cost/minutes" in row.published}
    return {run: rows[run] for run in TIMED}


def put_printed(axes: Any, paper: Paper) -> None:
    """The schemes whose minutes the paper states, and its error on the test set that it compares them on."""
    for (run, name), row in zip(TIMED.items(), timed_rows(paper).values(), strict=True):
        look = scheme_of(run)
        assert look is not None
        point = (float(row.published["cost/minutes"]), float(row.published[f"test/{name}"]))
        axes.plot(*point, "o", color=look[1], markersize=6)
        words = f"{row.row} on {name}"
        axes.annotate(words, point, (0, 7), textcoords="offset points", ha="center", fontsize=8)
    axes.margins(0.45, 0.2)
