"""The pictures of Liu et al.: training curves, class centres, and poses lifted from 2D.

Legend: J joints, K classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from repose.foundations.files import load_arrays
from repose.papers.lifting.figures import FROM_FRONT, LIFTED, examples_figure
from repose.report.curves import read_curve
from repose.report.drawing import (
    LEFT,
    PALE,
    RIGHT,
    Cell,
    Sheet,
    decorate,
    draw_pose_3d,
    plain_ticks,
    save_png,
)
from repose.report.page import Figure
from repose.report.runs import Run
from repose.skeletons import get_skeleton

CENTERS = 20  # classes that are drawn
CURVES = {"baseline": "base_410", "unsupervised global node": "gn_256", "supervised global node": "sup_256"}
COLOURS = (PALE, RIGHT, LEFT)  # of the curves

FIGURES = [
    Figure(
        "figures/curves.png",
        "Figure 5: loss and error during training",
        "Training loss of the joints (left) and MPJPE on the test set (right) of three networks with equally "
        "many parameters, at the larger width. Lines are means over seeds, bands one standard deviation. The "
        "test set is only watched; nothing is chosen on it.",
    ),
    Figure(
        "figures/centers.png",
        "Figure 6: centres of pose classes",
        "Centres of some of the 50 classes that K-means finds in the training poses of Human3.6M, seen from "
        "slightly beside the camera: first the largest class, then one by one the class that differs most "
        "from those already shown. Above each centre is its class's share of the training poses.",
    ),
    Figure(
        "figures/examples.png",
        "Figure 7: poses lifted from 2D",
        "2D input, predicted and true 3D pose, both seen from beside the camera. Each action is shown by its "
        "test frame with the median error, so neither by the best nor by the worst.",
    ),
]


def gcn_figures(folder: Path, runs: Mapping[str, Run], data: Path) -> Sequence[Figure]:
    """Figures 5 to 7, if the runs that they show are declared."""
    if not set(CURVES.values()) <= runs.keys():
        return []
    curves = {name: [seed / "history.csv" for seed in runs[run].seeds] for name, run in CURVES.items()}
    files = [folder / figure.file for figure in FIGURES]
    curves_figure(files[0], curves)
    arrays = load_arrays(data / "labels" / "50.npz", "centers", "labels")
    centers_figure(files[1], arrays["centers"], arrays["labels"])
    predictions = runs["sup_256"].predictions("h36m-test")[0]
    examples_figure(files[2], data / "poses/h36m/test.npz", predictions, None)
    return FIGURES


def curves_figure(path: Path, curves: Mapping[str, Sequence[Path]]) -> None:
    """Loss (left) and error (right) by epoch, both logarithmic: a line per network, a band over its seeds."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    figure = Canvas(figsize=(10, 3.8), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    sides = figure.subplots(1, 2)
    for axes, column, title in zip(
        sides, ("loss", "error"), ("training loss of the joints", "test MPJPE, mm"), strict=True
    ):
        for (name, paths), colour in zip(curves.items(), COLOURS, strict=True):
            epochs, values = read_curve(paths, column)
            middle, band = values.mean(axis=0), values.std(axis=0)
            axes.plot(epochs, middle, color=colour, linewidth=1.8, label=name)
            axes.fill_between(epochs, middle - band, middle + band, color=colour, alpha=0.2, linewidth=0)
        axes.set_yscale("log")
        decorate(axes, title, "epoch")
        plain_ticks(axes.yaxis)
    sides[1].legend(frameon=False, fontsize=10)
    save_png(figure, path)


def centers_figure(path: Path, centers_m: np.ndarray, labels: np.ndarray, count: int = CENTERS) -> None:
    """Some class centres (K, J, 3) in metres, each with its share of the poses."""
    shares = np.bincount(labels, minlength=len(centers_m)) / max(1, len(labels))
    chosen = far_apart(centers_m.reshape(len(centers_m), -1), int(shares.argmax()), count)
    columns, width, height, title = 10, 122, 158, 16
    lines = -(-len(chosen) // columns)
    sheet = Sheet(columns * width, lines * (height + title))
    for index, k in enumerate(chosen):
        x, y = (index % columns) * width, (index // columns) * (height + title)
        cell = Cell(x, y + title, width, height)
        sheet.text(x + width / 2, y + 12, f"{100 * shares[k]:.1f} %", ha="center")
        draw_pose_3d(sheet, cell, get_skeleton(LIFTED), 1000 * centers_m[k], FROM_FRONT, most=0.085)
    sheet.save(path)


def far_apart(points: np.ndarray, first: int, count: int) -> list[int]:
    """Indices: the first point, then one by one the point farthest from all chosen so far."""
    chosen = [first]
    distance = np.linalg.norm(points - points[first], axis=1)
    while len(chosen) < min(count, len(points)):
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return chosen
