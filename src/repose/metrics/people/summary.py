"""What `python -m repose score` prints about people found in pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from repose.foundations.errors import ReposeError
from repose.metrics.people.annotations import read_truth
from repose.metrics.people.coco import coco_numbers, crowdpose_numbers
from repose.metrics.people.found import PeopleFound, in_truth_order, load_people_predictions
from repose.metrics.people.mpii_multi import SKELETON, match_joints, mpii_ap, mpii_pckh
from repose.metrics.people.results import read_results
from repose.metrics.people.truth import PeopleTruth, truth_of_table, with_visible_person
from repose.metrics.score import aligned
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable
from repose.skeletons.sigmas import SIGMAS, skeleton_of


def score_people_file(
    path: Path, truth_path: Path | None, skeleton: str | None = None, longest_px: float | None = None
) -> str:
    """The numbers of one file over all images and over those with a visible person.

    `skeleton` names the sigmas; `longest_px` scales every picture to that longer side first, since areas
    count in px.
    """
    if truth_path is None:
        raise ReposeError(f"{path}: results of people, expected their truth; name it with --truth")
    truth = loaded_truth(truth_path, skeleton)
    if path.suffix == ".json":
        found = read_results(path, truth)
    else:
        found = in_truth_order(path, load_people_predictions(path), truth)
    if longest_px:
        factors = truth.factors_to(longest_px)
        truth, found = truth.scaled(factors), found.scaled(factors)
    visible = with_visible_person(truth)
    what = f"{len(found)} people found in {len(truth.picture_ids)} images with {len(truth)} people"
    return f"{path}: {what}, {len(truth.joints)} joints\n{number_table(truth, found, visible, skeleton)}"


def loaded_truth(path: Path, skeleton: str | None) -> PeopleTruth:
    """The truth of an annotation file or of a pose table."""
    if path.suffix != ".npz":
        return read_truth(path, skeleton)
    table = PoseTable.load(path)
    known = {*SIGMAS, SKELETON}
    target = skeleton or (table.skeleton if table.skeleton in known else "coco17")
    return truth_of_table(table, target)


def number_table(truth: PeopleTruth, found: PeopleFound, visible: np.ndarray, skeleton: str | None) -> str:
    """Rows of numbers: the two choices of images, or on MPII the two scores."""
    if truth.joints == get_skeleton(SKELETON).joints:
        matches = match_joints(truth, found)
        return numbers_as_text({"AP": mpii_ap(matches), "PCKh@0.5": mpii_pckh(matches)})
    sigmas = skeleton or skeleton_of(truth.joints)
    rows = {}
    for name, pictures in {"all": np.ones(len(visible), bool), "with a visible person": visible}.items():
        if sigmas == "crowdpose14":
            numbers = crowdpose_numbers(truth, found, pictures=pictures, skeleton=sigmas)
        else:
            numbers = coco_numbers(truth, found, sigmas, pictures)
        rows[f"{pictures.sum()} images, {name}"] = numbers
    return numbers_as_text(rows)


def numbers_as_text(rows: Mapping[str, Mapping[str, float | np.ndarray]]) -> str:
    """A table of shares with a row a name; – where nobody counts."""
    lines = [["", *next(iter(rows.values()))]]
    for name, values in rows.items():
        lines.append([name, *("–" if np.isnan(value) else f"{value:.3f}" for value in values.values())])
    return aligned(lines)
