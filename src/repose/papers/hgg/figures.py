"""The pictures of Jin et al.: graphs, operations, rounds, found people, curves, simulated candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from repose.foundations.files import read_csv
from repose.papers.hgg.rounds import load_rounds, rounds_figure
from repose.papers.hgg.scores import GIGA, counted_operations
from repose.papers.people.curves import Line, Panel, canvas, curves_figure, lines_of
from repose.papers.people.gallery import failures_figure, gallery_figure
from repose.papers.people.judged import Judged, load_judged, people_number
from repose.papers.people.kinds import errors_figure, kinds_of
from repose.papers.people.scores import TRIVIAL
from repose.report.drawing import INK, LEFT, MIDDLE, RIGHT, decorate, save_png
from repose.report.page import Figure
from repose.report.room import Materials
from repose.report.runs import Run
from repose.report.tables import Cell, table_cells

SHOWN, BASELINE = "full", "ae"
TEST = "coco-val"
GALLERY = ("coco-val", "ochuman-test")
GRAPHS = "4a"  # the table whose rows are the graphs
SIMULATED = "grouping/curves.csv"  # below the data
GROUPERS = {
    "associative": ("associative embedding", MIDDLE), "hierarchical": ("hierarchical", RIGHT),
    "spectral": ("spectral", LEFT),
}  # fmt: skip
AXES = {"people": "people in a picture", "tag_noise": "noise of tags"}
RIGHTS = {"pairwise_f1": "pairs, F1", "exact": "people found exactly"}

FIGURES = {
    "graphs": Figure(
        "figures/graphs.png",
        "Figure 4a: graphs of more and more pairs",
        "AP on COCO val, ours with its 95 % interval. The paper prints the ends only.",
    ),
    "operations": Figure(
        "figures/operations.png",
        "Figure 4b: work of the modules",
        "Operations for a picture of COCO val by the number of people in it, of the published networks, for "
        "as many candidates as our network has found. The paper measures time on one GPU. Both parts of the "
        "grouping are counted with an edge for every pair of kinds that the graph links, and so at most.",
    ),
    "rounds": Figure(
        "figures/rounds.png",
        "Figure 5: grouping, round by round",
        "The first pictures of COCO val that have two to five people and in which two to five are found. "
        "Colours: clusters, which keep the colour of their first candidate; lines: bones within a cluster; "
        "dashed: clusters that have just merged.",
    ),
    "people": Figure(
        "figures/people.png",
        "People found, best and worst",
        "By the sum of similarities (OKS): the pictures where it is largest, and those where it falls short "
        "of the number of people by most. Colours: people found by the run's first seed, the best-scored, as "
        "many as the set has; thin lines: the truth.",
    ),
    "failures": Figure(
        "figures/failures.png",
        "Failures on COCO val",
        "Pictures with most people whom nobody found, most joints that are somebody else's, and most joints "
        "that are nobody's. The paper names small people, who are missed, and hidden ones and rare poses, "
        "whose joints are astray.",
    ),
    "curves": Figure(
        "figures/curves.png",
        "Training curves",
        "Unweighted losses in training, from where the runs leave the trunk that they share. Line: the mean "
        "over seeds; band: one standard deviation over them. Right: the discriminators of the hierarchical "
        "grouping.",
    ),
    "errors": Figure(
        "figures/errors.png",
        "Kinds of errors",
        "How the labelled joints of COCO val were found by each run, with AP beside it.",
    ),
    "simulated": Figure(
        "figures/simulated.png",
        "Groupers on simulated candidates",
        "Without pictures or a proposal network: poses of COCO val placed in a square, joints missed, astray "
        "and made up, tags as good as the lower panels say. Pairs: whether two candidates are one person's; "
        "exact: people all of whose candidates, and no other, are together. The hierarchical grouper was "
        "trained once, with one seed, on poses of COCO's training set.",
    ),
}  # fmt: skip


def hgg_figures(materials: Materials) -> list[Figure]:
    """Draw all figures that there is something for, and say which."""
    runs = {run.name: run for run in materials.runs}
    files = {name: materials.folder / figure.file for name, figure in FIGURES.items()}
    cells = graph_cells(materials)
    drawn = set()
    if len(cells) > 1:
        graphs_figure(files["graphs"], cells)
        drawn.add("graphs")
    if SHOWN in runs:
        drawn |= figures_of(runs[SHOWN], files, materials)
    if curves := {words: runs[n] for n, words in ((BASELINE, "AE"), (SHOWN, "HGG")) if n in runs}:
        curves_figure(files["curves"], panels(curves))
        drawn.add("curves")
    if bars := kinds_of(materials.runs, materials.scores):
        errors_figure(files["errors"], bars, digits=1)
        drawn.add("errors")
    if (materials.data / SIMULATED).is_file():
        simulated_figure(files["simulated"], materials.data / SIMULATED)
        drawn.add("simulated")
    return [figure for name, figure in FIGURES.items() if name in drawn]


def figures_of(run: Run, files: Mapping[str, Path], materials: Materials) -> set[str]:
    """Draw what one run has found, and say which figures that are."""
    poses, roots = materials.data / "poses", materials.roots
    judged, drawn = load_judged(poses, TEST), {"operations", "people", "failures"}
    operations_figure(files["operations"], *work_of(run, judged))
    gallery = {test: run for test in GALLERY if test in run.record["tests"]}
    gallery_figure(files["people"], gallery, poses, roots)
    failures_figure(files["failures"], run, TEST, poses, roots)
    rounds = run.seeds[0] / "predictions" / f"{TEST}_rounds.npz"
    if rounds.is_file() and (grouped := load_rounds(rounds, judged)):
        rounds_figure(files["rounds"], grouped, judged, roots[judged.dataset])
        drawn.add("rounds")
    return drawn


def graph_cells(materials: Materials) -> list[Cell]:
    """The figures of the graphs in the paper's metric, as the table has them."""
    table = next(table for table in materials.paper.tables if table.number == GRAPHS)
    cells = table_cells(table, materials.scores, materials.facts)
    ours = [cell for cell in cells if cell.metric == cell.column.metric and cell.measured]
    return [cell for cell in ours if cell.run != TRIVIAL]


