"""The pictures of Qiu et al.: adjacencies, a graph on a person, found poses, curves, kinds of errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.rng import rng
from repose.papers.dgcn.facts import OF_JOINTS, SHARED, SHARED_LOSSES
from repose.papers.dgcn.people import (
    NAMES,
    Judged,
    best_found,
    load_found,
    load_judged,
    oks_sums,
    people_number,
    put_scene,
)
from repose.papers.dgcn.scores import GROUPS
from repose.report.curves import read_curve
from repose.report.drawing import INK, LEFT, MIDDLE, PALE, RIGHT, RIM, Cell, Sheet, decorate, save_png
from repose.report.page import Figure
from repose.report.runs import Run
from repose.report.scores import Scores, figure
from repose.report.sheets import PICTURE
from repose.skeletons import get_skeleton
from repose.skeletons.soft_adjacency import hand_adjacency, load_distances, soft_adjacency

TITLE, GAP = 20, 8  # px: line of words, space between groups
SHOWN, BASELINE = "ad_r50", "base_r50"
GALLERY = {"coco-val": "ad_r50", "crowdpose-test": "ad_crowd"}  # whose people are shown on which set
COLUMNS = 4  # best pictures, and worst, of a set
FROM = "r_shoulder"  # the joint whose relations Figure 1 shows
KIND_COLOURS = ("#4d9a57", "#a8cf8e", LEFT, RIGHT, MIDDLE, "#d9d9d9")  # of `OF_JOINTS`

FIGURES = [
    Figure(
        "figures/graphs.png",
        "Figure 1: relations of the right shoulder",
        "Left: the graph made by hand, which has PifPaf's limbs. Right: the dynamic graph, the first draw in "
        "which the right shoulder hears of two joints. Blue: what it hears of; pale: all other relations. "
        "The person is the largest of COCO val with the most labelled joints.",
    ),
    Figure(
        "figures/adjacencies.png",
        "Figure 3: four adjacencies",
        "Of COCO's joints: the identity, the hand-made one, the soft one of the training persons' mean "
        "distances, and the draw of the dynamic one in Figure 1. A row is the joint that hears, a column the "
        "one that it hears of.",
    ),
    Figure(
        "figures/people.png",
        "Figure 4: people found, best and worst",
        "By the sum of similarities (OKS): the pictures where it is largest, and those where it falls short "
        "of the number of people by most. Colours: people found by the run's first seed, the best-scored, as "
        "many as the set has; thin lines: the truth.",
    ),
    Figure(
        "figures/curves.png",
        "Training curves",
        "ResNet-50 with and without a dynamic graph, from where the runs leave the trunk that they share. "
        "Line: the mean over seeds; band: one standard deviation over them. Left: the unweighted losses "
        "of the two confidence fields in training, which both networks have alike. Right: all losses, "
        "weighted, on held-out training pictures; those of the graph's own supervision are among them, so "
        "that the two lines there are not comparable.",
    ),
    Figure(
        "figures/errors.png",
        "Kinds of errors",
        "How the labelled joints of each run's own test set were found, with AP beside it.",
    ),
]


def dgcn_figures(
    folder: Path, runs: Mapping[str, Run], data: Path, roots: Mapping[str, str], scores: Scores
) -> list[Figure]:
    """Draw all figures whose runs are declared, and say which; `roots` are the native folders by data set."""
    files = [folder / drawn.file for drawn in FIGURES]
    drawn = []
    if SHOWN in runs:
        judged = load_judged(data / "poses", "coco-val")
        gamma = float(runs[SHOWN].record["configuration"]["gamma"])
        adjacencies = four_adjacencies(data / "adjacency" / "coco.npz", judged.skeleton, gamma)
        graphs_figure(files[0], judged, adjacencies, roots["coco"])
        adjacencies_figure(files[1], adjacencies, judged.truth.joints, gamma)
        drawn += [0, 1]
    gallery = {test: runs[run] for test, run in GALLERY.items() if run in runs}
    if gallery:
        people_figure(files[2], gallery, data / "poses", roots)
        drawn.append(2)
    curves = {words: runs[run] for words, run in (("baseline", BASELINE), ("DGCN", SHOWN)) if run in runs}
    if curves:
        curves_figure(files[3], curves)
        drawn.append(3)
    if bars := kinds_of(runs.values(), scores):
        errors_figure(files[4], bars)
        drawn.append(4)
    return [FIGURES[number] for number in drawn]


def four_adjacencies(path: Path, skeleton: str, gamma: float) -> dict[str, np.ndarray]:
    """Identity, hand-made, soft, and one draw of the dynamic adjacency (J, J), by the paper's names."""
    found = load_distances(path)
    soft = soft_adjacency(found.distances, gamma)
    limbs = get_skeleton(skeleton).pairs["limbs"]
    return {
        "$A_I$, identity": np.eye(len(soft)),
        "$A_h$, made by hand": hand_adjacency(len(soft), limbs),
        "$A_s$, soft": soft,
        "$A_d$, one draw": first_draw(soft, found.joints.index(FROM)),
    }


