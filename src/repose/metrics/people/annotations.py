"""Annotation files in COCO's form, of any software, read as the truth about people.

Legend: M pictures, N people, J joints.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import read_json
from repose.metrics.people.truth import PERSON, PeopleTruth, counted_joints
from repose.skeletons import get_skeleton
from repose.skeletons.sigmas import SIGMAS

LARGEST = 1e9  # no pixel, area or score is larger
CROWDPOSE_AREA = 0.53  # of the box, in its official evaluation; its files hold no areas


def read_truth(path: str | Path, skeleton: str | None = None) -> PeopleTruth:
    """Read a file of people with keypoints; whatever is wrong with it is a `ReposeError`."""
    return truth_of_annotations(read_json(path), path, skeleton)


def truth_of_annotations(
    content: Any, source: str | Path = "annotations", skeleton: str | None = None
) -> PeopleTruth:
    """The truth of a file's content; the skeleton follows from the number of keypoints unless it is named."""
    images, annotations = listed(content, "images", source), listed(content, "annotations", source)
    category = person_category(content, source)
    people = [
        (index, person)
        for index, person in enumerate(annotations)
        if person.get("category_id", PERSON) == category.get("id", PERSON)
    ]
    if not images or not people:
        what = "pictures in `images`" if not images else "people in `annotations`"
        raise fault(source, f"no {what}", "a file of people such as person_keypoints_val2017.json")
    skeleton = skeleton or skeleton_by_size(people, source)
    check_names(category, skeleton, source)
    ids = np.array(
        [whole(image, "id", f"{source}: image {row}") for row, image in enumerate(images)], np.int64
    )
    if len(np.unique(ids)) != len(ids):
        raise fault(source, "two images with one id", "different ids")
    points = np.stack([keypoints(person, skeleton, where(source, index)) for index, person in people])
    box = np.stack([box_of(person, where(source, index)) for index, person in people])
    labelled = points[..., 2] > 0
    return PeopleTruth(
        joints=get_skeleton(skeleton).joints,
        picture_ids=ids,
        picture_sizes=np.array([picture_size(image, source) for image in images]),
        image=picture_rows(people, ids, source),
        joints2d_px=points[..., :2],
        labelled=labelled,
        area=areas(people, box, skeleton, source),
        box=box,
        crowd=np.array([bool(person.get("iscrowd", 0)) for _, person in people]),
        num_keypoints=keypoint_numbers(people, counted_joints(skeleton, labelled), source),
        crowd_index=crowd_indices(images, source),
        category=int(category.get("id", PERSON)),
    )


def fault(place: str | Path, finding: str, expected: str) -> ReposeError:
    """The sentence about a file: what was found, what was expected."""
    return ReposeError(f"{place}: {finding}, expected {expected}")


def where(source: str | Path, index: int) -> str:
    """The place of an annotation."""
    return f"{source}: annotation {index}"


def listed(content: Any, key: str, source: str | Path) -> list[dict[str, Any]]:
    """A list of dictionaries in a file."""
    found = content.get(key) if isinstance(content, dict) else None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise fault(source, f"no list of `{key}`", "an annotation file with `images` and `annotations`")
    return found


def person_category(content: dict[str, Any], source: str | Path) -> dict[str, Any]:
    """The category called person; COCO's where the file names no categories."""
    if "categories" not in content:
        return {"id": PERSON, "name": "person"}
    categories = listed(content, "categories", source)
    for category in categories:
        if category.get("name") == "person":
            return category | {"id": whole(category, "id", f"{source}: category person")}
    names = ", ".join(str(category.get("name")) for category in categories[:5]) or "none"
    raise fault(source, f"no category `person` among {names}", "keypoints of people")


def skeleton_by_size(people: list[tuple[int, dict[str, Any]]], source: str | Path) -> str:
    """The skeleton with sigmas that has as many joints as the first person with keypoints."""
    for index, person in people:
        if "keypoints" in person:
            values = person["keypoints"]
            for skeleton in SIGMAS:
                if isinstance(values, list) and len(values) == 3 * len(get_skeleton(skeleton).joints):
                    return skeleton
            size = len(values) if isinstance(values, list) else "no"
            known = " or ".join(f"{3 * len(get_skeleton(s).joints)} ({s})" for s in SIGMAS)
            raise fault(where(source, index), f"{size} numbers in `keypoints`", known)
    raise fault(source, "no `keypoints`", "a file of keypoints such as person_keypoints_val2017.json")


def check_names(category: dict[str, Any], skeleton: str, source: str | Path) -> None:
    """Joints that the file names and we know too stand where we have them."""
    joints = get_skeleton(skeleton).joints
    names = category.get("keypoints")
    if not isinstance(names, list):
        return
    if len(names) != len(joints):
        raise fault(source, f"{len(names)} names of keypoints", f"the {len(joints)} of {skeleton}")
    for column, name in enumerate(names):
        ours = str(name).replace("left_", "l_").replace("right_", "r_")
        if ours in joints and joints.index(ours) != column:
            raise fault(
                source, f"keypoint {column} called {name}", f"{joints[column]}, as in the order of {skeleton}"
            )


