"""The pictures of Qiu et al.: adjacencies, a graph on a person, found poses, curves, kinds of errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from repose.foundations.rng import rng
from repose.papers.dgcn.facts import SHARED, SHARED_LOSSES
from repose.papers.people.curves import Panel, canvas, curves_figure, lines_of
from repose.papers.people.gallery import GAP, TITLE, gallery_figure, put_scene
from repose.papers.people.judged import Judged, load_judged
from repose.papers.people.kinds import errors_figure, kinds_of
from repose.report.drawing import INK, PALE, RIGHT, RIM, Cell, Sheet, save_png
from repose.report.page import Figure
from repose.report.runs import Run
from repose.report.scores import Scores
from repose.report.sheets import PICTURE
from repose.skeletons import get_skeleton
from repose.skeletons.soft_adjacency import hand_adjacency, load_distances, soft_adjacency

SHOWN, BASELINE = "ad_r50", "base_r50"
GALLERY = {"coco-val": "ad_r50", "crowdpose-test": "ad_crowd"}  # whose people are shown on which set
FROM = "r_shoulder"  # the joint whose relations Figure 1 shows

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
        gallery_figure(files[2], gallery, data / "poses", roots)
        drawn.append(2)
    curves = {words: runs[run] for words, run in (("baseline", BASELINE), ("DGCN", SHOWN)) if run in runs}
    if curves:
        curves_figure(files[3], panels(curves))
        drawn.append(3)
    if bars := kinds_of(runs.values(), scores):
        errors_figure(files[4], bars)
        drawn.append(4)
    return [FIGURES[number] for number in drawn]


def panels(curves: Mapping[str, Run]) -> tuple[Panel, Panel]:
    """Losses in training that all runs have alike, and all losses on held-out pictures."""
    return (
        Panel("training: confidences of joints and limbs", SHARED, lines_of(curves, *SHARED_LOSSES)),
        Panel("held out: all losses", "held_loss", lines_of(curves, "held_loss")),
    )


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
    alone = replace(judged, in_files=own, truth=judged.truth.rows(np.array([person])))
    sheet = Sheet(2 * PICTURE + GAP, PICTURE + TITLE)
    words = {"the graph made by hand": "$A_h$", "one draw of the dynamic graph": "$A_d$"}
    for number, (text, name) in enumerate(words.items()):
        cell = Cell(number * (PICTURE + GAP), TITLE, PICTURE, PICTURE)
        sheet.text(cell.center[0], TITLE - 6, text, 12, ha="center")
        part = put_scene(sheet, cell, alone, None, int(own.image[0]), root)
        points = part.place(own.joints2d_px[0]) + np.array([cell.x, cell.y])
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
