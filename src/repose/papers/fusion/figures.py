"""The figures on Jiang et al.: two failures, two models on one picture, curves, costs, the worst poses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from repose.papers.fusion.cost import cost_figure
from repose.papers.fusion.people import (
    SKELETON,
    Shown,
    arm_lengths,
    bone_words,
    load_shown,
    put_person,
    put_wireframe,
)
from repose.papers.fusion.scores import NAMES
from repose.report.curves import read_curve
from repose.report.drawing import LEFT, RIGHT, Cell, Sheet, decorate, save_png
from repose.report.page import Figure
from repose.report.published import Paper
from repose.report.runs import Run
from repose.report.scores import Scores

EDGE, TITLE, GAP = 200, 18, 8  # px: of a cell, the line of words above it, between groups
VIEWS = (25.0, 75.0)  # degrees beside the camera
FIGURE_1 = ("s3_mpii_h36m", "occlusion_person")
FIGURE_2 = ({"LSP ×2": "s3_lsp_x2_h36m", "FLIC ×2": "s3_flic_x2_h36m"}, "h36m_eccv")
FIGURE_3 = {"LSP": "s2_lsp_h36m", "LSP, twice the epochs": "s2_lsp_x2_h36m", "MPII": "s2_mpii_h36m"}
GALLERY = {  # the run that is shown of each set: trained on it, with the largest 2D set
    "h36m_eccv": "s3_mpii_h36m", "mpi_inf_3dhp": "s3_mpii_3dhp", "occlusion_person": "s3_mpii_op",
    "mpii": "s1_mpii", "lsp": "s1_lsp", "flic": "s1_flic",
}  # fmt: skip
WORST_2D, WORST_3D, EDGE_2D = 5, 3, 160  # pictures per set, px of those in 2D

FIGURES = [
    Figure(
        "figures/failures-op.png",
        "Figure 1: two failures on Occlusion-Person",
        "The model trained on MPII and H36M, which has seen no synthetic picture. Two people, each in the "
        "picture where the length of an arm bone is most wrong (poses are scaled to the true sum of bones): "
        "predicted 2D pose, predicted and true 3D pose, seen from beside the camera.",
    ),
    Figure(
        "figures/two-models.png",
        "Figure 2: two models on one picture of H36M",
        "Predicted 2D joints, and 3D poses seen from two sides, of the models trained on LSP and on FLIC for "
        "twice the epochs; below them the truth, which is also drawn as thin lines in the pictures. Of the "
        "test pictures with a hidden wrist, if any, this is the one whose error, the mean of both models, is "
        "the median.",
    ),
    Figure(
        "figures/curves.png",
        "Figure 3: training curves of stage 2",
        "Heat-map PCK (left) and corrected MPJPE (right) after every epoch, on training pictures and on the "
        "validation tenth of the test set. That tenth is only watched; nothing is chosen on it.",
    ),
    Figure(
        "figures/cost.png",
        "Error against cost",
        "Corrected MPJPE on the three test sets against the operations of all stages of a scheme, one dot "
        "per row of Tables 1 to 3. On the right, the paper's error (its own protocol) against its minutes, "
        "for the four schemes that it times.",
    ),
    Figure(
        "figures/worst-2d.png",
        "The worst 2D poses",
        "From every set the test pictures with the largest mean 2D error, in percent of the crop's side; "
        "thin lines are the true joints.",
    ),
    Figure(
        "figures/worst-3d.png",
        "The worst 3D poses",
        "From every 3D set the test pictures with the largest corrected MPJPE: predicted 2D pose, predicted "
        "and true 3D pose, seen from beside the camera.",
    ),
]  # fmt: skip


def fusion_figures(
    folder: Path, runs: Mapping[str, Run], data: Path, roots: Mapping[str, str], scores: Scores, paper: Paper
) -> list[Figure]:
    """Draw all figures whose runs are declared and return them; `roots`: native folders by data set."""
    files = [folder / figure.file for figure in FIGURES]
    drawn = []

    def shown(run: str, name: str) -> Shown:
        return load_shown(runs[run], name, data, roots)

    if FIGURE_1[0] in runs:
        failures_figure(files[0], shown(*FIGURE_1))
        drawn.append(0)
    models, name = FIGURE_2
    if all(run in runs for run in models.values()):
        models_figure(files[1], {words: shown(run, name) for words, run in models.items()})
        drawn.append(1)
    curves = {words: runs[run] for words, run in FIGURE_3.items() if run in runs}
    if curves:
        curves_figure(files[2], {w: [s / "history.csv" for s in run.seeds] for w, run in curves.items()})
        drawn.append(2)
    cost_figure(files[3], scores, paper)
    gallery = {name: shown(run, name) for name, run in GALLERY.items() if run in runs}
    if gallery:
        worst_2d_figure(files[4], gallery)
        drawn.append(4)
    if in_3d := {name: own for name, own in gallery.items() if own.in_3d}:
        worst_3d_figure(files[5], in_3d)
        drawn.append(5)
    return [FIGURES[number] for number in sorted([*drawn, 3])]


def failures_figure(path: Path, shown: Shown) -> None:
    """Figure 1: the two people with the most wrong arm bones, one per line."""
    predicted, true = arm_lengths(shown)
    wrong = np.abs(predicted - true) * (true > 0)
    rows = first_of_each(np.argsort(-wrong.max(1), kind="stable"), shown.people.subject, 2)
    sheet = Sheet(3 * EDGE, len(rows) * (EDGE + 2 * TITLE + GAP))
    for line, row in enumerate(rows):
        y, bone = line * (EDGE + 2 * TITLE + GAP), int(wrong[row].argmax())
        lengths = f"{predicted[row, bone]:.0f} mm, true {true[row, bone]:.0f} mm"
        sheet.text(4, y + 13, f"({'ab'[line]}) {bone_words(bone)}: {lengths}", 12)
        put_three(sheet, shown, row, 0, y + TITLE)
    sheet.save(path)


def first_of_each(order: np.ndarray, kinds: np.ndarray, count: int) -> list[int]:
    """The first rows of an order, preferring one row of each kind."""
    kept: list[int] = []
    for row in order.tolist():
        if kinds[row] not in kinds[kept]:
            kept.append(row)
    rest = [row for row in order.tolist() if row not in kept]
    return [*kept, *rest][:count]


def put_three(sheet: Sheet, shown: Shown, row: int, x: int, y: int) -> None:
    """Picture with the 2D pose, predicted and true 3D pose, side by side, each with a title."""
    words = ("predicted 2D", f"predicted 3D: {shown.error3d()[row]:.0f} mm", "true 3D")
    cells = [Cell(x + i * EDGE, y + TITLE, EDGE, EDGE) for i in range(3)]
    for cell, text in zip(cells, words, strict=True):
        sheet.text(cell.x + EDGE / 2, y + 13, text, 11, ha="center")
    put_person(sheet, cells[0], shown, row)
    put_wireframe(sheet, cells[1], shown, row, VIEWS[1])
    put_wireframe(sheet, cells[2], shown, row, VIEWS[1], truth=True)


def models_figure(path: Path, models: Mapping[str, Shown]) -> None:
    """Figure 2: one line per model and one for the truth, on the same picture."""
    row = row_of_interest(list(models.values()))
    sheet = Sheet(3 * EDGE, len(models) * (EDGE + TITLE) + EDGE + TITLE)
    for line, (words, shown) in enumerate([*models.items(), ("truth", next(iter(models.values())))]):
        truth, y = words == "truth", line * (EDGE + TITLE)
        error = "" if truth else f": {shown.error3d()[row]:.0f} mm"
        sheet.text(4, y + 13, words + error, 12)
        cells = [Cell(i * EDGE, y + TITLE, EDGE, EDGE) for i in range(3)]
        if not truth:
            put_person(sheet, cells[0], shown, row, truth=True)
        for cell, azimuth in zip(cells[1:], VIEWS, strict=True):
            put_wireframe(sheet, cell, shown, row, azimuth, truth)
    sheet.save(path)


def row_of_interest(models: Sequence[Shown]) -> int:
    """The picture of median error among those with a hidden wrist, or among all if there are none."""
    people = models[0].people
    wrists = [SKELETON.index("r_wrist"), SKELETON.index("l_wrist")]
    hidden = (people.labelled & ~people.visible)[:, wrists].any(1)
    rows = np.flatnonzero(hidden if hidden.any() else np.ones(len(people), bool))
    errors = np.mean([shown.error3d()[rows] for shown in models], axis=0)
    return int(rows[np.argsort(errors, kind="stable")[len(rows) // 2]])


def curves_figure(path: Path, curves: Mapping[str, Sequence[Path]]) -> None:
    """Figure 3: one line per training, accuracy on the left and error on the right."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    figure = Canvas(figsize=(10, 2.6 * len(curves)), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    sides = figure.subplots(len(curves), 2, squeeze=False, sharey="col")
    for line, (words, paths) in enumerate(curves.items()):
        for axes, metric, unit in zip(
            sides[line], ("pck", "mpjpe"), ("heat-map PCK, %", "MPJPE, mm"), strict=True
        ):
            for part, name, colour in (("train", "training", RIGHT), ("tenth", "validation", LEFT)):
                epochs, values = read_curve(paths, f"{part}_{metric}")
                middle, band = values.mean(axis=0), values.std(axis=0)
                axes.plot(epochs, middle, color=colour, linewidth=1.8, marker=".", label=name)
                axes.fill_between(epochs, middle - band, middle + band, color=colour, alpha=0.2, linewidth=0)
            decorate(axes, f"{words}: {unit}", "epoch")
            axes.xaxis.get_major_locator().set_params(integer=True)
    sides[0][0].legend(frameon=False, fontsize=9)
    save_png(figure, path)


