"""Whom the runs are judged on and whom they found, at the published picture sizes, and how that is drawn.

Legend: M pictures, N people, J joints.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repose.metrics.people import (
    PeopleFound,
    PeopleTruth,
    in_truth_order,
    load_people_predictions,
    pose_errors,
    sigmas,
    truth_of_table,
)
from repose.pictures.scenes import scenes_of
from repose.report.drawing import INK, Cell, Sheet, draw_pose, draw_wire
from repose.report.sheets import PICTURE, View, cut_out, window
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable

SKELETONS = {"coco": "coco17", "crowdpose": "crowdpose14", "mpii_multi": "mpii16"}
NAMES = {"coco-val": "COCO val", "coco-test": "COCO test", "crowdpose-test": "CrowdPose test"}


@dataclass(frozen=True)
class Judged:
    """The pictures of a test set with everyone in them."""

    skeleton: str
    names: np.ndarray  # M str, the pictures' paths below the set's root
    in_files: PeopleTruth  # in pixels of the files
    factors: np.ndarray  # M: pixels of the published picture per pixel of the file
    truth: PeopleTruth  # at the published picture sizes

    @property
    def sigma(self) -> np.ndarray:
        """J: the sigmas of OKS; MPII has none."""
        return sigmas(self.skeleton, self.truth.joints)


def load_judged(poses: Path, test: str) -> Judged:
    """A test set such as `coco-val`, from its pose table: pictures are rows of the table's list.

    The prepared pictures have the same order, but not the sizes of heads, and call a crowd everybody who is
    not to be found.
    """
    dataset, _, split = test.rpartition("-")
    table = PoseTable.load(poses / dataset / f"{split}.npz")
    skeleton = SKELETONS[dataset]
    truth = truth_of_table(table, skeleton)
    scenes = scenes_of(table)
    factors = scenes.published_px / scenes.size_px.max(axis=1)
    names = np.asarray(table.image_names)
    return Judged(skeleton, names, truth, factors, truth.scaled(factors))


def load_found(path: Path, judged: Judged) -> PeopleFound:
    """The people of a file of predictions, at the published picture sizes."""
    return in_truth_order(path, load_people_predictions(path), judged.truth).scaled(judged.factors)


def mean_pose(judged: Judged) -> PeopleFound:
    """The trivial answer: everybody who counts in the mean pose of all, put into their own true box.

    It is told who is where, and knows one pose; larger people have the better scores.
    """
    people = judged.truth.rows(~judged.truth.ignored & (judged.truth.box[:, 2:] > 0).all(axis=1))
    corner, size = people.box[:, None, :2], people.box[:, None, 2:]
    known = people.labelled[..., None]
    within = (people.joints2d_px - corner) / size * known
    pose = within.sum(axis=0) / np.maximum(known.sum(axis=0), 1)  # J, 2
    return PeopleFound(
        people.joints, people.image, corner + pose * size, np.ones(people.labelled.shape), people.area
    )


def oks_sums(judged: Judged, found: PeopleFound) -> np.ndarray:
    """M: the similarities of the people found in each picture to those whom they were matched to."""
    errors = pose_errors(judged.truth, found, judged.sigma)
    return np.bincount(errors.image, weights=errors.similarity, minlength=len(judged.names))


def people_number(judged: Judged) -> np.ndarray:
    """M: people who count in each picture."""
    counted = judged.truth.image[~judged.truth.ignored]
    return np.bincount(counted, minlength=len(judged.names))


def best_found(judged: Judged, found: PeopleFound) -> PeopleFound:
    """The found people with the best scores, as many as there are people in the whole set.

    Average precision wants everybody who might be one; kinds of errors and drawings want an answer.
    """
    order = np.argsort(-found.person_score, kind="stable")
    return found.rows(np.sort(order[: people_number(judged).sum()]))


def put_scene(
    sheet: Sheet, cell: Cell, judged: Judged, found: PeopleFound | None, row: int, root: str
) -> tuple[np.ndarray, float]:
    """A picture's part with everyone in it, the people found there, and the true ones as thin lines.

    Returns the corner of the part (px of the file) and the sheet's pixels per pixel of the file.
    """
    people = judged.in_files.rows((judged.truth.image == row) & judged.truth.labelled.any(axis=1))
    size = (int(judged.in_files.picture_sizes[row, 0]), int(judged.in_files.picture_sizes[row, 1]))
    view = View(
        str(judged.names[row]), size, judged.skeleton, people.joints2d_px, people.labelled, people.labelled,
        None, "",
    )  # fmt: skip
    left, top, edge = window(view)
    sheet.picture(cut_out(view, root, left, top, edge), int(cell.x), int(cell.y))
    scale, skeleton = PICTURE / edge, get_skeleton(judged.skeleton)

    def on_sheet(points: np.ndarray) -> np.ndarray:
        return np.asarray((points - (left, top)) * scale + (cell.x, cell.y))

    if found is not None:
        for points, labelled in zip(people.joints2d_px, people.labelled, strict=True):
            draw_wire(sheet, cell, skeleton, on_sheet(points), labelled, INK)
        own = found.rows(found.image == row)
        for points, known in zip(own.joints2d_px / judged.factors[row], own.present, strict=True):
            draw_pose(sheet, cell, skeleton, on_sheet(np.nan_to_num(points)), known, known, 1.4)
    return np.array([left, top]), scale
