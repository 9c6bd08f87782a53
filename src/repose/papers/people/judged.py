"""Whom the runs are judged on and whom they found, at the published picture sizes.

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
    read_results,
    sigmas,
    truth_of_table,
)
from repose.pictures.scenes import scenes_of
from repose.skeletons.posetable import PoseTable

SKELETONS = {"coco": "coco17", "crowdpose": "crowdpose14", "mpii_multi": "mpii16", "ochuman": "coco17"}


@dataclass(frozen=True)
class Judged:
    """The pictures of a test set with everyone in them."""

    dataset: str
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
    return Judged(dataset, skeleton, names, truth, factors, truth.scaled(factors))


def load_found(path: Path, judged: Judged) -> PeopleFound:
    """The people of a file of predictions, at the published picture sizes."""
    return in_truth_order(path, load_people_predictions(path), judged.truth).scaled(judged.factors)


def load_file(path: Path, judged: Judged) -> PeopleFound:
    """The same of other software: a run's npz, or COCO's results in pixels of the picture files."""
    if path.suffix == ".json":
        return read_results(path, judged.in_files).scaled(judged.factors)
    return load_found(path, judged)


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
