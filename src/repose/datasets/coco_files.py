"""Annotation files in COCO's form: images, and people with boxes and flat triples x, y, v.

v is 0 for a joint without a label (x = y = 0), 1 for one that is hidden, 2 for one that can be seen.

Legend: N people, J joints, M pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from repose.datasets.pictures import Pictures
from repose.datasets.sources import entry, fault, numbers, stacked
from repose.datasets.tables import pose_table
from repose.foundations.files import read_json
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable

PERSON = 1  # COCO's category


def read_coco(
    path: Path, dataset: str, split: str, skeleton: str, folders: Sequence[str], pictures: Pictures,
    area_of_box: float | None = None, crowd_index: bool = False, notes: Sequence[str] = (),
) -> PoseTable:  # fmt: skip
    """All people of a file, including crowds and people without joints, and all its pictures.

    `area_of_box`: people have no area; it is this share of their box.
    """
    content = read_json(path)
    images, people = images_of(content, path), people_of(content, path)
    ids = np.array([whole(entry(image, "id", path), path) for image in images], np.int64)
    row = dict(zip(ids.tolist(), range(len(ids)), strict=True))
    if len(row) != len(ids):
        raise fault(path, "two pictures with one id", "different ids")
    image = np.array([picture_row(row, p, f"{path}: annotation {i}") for i, p in enumerate(people)], np.int32)
    points = keypoints(people, len(get_skeleton(skeleton).joints), path)
    box = stacked(people, "bbox", (4,), path) if people else np.zeros((0, 4))
    names = located([str(entry(image, "file_name", path)) for image in images], folders, pictures)
    sizes = stacked(images, "width", (), path), stacked(images, "height", (), path)
    image_sizes = np.stack(sizes, axis=1).astype(np.int32)
    area = area_of_box * box[:, 2] * box[:, 3] if area_of_box else stacked(people, "area", (), path)
    extra = {
        "area": area.astype(np.float32),
        "iscrowd": np.array([bool(p.get("iscrowd", 0)) for p in people], bool),
        "annotation": np.array([whole(entry(p, "id", path), path) for p in people], np.int64),
    }
    image_extra = {"image_id": ids}
    if crowd_index:
        image_extra["crowd_index"] = stacked(images, "crowdIndex", (), path).astype(np.float32)
    return pose_table(
        dataset, split, skeleton, points[..., :2].astype(np.float32), points[..., 2] > 0, image_sizes[image],
        visible=points[..., 2] > 1, box=box, image=image, image_names=names, image_sizes=image_sizes,
        extra=extra, image_extra=image_extra, notes=notes,
    )  # fmt: skip


def images_of(content: Any, path: Path) -> list[Any]:
    """The pictures of a file."""
    images = entry(content, "images", path)
    if not isinstance(images, list) or not images:
        raise fault(path, "no pictures in `images`", "a list of pictures")
    return images


def people_of(content: Any, path: Path) -> list[dict[str, Any]]:
    """The annotations of people."""
    annotations = entry(content, "annotations", path)
    if not isinstance(annotations, list) or not all(isinstance(a, dict) for a in annotations):
        raise fault(path, "`annotations` that are not a list of dictionaries", "a list of annotations")
    people = [a for a in annotations if a.get("category_id", PERSON) == PERSON]
    if not people:
        raise fault(path, "no people in `annotations`", "a file of keypoints such as person_keypoints_….json")
    return people


def picture_row(row: dict[int, int], person: Any, where: str) -> int:
    """The row of a person's picture."""
    number = whole(entry(person, "image_id", where), where)
    if number not in row:
        raise fault(where, f"the picture {number}", "one of `images`")
    return row[number]


def whole(value: Any, where: str | Path) -> int:
    """A whole number, even if it is written as text."""
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise fault(where, f"the id {value!r}", "a whole number") from None
    if abs(number) >= 2**63:
        raise fault(where, f"the id {number}", "a number of 64 bits")
    return number


def keypoints(people: list[dict[str, Any]], joints: int, path: Path) -> np.ndarray:
    """(N, J, 3) of the flat triples."""
    rows = []
    for index, person in enumerate(people):
        where = f"{path}: annotation {index}, `keypoints`"
        rows.append(numbers(entry(person, "keypoints", f"{path}: annotation {index}"), (3 * joints,), where))
    points = np.stack(rows).reshape(-1, joints, 3)
    if not np.isin(points[..., 2], (0, 1, 2)).all():
        raise fault(path, "a visibility other than 0, 1 and 2", "0, 1 or 2 after every x and y")
    return points


def located(names: list[str], folders: Sequence[str], pictures: Pictures) -> list[str]:
    """The pictures' paths below the root, in the first of the folders that has the first picture."""
    folder = next((f for f in folders if pictures.there([f + names[0]])[0]), folders[0])
    paths = [folder + name for name in names]
    pictures.require(paths)
    return paths
