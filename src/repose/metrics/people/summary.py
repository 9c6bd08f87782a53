"""What `python -m repose score` prints about people found in pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

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


def scored_people(
    path: Path, truth_path: Path | None, skeleton: str | None = None, longest_px: float | None = None
) -> dict[str, Any]:
    """The numbers of one file over all images and over those with a visible person, for scripts.

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
    return {
        "file": str(path),
        "people_found": len(found),
        "images": len(truth.picture_ids),
        "people": len(truth),
        "joints": list(truth.joints),
        "rows": number_rows(truth, found, with_visible_person(truth), skeleton),
    }


def people_text(facts: Mapping[str, Any]) -> str:
    """What `python -m repose score` prints about one file."""
    what = f"{facts['people_found']} people found in {facts['images']} images with {facts['people']} people"
    lines = [["", *facts["rows"][0]["shares"]]]
    for row in facts["rows"]:
        name = f"{row['images']} images, {row['name']}" if "images" in row else row["name"]
        lines.append([name, *("–" if share is None else f"{share:.3f}" for share in row["shares"].values())])
    return f"{facts['file']}: {what}, {len(facts['joints'])} joints\n{aligned(lines)}"


def loaded_truth(path: Path, skeleton: str | None) -> PeopleTruth:
    """The truth of an annotation file or of a pose table."""
    if path.suffix != ".npz":
        return read_truth(path, skeleton)
    table = PoseTable.load(path)
    known = {*SIGMAS, SKELETON}
    target = skeleton or (table.skeleton if table.skeleton in known else "coco17")
    return truth_of_table(table, target)


def number_rows(
    truth: PeopleTruth, found: PeopleFound, visible: np.ndarray, skeleton: str | None
) -> list[dict[str, Any]]:
    """Shares by row: the two choices of images, or on MPII the two scores."""
    if truth.joints == get_skeleton(SKELETON).joints:
        matches = match_joints(truth, found)
        scores = {"AP": mpii_ap(matches), "PCKh@0.5": mpii_pckh(matches)}
        return [{"name": name, "shares": shares(numbers)} for name, numbers in scores.items()]
    sigmas = skeleton or skeleton_of(truth.joints)
    rows = []
    for name, pictures in {"all": np.ones(len(visible), bool), "with a visible person": visible}.items():
        if sigmas == "crowdpose14":
            numbers = crowdpose_numbers(truth, found, pictures=pictures, skeleton=sigmas)
        else:
            numbers = coco_numbers(truth, found, sigmas, pictures)
        rows.append({"name": name, "images": int(pictures.sum()), "shares": shares(numbers)})
    return rows


def shares(numbers: Mapping[str, float | np.ndarray]) -> dict[str, float | None]:
    """Plain numbers; None where nobody counts."""
    return {name: None if np.isnan(value) else float(value) for name, value in numbers.items()}