def graphs_figure(path: Path, cells: Sequence[Cell]) -> None:
    """Figure 4a: AP by graph, ours and the paper's."""
    picture, (sides,) = canvas((10, 3.6), 1, 2)
    for place, cell in enumerate(cells):
        assert cell.measured is not None
        value, ends = cell.measured.value, np.array([[cell.measured.low], [cell.measured.high]])
        sides[0].errorbar([place], [value], np.abs(ends - value), fmt="o", color=RIGHT, capsize=4)
        if cell.published:
            sides[1].plot([place], [float(cell.published)], "o", color=INK)
    for ax, title in zip(sides, ("ours", "the paper"), strict=True):
        ax.set_xticks(range(len(cells)), [cell.row.row for cell in cells])
        ax.set_xlim(-0.5, len(cells) - 0.5)
        decorate(ax, title, "")
    sides[0].set_ylabel("AP, %")
    save_png(picture, path)


def work_of(run: Run, judged: Judged) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Numbers of people in pictures, and the mean operations of each module for pictures with so many."""
    first, number = counted_operations(run, TEST, len(judged.names))[0], people_number(judged)
    people = np.unique(number[number > 0])

    def mean(operations: np.ndarray) -> np.ndarray:
        return np.array([operations[number == n].mean() for n in people])

    return people, {
        "proposal network": mean(first.proposals),
        "graph network": mean(first.graph_net),
        "discriminators": mean(first.discriminators),
    }


def operations_figure(path: Path, people: np.ndarray, operations: Mapping[str, np.ndarray]) -> None:
    """Figure 4b: operations of the modules by number of people."""
    from matplotlib.ticker import MaxNLocator

    picture, axes = canvas((6, 3.6), 1, 1)
    ax = axes[0][0]
    for colour, (words, values) in zip((MIDDLE, RIGHT, LEFT), operations.items(), strict=True):
        ax.plot(people, values / GIGA, color=colour, linewidth=1.8, marker=".", label=words)
    ax.set_yscale("log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    decorate(ax, "", "people in a picture")
    ax.set_ylabel("operations, 10⁹")
    ax.legend(frameon=False, fontsize=9, loc="center right")
    save_png(picture, path)


def panels(curves: Mapping[str, Run]) -> list[Panel]:
    """Losses that all runs have, and those of the discriminators of one."""
    shared = [
        Panel("heat maps", "heatmap", lines_of(curves, "heatmap")),
        Panel("tags", "pull + push", lines_of(curves, "pull", "push")),
    ]
    if (run := curves.get("HGG")) is None:
        return shared
    names = run.record["configuration"]["grouping"]["losses"]
    return [*shared, Panel("discriminators", "loss", tuple(Line(name, run, (name,)) for name in names))]


def simulated_figure(path: Path, file: Path) -> None:
    """Groupers on simulated pictures: over numbers of people, and over the noise of tags."""
    rows = read_csv(file)
    picture, axes = canvas((10, 6.4), len(AXES), len(RIGHTS))
    for line, (axis, across) in zip(axes, AXES.items(), strict=True):
        for ax, (column, up) in zip(line, RIGHTS.items(), strict=True):
            for name, (words, colour) in GROUPERS.items():
                own = [row for row in rows if row["axis"] == axis and row["grouper"] == name]
                points = [(float(row["value"]), float(row[column])) for row in own]
                if points:
                    ax.plot(*zip(*points, strict=True), color=colour, marker=".", linewidth=1.8, label=words)
            decorate(ax, "", across)
            ax.set_ylabel(up)
            ax.set_ylim(0, 1.02)
    axes[0][0].legend(frameon=False, fontsize=9)
    save_png(picture, path)