def worst_2d_figure(path: Path, gallery: Mapping[str, Shown]) -> None:
    """One line per set: the pictures with the largest 2D error."""
    left, line_height = 110, EDGE_2D + TITLE
    sheet = Sheet(left + WORST_2D * EDGE_2D, len(gallery) * line_height)
    for line, (name, shown) in enumerate(gallery.items()):
        errors, y = shown.error2d(), line * line_height
        sheet.text(4, y + EDGE_2D / 2, NAMES.get(name, name.upper()), 12)
        for place, row in enumerate(np.argsort(-errors, kind="stable")[:WORST_2D].tolist()):
            cell = Cell(left + place * EDGE_2D, y + TITLE, EDGE_2D, EDGE_2D)
            sheet.text(cell.x + EDGE_2D / 2, y + 13, f"{errors[row]:.0f} %", 11, ha="center")
            put_person(sheet, cell, shown, row, truth=True)
    sheet.save(path)


def worst_3d_figure(path: Path, gallery: Mapping[str, Shown]) -> None:
    """One block per set: the pictures with the largest 3D error, each in a line of three."""
    height = TITLE + WORST_3D * (EDGE + TITLE) + GAP
    sheet = Sheet(3 * EDGE * len(gallery) + GAP * (len(gallery) - 1), height)
    for block, (name, shown) in enumerate(gallery.items()):
        x = block * (3 * EDGE + GAP)
        sheet.text(x + 4, 13, NAMES[name], 12)
        for line, row in enumerate(np.argsort(-shown.error3d(), kind="stable")[:WORST_3D].tolist()):
            put_three(sheet, shown, row, x, TITLE + line * (EDGE + TITLE))
    sheet.save(path)