def first_draw(soft: np.ndarray, joint: int) -> np.ndarray:
    """The first of a hundred draws of A_d (J, J) in which a joint hears of two others, or the last one."""
    for number in range(100):
        drawn = rng(0, "figure", "adjacency", number).random(soft.shape) < soft
        if drawn[joint].sum() > 2:
            break
    return drawn.astype(float)


def adjacencies_figure(
    path: Path, adjacencies: Mapping[str, np.ndarray], joints: Sequence[str], gamma: float
) -> None:
    """Figure 3: a heat map an adjacency, all in the same colours, in which small entries can be seen."""
    from matplotlib.colors import PowerNorm

    picture, axes = canvas((11, 10), 2, 2)
    for ax, (words, values) in zip(axes.ravel(), adjacencies.items(), strict=True):
        image = ax.imshow(values, cmap="Blues", norm=PowerNorm(0.5, 0, 1))
        ax.set_title(f"{words} (γ {gamma:g})" if "soft" in words else words, fontsize=11)
        ax.set_xticks(range(len(joints)), joints, rotation=90, fontsize=8)
        ax.set_yticks(range(len(joints)), joints, fontsize=8)
    picture.colorbar(image, ax=list(axes.ravel()), shrink=0.5)
    save_png(picture, path)


def graphs_figure(path: Path, judged: Judged, adjacencies: Mapping[str, np.ndarray], root: str) -> None:
    """Figure 1: the hand-made graph and a draw of the dynamic one on a person."""
    person = shown_person(judged)
    own = judged.in_files.rows(np.array([person]))
    alone = Judged(judged.skeleton, judged.names, own, judged.factors, judged.truth.rows(np.array([person])))
    sheet = Sheet(2 * PICTURE + GAP, PICTURE + TITLE)
    words = {"the graph made by hand": "$A_h$", "one draw of the dynamic graph": "$A_d$"}
    for number, (text, name) in enumerate(words.items()):
        cell = Cell(number * (PICTURE + GAP), TITLE, PICTURE, PICTURE)
        sheet.text(cell.center[0], TITLE - 6, text, 12, ha="center")
        corner, scale = put_scene(sheet, cell, alone, None, int(own.image[0]), root)
        points = (own.joints2d_px[0] - corner) * scale + (cell.x, cell.y)
        values = next(a for title, a in adjacencies.items() if title.startswith(name))
        put_graph(sheet, cell, points, own.labelled[0], values > 0, own.joints.index(FROM))
    sheet.save(path)


def shown_person(judged: Judged) -> int:
    """The row of the person with the most labelled joints, the largest of these."""
    truth = judged.truth
    joints = np.where(truth.ignored, -1, truth.labelled.sum(axis=1))
    return int(np.lexsort((truth.area, joints))[-1])


def put_graph(
    sheet: Sheet, cell: Cell, points: np.ndarray, labelled: np.ndarray, edges: np.ndarray, start: int
) -> None:
    """The edges (J, J bool) between labelled joints (J, 2), those that `start` hears along on top."""
    known = edges & labelled & labelled[:, None] & ~np.eye(len(edges), dtype=bool)
    others = known.copy()
    others[start] = False
    ends = points[np.argwhere(others)]
    if len(ends):
        sheet.lines(ends, [PALE] * len(ends), [1.2] * len(ends), cell)
    own = points[np.stack([np.full(known[start].sum(), start), np.flatnonzero(known[start])], axis=1)]
    if len(own):
        sheet.lines(own, [RIM] * len(own), [4.2] * len(own), cell)
        sheet.lines(own, [RIGHT] * len(own), [2.6] * len(own), cell)
    faces = [RIGHT if joint == start else INK for joint in np.flatnonzero(labelled)]
    sheet.dots(points[labelled], 6, faces, [RIM] * len(faces), cell)


