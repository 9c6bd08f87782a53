"""OCHuman: `ochuman.json` as its own API reads it, the COCO-like exports of both halves, and `images/`.

Of the people of a picture not all are labelled. Boxes are x1, y1, x2, y2 in the first file and x, y, width,
height in the exports.

Legend: K people, 19 joints.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repose.skeletons import get_skeleton
from repose.world.writers.coco_json import long_name, person_category, save_json

IMAGE = "images/{:06d}.jpg"
EXPORT = "ochuman_coco_format_{}_range_0.00_1.00.json"
VISIBLE = {"missing": 0, "vis": 1, "self_occluded": 2, "others_occluded": 3}
COCO_FLAG = {0: 0, 1: 2, 2: 2, 3: 1}  # the export calls a joint behind its own body visible


@dataclass(frozen=True)
class Pair:
    """The labels of one picture."""

    number: int
    size: tuple[int, int]  # width, height
    keypoints: np.ndarray  # K, 19, 3: x y and a flag of VISIBLE
    box: np.ndarray  # K, 4 x1 y1 x2 y2
    outlines: list[list[float]]  # K polygons
    full: np.ndarray  # K bool: labelled with joints and mask; others with the box only


def overlaps(box: np.ndarray) -> np.ndarray:
    """For every person (K) the largest intersection over union with another's box (K, 4)."""
    low = np.maximum(box[:, None, :2], box[None, :, :2])
    high = np.minimum(box[:, None, 2:], box[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), -1)
    area = np.prod(box[:, 2:] - box[:, :2], -1)
    iou = common / np.maximum(area[:, None] + area[None] - common, 1e-9)
    np.fill_diagonal(iou, 0)
    return iou.max(1)


def entry(pair: Pair) -> dict[str, Any]:
    """One picture of `ochuman.json`."""
    width, height = pair.size
    worst = overlaps(pair.box)
    people = []
    for k in range(len(pair.box)):
        full = bool(pair.full[k])
        segms = {"outer": [pair.outlines[k]], "inner": [], "width": width, "height": height}
        people.append(
            {
                "bbox": np.round(pair.box[k]).astype(int).tolist(),
                "keypoints": np.round(pair.keypoints[k], 2).ravel().tolist() if full else None,
                "segms": segms if full else None,
                "max_iou": round(float(worst[k]), 4),
            }
        )
    name = f"{pair.number:06d}"
    shape = {"width": width, "height": height}
    return {"image_id": name, "file_name": f"{name}.jpg", **shape, "annotations": people}


def save_pairs(folder: Path, pairs: Sequence[Pair], val: int) -> None:
    """All files; the first `val` pictures are the validation half."""
    entries = [entry(pair) for pair in pairs]
    names = [long_name(joint) for joint in get_skeleton("ochuman19").joints]
    content = {"keypoint_names": names, "keypoint_visible": VISIBLE, "images": entries}
    save_json(folder / "ochuman.json", content)
    save_json(folder / EXPORT.format("val"), export(entries[:val], names))
    save_json(folder / EXPORT.format("test"), export(entries[val:], names))


def export(entries: Sequence[dict[str, Any]], names: list[str]) -> dict[str, Any]:
    """COCO's form of the people with joints and masks: 17 of the joints, ids from 1, the box's area."""
    coco = get_skeleton("coco17")
    order = [names.index(long_name(joint)) for joint in coco.joints]
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for item in entries:
        people = [person for person in item["annotations"] if person["keypoints"] and person["segms"]]
        if not people:
            continue
        images.append({"id": len(images) + 1, **{key: item[key] for key in ("file_name", "height", "width")}})
        for person in people:
            keypoints = np.reshape(person["keypoints"], (-1, 3))[order]
            keypoints[:, 2] = [COCO_FLAG[int(flag)] for flag in keypoints[:, 2]]
            x1, y1, x2, y2 = person["bbox"]
            annotations.append(
                {
                    "image_id": len(images),
                    "area": (x2 - x1) * (y2 - y1),
                    "num_keypoints": int((keypoints[:, 2] > 0).sum()),
                    "iscrowd": 0,
                    "id": len(annotations) + 1,
                    "category_id": 1,
                    "keypoints": keypoints.ravel().tolist(),
                    "segmentation": person["segms"]["outer"],
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                }
            )
    return {"annotations": annotations, "categories": [person_category(coco)], "images": images}