def keypoints(person: dict[str, Any], skeleton: str, place: str) -> np.ndarray:
    """J, 3: x, y, v of a person; a crowd may have none."""
    joints = len(get_skeleton(skeleton).joints)
    if person.get("iscrowd", 0) and not person.get("keypoints"):
        return np.zeros((joints, 3))
    return floats(person, "keypoints", 3 * joints, place).reshape(joints, 3)


def areas(
    people: list[tuple[int, dict[str, Any]]], box: np.ndarray, skeleton: str, source: str | Path
) -> np.ndarray:
    """N: of the people's outlines; CrowdPose takes a share of the box whatever the file says."""
    if skeleton == "crowdpose14":
        return np.asarray(CROWDPOSE_AREA * box[:, 2] * box[:, 3])
    area = np.array([number(person, "area", where(source, index)) for index, person in people])
    if (area < 0).any():
        raise fault(where(source, people[int(area.argmin())][0]), "a negative area", "at least 0")
    return area


def box_of(person: dict[str, Any], place: str) -> np.ndarray:
    """4: x y w h."""
    box = floats(person, "bbox", 4, place)
    if (box[2:] < 0).any():
        raise fault(place, "a box of negative size", "x, y, width and height in `bbox`")
    return box


def keypoint_numbers(
    people: list[tuple[int, dict[str, Any]]], counted: np.ndarray, source: str | Path
) -> np.ndarray:
    """N: what the file says of the number of labelled joints, else our count."""
    return np.array([
        whole(person, "num_keypoints", where(source, index)) if "num_keypoints" in person else int(own)
        for (index, person), own in zip(people, counted, strict=True)
    ])  # fmt: skip


def picture_rows(people: list[tuple[int, dict[str, Any]]], ids: np.ndarray, source: str | Path) -> np.ndarray:
    """N: the row of each person's picture."""
    row = {int(picture): index for index, picture in enumerate(ids)}
    rows = []
    for index, person in people:
        picture = whole(person, "image_id", where(source, index))
        if picture not in row:
            raise fault(where(source, index), f"the image {picture}", "one of `images`")
        rows.append(row[picture])
    return np.array(rows, np.int64)


def picture_size(image: dict[str, Any], source: str | Path) -> tuple[int, int]:
    """Width and height; zeros where the file does not say."""
    if image.get("width") is None or image.get("height") is None:
        return 0, 0
    return whole(image, "width", f"{source}: an image"), whole(image, "height", f"{source}: an image")


def crowd_indices(images: list[dict[str, Any]], source: str | Path) -> np.ndarray | None:
    """M: CrowdPose's measure, None where the file has none; never made from the people."""
    if not any("crowdIndex" in image for image in images):
        return None
    return np.array(
        [number(image, "crowdIndex", f"{source}: image {row}") for row, image in enumerate(images)]
    )


def floats(record: dict[str, Any], key: str, count: int, place: str) -> np.ndarray:
    """`count` finite numbers of a record."""
    if key not in record:
        raise fault(place, f"no `{key}`", f"{count} numbers in `{key}`")
    try:
        values = np.asarray(record[key])
    except ValueError:
        values = np.empty((0, 0))
    if values.ndim != 1 or values.dtype.kind not in "iuf":
        raise fault(place, f"`{key}` that is no list of numbers", f"{count} numbers")
    if len(values) != count:
        raise fault(place, f"{len(values)} numbers in `{key}`", str(count))
    check_finite(values, key, place)
    return values.astype(np.float64)


def number(record: dict[str, Any], key: str, place: str) -> float:
    """A finite number of a record."""
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise fault(place, f"no number `{key}`" if key in record else f"no `{key}`", "a number")
    check_finite(np.array([float(value) if abs(value) <= LARGEST else np.inf]), key, place)
    return float(value)


def whole(record: dict[str, Any], key: str, place: str) -> int:
    """A whole number of a record."""
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        value = float("nan")
    if abs(value) < 2**63 and value == int(value):
        return int(value)
    raise fault(place, f"`{key}` {record[key]!r}" if key in record else f"no `{key}`", "a whole number")


def check_finite(values: np.ndarray, key: str, place: str) -> None:
    """No NaN, no infinity, and nothing too large to square."""
    if not np.isfinite(values).all():
        raise fault(place, f"NaN or infinity in `{key}`", "numbers")
    if (np.abs(values) > LARGEST).any():
        raise fault(place, f"{np.abs(values).max():.3g} in `{key}`", f"nothing beyond {LARGEST:.0g}")