def people_figure(path: Path, gallery: Mapping[str, Run], poses: Path, roots: Mapping[str, str]) -> None:
    """Figure 4: two lines a set, the best pictures and the worst."""
    line_height = PICTURE + TITLE
    sheet = Sheet(COLUMNS * (PICTURE + GAP) - GAP, len(gallery) * (2 * line_height + TITLE))
    for block, (test, run) in enumerate(gallery.items()):
        judged = load_judged(poses, test)
        found = load_found(run.predictions(test)[0], judged)
        sums, number = oks_sums(judged, found), people_number(judged)
        best = np.argsort(-sums, kind="stable")[:COLUMNS]
        worst = np.argsort(sums - number, kind="stable")[:COLUMNS]
        top = block * (2 * line_height + TITLE)
        sheet.text(4, top + 15, f"{NAMES[test]}, run {run.name}", 12)
        shown = best_found(judged, found)
        for line, (words, rows) in enumerate((("best", best), ("worst", worst))):
            for place, row in enumerate(rows.tolist()):
                y = top + TITLE + line * line_height
                cell = Cell(place * (PICTURE + GAP), y + TITLE, PICTURE, PICTURE)
                text = f"{words}: OKS {sums[row]:.1f} of {number[row]}"
                sheet.text(cell.center[0], y + 14, text, 11, ha="center")
                if number[row]:
                    put_scene(sheet, cell, judged, shown, row, roots[test.rpartition("-")[0]])
    sheet.save(path)


def curve_of(run: Run, columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Crops seen since the trunk (E), and the sum of some losses there (seeds, E)."""
    read = [read_curve([seed / "history.csv" for seed in run.seeds], column) for column in columns]
    epochs = read[0][0]
    crops = run.record["configuration"]["training"]["crops"] or run.record["cost"]["samples"]
    return crops * epochs / epochs[-1], np.sum([values for _, values in read], axis=0)


def curves_figure(path: Path, curves: Mapping[str, Run]) -> None:
    """Losses of trainings, the mean over seeds with one standard deviation of them."""
    picture, axes = canvas((10, 3.6), 1, 2)
    panels = (
        ("training: confidences of joints and limbs", SHARED, SHARED_LOSSES),
        ("held out: all losses", "held_loss", ("held_loss",)),
    )
    for ax, (title, up, columns) in zip(axes[0], panels, strict=True):
        for colour, (words, run) in zip((MIDDLE, RIGHT), curves.items(), strict=False):
            crops, values = curve_of(run, columns)
            middle, band = values.mean(axis=0), spread_of(values)
            ax.plot(crops, middle, color=colour, linewidth=1.8, marker=".", label=words)
            ax.fill_between(crops, middle - band, middle + band, color=colour, alpha=0.2, linewidth=0)
        decorate(ax, title, "crops seen")
        ax.set_ylabel(up)
    axes[0][0].legend(frameon=False, fontsize=9)
    save_png(picture, path)


def spread_of(values: np.ndarray) -> np.ndarray:
    """E: the standard deviation over seeds (seeds, E); none where there is one seed."""
    return np.asarray(values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(values.shape[1]))


def kinds_of(runs: Any, scores: Scores) -> dict[str, tuple[list[float], float]]:
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


def errors_figure(path: Path, bars: Mapping[str, tuple[list[float], float]]) -> None:
    """A stacked bar a run, and its AP behind it."""
    picture, axes = canvas((10, 0.9 + 0.27 * len(bars)), 1, 1)
    ax, places = axes[0][0], np.arange(len(bars))
    shares = np.array([share for share, _ in bars.values()])  # runs, kinds
    left = np.cumsum(shares, axis=1) - shares
    for column, (kind, colour) in enumerate(zip(OF_JOINTS, KIND_COLOURS, strict=True)):
        ax.barh(places, shares[:, column], left=left[:, column], color=colour, height=0.75, label=kind)
    for place, (_, precision) in zip(places, bars.values(), strict=True):
        ax.text(101, place, f"AP {precision:.3f}", va="center", fontsize=9)
    ax.set_yticks(places, list(bars), fontsize=9)
    ax.invert_yaxis()
    ax.set_xlim(0, 110)
    ax.set_xticks(range(0, 101, 20))
    decorate(ax, "", "labelled joints, %")
    ax.set_axisbelow(True)
    ax.legend(ncols=len(OF_JOINTS), loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False, fontsize=9)
    save_png(picture, path)


def canvas(inches: tuple[float, float], lines: int, columns: int) -> tuple[Any, np.ndarray]:
    """An empty Matplotlib figure and its axes (lines, columns)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Canvas

    picture = Canvas(figsize=inches, dpi=100, layout="constrained")
    FigureCanvasAgg(picture)
    return picture, picture.subplots(lines, columns, squeeze=False)
