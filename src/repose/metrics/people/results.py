"""Files of results as COCO wants them: a list of people with `keypoints` x, y, s and a `score`.

Legend: N people, J joints.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import read_json, write_text
from repose.metrics.people.annotations import fault, floats, number, whole
from repose.metrics.people.found import PeopleFound
from repose.metrics.people.truth import PeopleTruth

DECIMALS = 3  # of pixels


def read_results(path: str | Path, truth: PeopleTruth) -> PeopleFound:
    """Read the results of any software on the truth's pictures; what is wrong is a `ReposeError`.

    Joints at (0, 0) that some software writes for those not found stay where they are, as the field's tools
    have it, and so do the boxes: their areas decide which unmatched people a range of areas leaves out.
    """
    records = read_json(path)
    if not isinstance(records, list):
        raise ReposeError(
            f"{path}: found {type(records).__name__}, "
            "expected a list of people with `image_id`, `category_id`, `keypoints` and `score`"
        )
    row = {int(picture): index for index, picture in enumerate(truth.picture_ids)}
    rows, points, scores, boxes = [], [], [], []
    with_boxes = bool(records) and isinstance(records[0], dict) and bool(records[0].get("bbox"))
    for index, record in enumerate(records):
        place = f"{path}: record {index}"
        rows.append(picture_row(record, row, truth.category, place))
        points.append(floats(record, "keypoints", 3 * len(truth.joints), place))
        scores.append(number(record, "score", place))
        if with_boxes:
            boxes.append(floats(record, "bbox", 4, place))
    joints = np.array(points).reshape(len(rows), len(truth.joints), 3)
    return PeopleFound(
        truth.joints, np.array(rows, np.int64), joints[..., :2], joints[..., 2], np.array(scores, np.float64),
        np.array(boxes).reshape(-1, 4) if with_boxes else None,
    )  # fmt: skip


def picture_row(record: Any, row: dict[int, int], category: int, place: str) -> int:
    """The row of the picture that a record is about."""
    if not isinstance(record, dict):
        raise fault(
            place, f"found {type(record).__name__}", "a person with `image_id`, `keypoints` and `score`"
        )
    picture = whole(record, "image_id", place)
    if picture not in row:
        raise fault(place, f"the image {picture}", "one of the annotation file's images")
    found = whole(record, "category_id", place)
    if found != category:
        raise fault(place, f"category {found}", f"{category}, a person")
    return row[picture]


def records_of(found: PeopleFound, truth: PeopleTruth) -> list[dict[str, Any]]:
    """COCO's records; a joint not found stands at the mean of the person's others, with score 0."""
    complete = found.complete()
    flat = np.concatenate([complete.joints2d_px, np.where(found.present, found.score, 0)[..., None]], axis=-1)
    boxes: list[dict[str, Any]] = [{}] * len(found)
    if found.box is not None:
        boxes = [{"bbox": box} for box in found.box.tolist()]
    return [
        {"image_id": picture, "category_id": truth.category, "keypoints": keypoints, "score": score, **box}
        for picture, keypoints, score, box in zip(
            truth.picture_ids[found.image].tolist(),
            flat.reshape(-1, 3 * len(found.joints)).tolist(),
            found.person_score.tolist(),
            boxes,
            strict=True,
        )
    ]


def write_results(path: str | Path, found: PeopleFound, truth: PeopleTruth) -> None:
    """Write a file that COCO's and CrowdPose's tools and servers accept."""
    records = records_of(found, truth)
    for record in records:
        record["keypoints"] = [round(value, DECIMALS) for value in record["keypoints"]]
    write_text(path, json.dumps(records, allow_nan=False) + "\n")
