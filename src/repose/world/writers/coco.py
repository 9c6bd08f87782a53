"""COCO 2017 keypoints: `annotations/person_keypoints_<split>2017.json`, `train2017/` and `val2017/`.

Small people have a mask but no joints; a crowd is one region in run lengths without joints.

Legend: K people, 17 joints, H, W picture.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repose.skeletons import get_skeleton
from repose.world.writers.coco_json import (
    flat_keypoints,
    mask_box,
    outline,
    person_category,
    run_lengths,
    save_json,
)

IMAGE = "{0}2017/{1:012d}.jpg"
FILE = "annotations/person_keypoints_{}2017.json"
PERSON_ID, CROWD_ID = 200000, 900100000000  # COCO numbers crowd regions apart
PUBLISHED_PX = 640  # long edge of COCO's pictures
SMALL_AREA = 32**2  # px² there; smaller people have no joints


@dataclass(frozen=True)
class Labels:
    """The labels of one picture, ready for the file."""

    number: int
    size: tuple[int, int]  # width, height
    people: list[dict[str, Any]]  # segmentation, area, bbox, keypoints, num_keypoints
    crowd: dict[str, Any] | None


def person(
    mask: np.ndarray, joints_px: np.ndarray, labelled: np.ndarray, visible: np.ndarray
) -> dict[str, Any] | None:
    """One person from what the picture shows of them (H, W) bool; None where that is nothing."""
    box = mask_box(mask)
    if box is None:
        return None
    area = int(mask.sum())
    small = area < SMALL_AREA * (max(mask.shape) / PUBLISHED_PX) ** 2
    labelled = labelled & ~small
    return {
        "segmentation": [outline(mask)],
        "area": float(area),
        "bbox": box,
        "keypoints": flat_keypoints(joints_px, labelled, visible),
        "num_keypoints": int(labelled.sum()),
    }


def crowd(mask: np.ndarray) -> dict[str, Any] | None:
    """The region (H, W) of people who are not told apart."""
    box = mask_box(mask)
    if box is None:
        return None
    runs = run_lengths(mask)
    return {
        "segmentation": runs,
        "area": float(mask.sum()),
        "bbox": box,
        "keypoints": [0] * 51,
        "num_keypoints": 0,
    }


def save_split(folder: Path, split: str, pictures: Iterable[Labels]) -> None:
    """`person_keypoints_<split>2017.json`."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for labels in pictures:
        width, height = labels.size
        name = f"{labels.number:012d}.jpg"
        images.append(
            {
                "license": 1,
                "file_name": name,
                "coco_url": f"http://images.cocodataset.org/{split}2017/{name}",
                "height": height,
                "width": width,
                "date_captured": "2013-11-14 17:02:52",
                "flickr_url": "",
                "id": labels.number,
            }
        )
        regions = [(0, record) for record in labels.people] + [(1, labels.crowd)] * (labels.crowd is not None)
        for iscrowd, record in regions:
            number = (CROWD_ID if iscrowd else PERSON_ID) + len(annotations)
            extra = {"iscrowd": iscrowd, "image_id": labels.number, "category_id": 1, "id": number}
            annotations.append({**(record or {}), **extra})
    skeleton = get_skeleton("coco17")
    content = {
        "info": {"description": "COCO 2017 Dataset", "version": "1.0", "year": 2017},
        "licenses": [{"id": 1, "name": "", "url": ""}],
        "images": images,
        "annotations": annotations,
        "categories": [person_category(skeleton)],
    }
    save_json(folder / FILE.format(split), content)
