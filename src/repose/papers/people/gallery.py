"""Found people on their pictures: the best of a test set, the worst, and what goes wrong.

Legend: M pictures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repose.metrics.people import KINDS, PeopleFound, pose_errors
from repose.papers.people.judged import (
    Judged,
    best_found,
    load_found,
    load_judged,
    oks_sums,
    people_number,
)
from repose.papers.people.kinds import NAMES
from repose.report.drawing import INK, Cell, Sheet, draw_pose, draw_wire
from repose.report.runs import Run
from repose.report.sheets import PICTURE, View, cut_out, window
from repose.skeletons import get_skeleton

TITLE, GAP = 20, 8  # px: line of words, space between groups
COLUMNS = 4  # best pictures, and worst, of a set


LINE = PICTURE + TITLE  # px: a line of pictures with words above
FAILURES = {"missed": "people missed", "swap": "joints of somebody else", "miss": "joints astray"}


@dataclass(frozen=True)
class Part:
    """The part of a picture with everyone in it."""

    pixels: np.ndarray  # PICTURE, PICTURE, 3
    corner: np.ndarray  # px of the file
    scale: float  # pixels per pixel of the file

    def place(self, points: np.ndarray) -> np.ndarray:
        """Where points (…, 2) of the file are on the part."""
        return np.asarray((points - self.corner) * self.scale)


def part_of(judged: Judged, row: int, root: str) -> Part:
    """A picture's part with everyone who has a joint."""
    people = judged.in_files.rows((judged.truth.image == row) & judged.truth.labelled.any(axis=1))
    size = (int(judged.in_files.picture_sizes[row, 0]), int(judged.in_files.picture_sizes[row, 1]))
    view = View(
        str(judged.names[row]), size, judged.skeleton, people.joints2d_px, people.labelled, people.labelled,
        None, "",
    )  # fmt: skip
    left, top, edge = window(view)
    return Part(cut_out(view, root, left, top, edge), np.array([left, top]), PICTURE / edge)


def gallery_figure(path: Path, gallery: Mapping[str, Run], poses: Path, roots: Mapping[str, str]) -> None:
    """Two lines a set, the best pictures and the worst; `gallery` says whose people are shown on which."""
    sheet = Sheet(COLUMNS * (PICTURE + GAP) - GAP, len(gallery) * (2 * LINE + TITLE))
    for block, (test, run) in enumerate(gallery.items()):
        judged = load_judged(poses, test)
        found = load_found(run.predictions(test)[0], judged)
        sums, number = oks_sums(judged, found), people_number(judged)
        top, shown = block * (2 * LINE + TITLE), best_found(judged, found)
        sheet.text(4, top + 15, f"{NAMES[test]}, run {run.name}", 12)
        for line, (words, order) in enumerate((("best", -sums), ("worst", sums - number))):
            rows = np.argsort(order, kind="stable")[:COLUMNS].tolist()
            texts = [f"{words}: OKS {sums[row]:.1f} of {number[row]}" for row in rows]
            put_line(
                sheet, top + TITLE + line * LINE, judged, shown, dict(zip(rows, texts, strict=True)), roots
            )
    sheet.save(path)


def failures_figure(path: Path, run: Run, test: str, poses: Path, roots: Mapping[str, str]) -> None:
    """A line for each of `FAILURES`, of the pictures that have most of it."""
    judged = load_judged(poses, test)
    shown = best_found(judged, load_found(run.predictions(test)[0], judged))
    sheet = Sheet(COLUMNS * (PICTURE + GAP) - GAP, len(FAILURES) * LINE)
    for line, (words, counts) in enumerate(failures(judged, shown).items()):
        rows = [row for row in np.argsort(-counts, kind="stable")[:COLUMNS].tolist() if counts[row]]
        texts = {row: f"{words}: {counts[row]:.0f}" for row in rows}
        put_line(sheet, line * LINE, judged, shown, texts, roots)
    sheet.save(path)


def failures(judged: Judged, found: PeopleFound) -> dict[str, np.ndarray]:
    """M: how often each of `FAILURES` occurs in each picture, by its words."""
    errors = pose_errors(judged.truth, found, judged.sigma)
    counts = dict(zip(KINDS, errors.by_picture().T, strict=True)) | {"missed": errors.missed}
    return {words: counts[kind] for kind, words in FAILURES.items()}


def put_line(
    sheet: Sheet, top: int, judged: Judged, found: PeopleFound, texts: Mapping[int, str],
    roots: Mapping[str, str],
) -> None:  # fmt: skip
    """Pictures beside each other, with words above; `texts` has those of each picture's row."""
    number, root = people_number(judged), roots[judged.dataset]
    for place, (row, text) in enumerate(texts.items()):
        cell = Cell(place * (PICTURE + GAP), top + TITLE, PICTURE, PICTURE)
        sheet.text(cell.center[0], top + 14, text, 11, ha="center")
        if number[row]:
            put_scene(sheet, cell, judged, found, row, root)


def put_scene(
    sheet: Sheet, cell: Cell, judged: Judged, found: PeopleFound | None, row: int, root: str
) -> Part:
    """A picture's part with everyone in it, the people found there, and the true ones as thin lines."""
    part, skeleton = part_of(judged, row, root), get_skeleton(judged.skeleton)
    sheet.picture(part.pixels, int(cell.x), int(cell.y))
    corner = (cell.x, cell.y)
    if found is not None:
        people = judged.in_files.rows((judged.truth.image == row) & judged.truth.labelled.any(axis=1))
        for points, labelled in zip(people.joints2d_px, people.labelled, strict=True):
            draw_wire(sheet, cell, skeleton, part.place(points) + corner, labelled, INK)
        own = found.rows(found.image == row)
        for points, known in zip(own.joints2d_px / judged.factors[row], own.present, strict=True):
            places = part.place(np.nan_to_num(points)) + corner
            draw_pose(sheet, cell, skeleton, places, known, known, 1.4)
    return part
