"""Kinds of errors: how the labelled joints were found, as a table and as bars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from repose.foundations.markdown import markdown_table
from repose.metrics.people import KINDS
from repose.papers.people.curves import canvas
from repose.papers.people.scores import GROUPS
from repose.report.drawing import LEFT, MIDDLE, RIGHT, decorate, save_png
from repose.report.runs import Run
from repose.report.scores import Scores, figure

NAMES = {
    "coco-val": "COCO val", "coco-test": "COCO test", "crowdpose-test": "CrowdPose test",
    "ochuman-val": "OCHuman val", "ochuman-test": "OCHuman test",
}  # fmt: skip
OF_JOINTS = (*KINDS, "unfound")
OF_PEOPLE = ("missed", "spurious")
KIND_COLOURS = ("#4d9a57", "#a8cf8e", LEFT, RIGHT, MIDDLE, "#d9d9d9")  # of `OF_JOINTS`
ERRORS = (
    "Of all labelled joints, in percent, after Ronchi and Perona (ICCV 2017): good (similarity to the truth "
    "at least 0.85), jitter (at least 0.5), inversion (on the same person's other side), swap (on somebody "
    "else), miss (near none of these), unfound (the person was not found). Of the true people, in percent: "
    "missed and spurious ones. Of the found people only the best-scored count, as many as there are true "
    "people in the whole set, so that no more people are made up than missed."
)


def errors_text(runs: Sequence[Run], scores: Scores) -> str:
    """Kinds of errors of every run on every test set with sigmas, as a table."""
    metrics = [*(f"joints_{kind}" for kind in OF_JOINTS), *(f"people_{kind}" for kind in OF_PEOPLE)]
    lines = []
    for test, words in NAMES.items():
        for run in runs:
            values = [figure(scores, run.name, metric, GROUPS[test]) for metric in metrics]
            if None not in values:
                lines.append([run.name, words, *(f"{value:.1f}" for value in values)])
    if not lines:
        return ""
    header = ["run", "test set", *OF_JOINTS, *(f"{kind} people" for kind in OF_PEOPLE)]
    return f"### Kinds of errors\n\n{ERRORS}\n\n{markdown_table(header, lines)}"


def kinds_of(runs: Iterable[Run], scores: Scores) -> dict[str, tuple[list[float], float]]:
    """Of every run with kinds of errors: their shares on its own test set, %, and its AP."""
    bars = {}
    for run in runs:
        group = GROUPS[run.record["tests"][0]]
        shares = [figure(scores, run.name, f"joints_{kind}", group) for kind in OF_JOINTS]
        precision = figure(scores, run.name, "ap_visible", group)
        known = [share for share in shares if share is not None]
        if len(known) == len(shares) and precision is not None:
            bars[run.name] = (known, precision)
    return bars


def errors_figure(path: Path, bars: Mapping[str, tuple[list[float], float]], digits: int = 3) -> None:
    """A stacked bar a run, and its AP behind it."""
    picture, axes = canvas((10, 0.9 + 0.27 * len(bars)), 1, 1)
    ax, places = axes[0][0], np.arange(len(bars))
    shares = np.array([share for share, _ in bars.values()])  # runs, kinds
    left = np.cumsum(shares, axis=1) - shares
    for column, (kind, colour) in enumerate(zip(OF_JOINTS, KIND_COLOURS, strict=True)):
        ax.barh(places, shares[:, column], left=left[:, column], color=colour, height=0.75, label=kind)
    for place, (_, precision) in zip(places, bars.values(), strict=True):
        ax.text(101, place, f"AP {precision:.{digits}f}", va="center", fontsize=9)
    ax.set_yticks(places, list(bars), fontsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0, 110)
    ax.set_xticks(range(0, 101, 20))
    decorate(ax, "", "labelled joints, %")
    ax.set_axisbelow(True)
    ax.legend(ncols=len(OF_JOINTS), loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False, fontsize=9)
    save_png(picture, path)
