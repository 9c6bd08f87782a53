"""The pictures of the lifting papers: training curves, class centres, and poses lifted from 2D.

Legend: N rows of predictions, J joints, K classes.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from repose.errors import ReposeError
from repose.files import load_arrays
from repose.metrics import mpjpe
from repose.posetable import PoseTable
from repose.report.drawing import (
    LEFT,
    PALE,
    RIGHT,
    Cell,
    Sheet,
    decorate,
    draw_pose,
    draw_pose_3d,
    fitting_scale,
    plain_ticks,
    save_png,
)
from repose.report.page import Figure
from repose.report.runs import Run
from repose.skeletons import Skeleton, convert_table, get_skeleton, skeleton_ids

LIFTED = "semgcn16"
FROM_FRONT, FROM_SIDE = 25.0, 75.0  # degrees beside the camera
CENTERS = 20  # drawn of the classes
CURVES = (PALE, RIGHT, LEFT)  # baseline, unsupervised, supervised
EXAMPLES = ("Directions", "Eating", "Phoning", "SittingDown", "WalkDog", "Walking")

GCN_FIGURES = [
    Figure(
        "figures/gcn/curves.png",
        "Figure 5: loss and error during training",
        "Training loss of the joints (left) and MPJPE on the test set (right) of three networks with equally "
        "many parameters, at the larger width. Lines are means over seeds, bands one standard deviation. The "
        "test set only shows the curve; nothing is chosen on it.",
    ),
    Figure(
        "figures/gcn/centers.png",
        "Figure 6: centres of pose classes",
        "Centres of the 50 classes that K-means finds in the training poses of Human3.6M, seen from a little "
        "beside the camera: the largest class, then always the one that differs most from those before. "
        "Above each its share of the training poses.",
    ),
    Figure(
        "figures/gcn/examples.png",
        "Figure 7: poses lifted from 2D",
        "2D input, predicted 3D pose and ground truth, both seen from beside the camera. Of each action the "
        "test frame with the median error, so neither the best nor the worst.",
    ),
]
LEARNER_FIGURES = [
    Figure(
        "figures/learner/examples.png",
        "Figures 3 and 4: poses lifted from 2D",
        "2D input, 3D pose of the combined network and ground truth. The paper shows a private video; these "
        "are test frames of Human3.6M, of each action the one with the median error.",
    ),
]


def gcn_figures(
    reports: Path,
    curves: Mapping[str, Sequence[Path]],
    labels: Path,
    poses: Path,
    predictions: Path,
    loss: str,
    error: str,
) -> None:
    """Figures 5 to 7 of Liu et al.

    `curves` maps a curve's name to the history files of its seeds, whose columns are `loss` and `error`;
    `labels` are the classes, `poses` the test table, `predictions` those of the run that Figure 7 shows.
    """
    curves_figure(reports / GCN_FIGURES[0].file, curves, loss, error)
    arrays = load_arrays(labels, "centers", "labels")
    centers_figure(reports / GCN_FIGURES[1].file, arrays["centers"], arrays["labels"])
    examples_figure(reports / GCN_FIGURES[2].file, PoseTable.load(poses), load_arrays(predictions), None)


def learner_figures(
    reports: Path, poses: Path, predictions: Path, column: str | None = "joints2d_detected"
) -> None:
    """Figures 3 and 4 of Tran et al.; `column` as in `examples_figure`."""
    examples_figure(
        reports / LEARNER_FIGURES[0].file, PoseTable.load(poses), load_arrays(predictions), column
    )


def read_curve(paths: Sequence[Path], column: str) -> tuple[np.ndarray, np.ndarray]:
    """Epochs (E) and a column (seeds, E) of several seeds' histories; epochs without a value are left out."""
    rows: list[list[tuple[float, float]]] = []
    for path in paths:
        with open(path, newline="", encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
        if not lines or column not in lines[0]:
            found = ", ".join(lines[0]) if lines else "nothing"
            raise ReposeError(
                f"{path}: no column `{column}` (found {found}); make the run again with `dvc repro`"
            )
        rows.append([(float(line["epoch"]), float(line[column])) for line in lines if line[column]])
    epochs = np.array([epoch for epoch, _ in rows[0]])
    return epochs, np.array([[value for _, value in seed] for seed in rows])


def curves_figure(path: Path, curves: Mapping[str, Sequence[Path]], loss: str, error: str) -> None:
    """Loss (left, logarithmic) and error (right) by epoch: a line a network, a band over its seeds."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    figure = Canvas(figsize=(10, 3.8), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    sides = figure.subplots(1, 2)
    for axes, column, title in zip(
        sides, (loss, error), ("training loss of the joints", "test MPJPE, mm"), strict=True
    ):
        for (name, paths), colour in zip(curves.items(), CURVES, strict=True):
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
    """Indices: the first, then always the point farthest from all before."""
    chosen = [first]
    distance = np.linalg.norm(points - points[first], axis=1)
    while len(chosen) < min(count, len(points)):
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return chosen


def examples_figure(
    path: Path,
    table: PoseTable,
    predictions: Mapping[str, np.ndarray],
    column: str | None,
    actions: Sequence[str] = EXAMPLES,
) -> None:
    """2D input, predicted and true 3D pose of one frame of each action, two actions a line.

    `column` names the extra column of 2D joints that was lifted; None means the true ones.
    """
    skeleton = skeleton_of(predictions["joints"])
    wanted = np.flatnonzero(np.isin(table.words("action")[predictions["sample"]], actions))
    table = convert_table(table.rows(predictions["sample"][wanted]), skeleton.id)
    predicted, truth = predictions["joints3d_mm"][wanted], table.joints3d
    assert truth is not None
    errors = mpjpe(predicted, truth, skeleton.index(skeleton.root))
    joints2d = table.joints2d if column is None else table.extra[column]
    edge, title, gap = 200, 18, 24
    rows = typical_rows(errors, table.words("action"), actions)
    sheet = Sheet(2 * 3 * edge + gap, -(-len(rows) // 2) * (edge + title))
    for index, row in enumerate(rows):
        x, y = (index % 2) * (3 * edge + gap), (index // 2) * (edge + title)
        cells = [Cell(x + i * edge, y + title, edge, edge) for i in range(3)]
        words = (f"{table.words('action')[row]}, 2D input", f"lifted: {errors[row]:.0f} mm", "ground truth")
        for cell, text in zip(cells, words, strict=True):
            sheet.text(cell.x + edge / 2, y + 13, text, 12, ha="center")
        put_2d(sheet, cells[0], skeleton, joints2d[row])
        draw_pose_3d(sheet, cells[1], skeleton, predicted[row], FROM_SIDE, most=0.13, width=3)
        draw_pose_3d(sheet, cells[2], skeleton, truth[row], FROM_SIDE, most=0.13, width=3)
    sheet.save(path)


def typical_rows(errors: np.ndarray, words: np.ndarray, actions: Sequence[str]) -> list[int]:
    """Of each action that occurs, the row with the median error."""
    rows = []
    for action in actions:
        own = np.flatnonzero(words == action)
        if len(own):
            rows.append(int(own[np.argsort(errors[own], kind="stable")[len(own) // 2]]))
    return rows


def skeleton_of(joints: np.ndarray) -> Skeleton:
    """The skeleton with these joints in this order."""
    names = tuple(str(name) for name in joints)
    found = [get_skeleton(known) for known in skeleton_ids() if get_skeleton(known).joints == names]
    if not found:
        raise ReposeError(
            f"predictions: joints {', '.join(names)}, expected those of a known skeleton in its order"
        )
    return found[0]


def put_2d(sheet: Sheet, cell: Cell, skeleton: Skeleton, joints: np.ndarray) -> None:
    """A 2D pose in the middle of a cell."""
    scale = fitting_scale(joints, cell, 1.0)
    middle = (joints.min(axis=0) + joints.max(axis=0)) / 2
    every = np.ones(len(joints), bool)
    draw_pose(sheet, cell, skeleton, (joints - middle) * scale + cell.center, every, every, 3)


def lifting_figures(reports: Path, runs: Mapping[str, Run], data: Path) -> list[Figure]:
    """Draw the figures of a lifting system whose runs are declared, and say which."""
    poses = data / "poses" / "h36m" / "test.npz"
    if "combined" in runs:
        learner_figures(reports, poses, runs["combined"].predictions("h36m-test")[0])
        return LEARNER_FIGURES
    if not {"base_410", "gn_256", "sup_256"} <= runs.keys():
        return []
    names = {
        "baseline": "base_410",
        "unsupervised global node": "gn_256",
        "supervised global node": "sup_256",
    }
    curves = {name: [seed / "history.csv" for seed in runs[run].seeds] for name, run in names.items()}
    predictions = runs["sup_256"].predictions("h36m-test")[0]
    gcn_figures(reports, curves, data / "labels" / "50.npz", poses, predictions, "loss", "error")
    return GCN_FIGURES
