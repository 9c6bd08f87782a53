"""CrowdPose: COCO-like files without areas and masks, with a crowd index for every picture.

Legend: K people, 14 joints.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repose.skeletons import get_skeleton
from repose.world.writers.coco_json import flat_keypoints, person_category, save_json

IMAGE = "images/{}.jpg"
FIRST = 100000  # the number of the first picture
FILE = "json/crowdpose_{}.json"


@dataclass(frozen=True)
class Crowd:
    """The labels of one picture."""

    number: int
    size: tuple[int, int]  # width, height
    joints_px: np.ndarray  # K, 14, 2
    labelled: np.ndarray  # K, 14 bool
    visible: np.ndarray  # K, 14 bool
    box: np.ndarray  # K, 4 x y w h
    iscrowd: np.ndarray  # K bool; some such people keep their joints


def crowd_index(joints_px: np.ndarray, labelled: np.ndarray, box: np.ndarray) -> float:
    """Mean over people of (others' joints in the person's box) / (own joints in it)."""
    low, high = box[:, None, None, :2], box[:, None, None, :2] + box[:, None, None, 2:]
    within = ((joints_px[None] >= low) & (joints_px[None] <= high)).all(-1) & labelled[None]
    counts = within.sum(-1)  # box of a person, joints of another
    own = np.diagonal(counts)
    others = counts.sum(1) - own
    return float(np.mean(others / np.maximum(own, 1))) if len(box) else 0.0


def save_split(folder: Path, split: str, pictures: Iterable[Crowd]) -> None:
    """`crowdpose_<split>.json`."""
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for crowd in pictures:
        index = crowd_index(crowd.joints_px, crowd.labelled, crowd.box)
        images.append(
            {
                "file_name": f"{crowd.number}.jpg",
                "id": crowd.number,
                "height": crowd.size[1],
                "width": crowd.size[0],
                "crowdIndex": round(index, 2),
            }
        )
        for k in range(len(crowd.box)):
            annotations.append(
                {
                    "num_keypoints": int(crowd.labelled[k].sum()),
                    "iscrowd": int(crowd.iscrowd[k]),
                    "keypoints": flat_keypoints(crowd.joints_px[k], crowd.labelled[k], crowd.visible[k]),
                    "image_id": crowd.number,
                    "bbox": np.round(crowd.box[k], 2).tolist(),
                    "category_id": 1,
                    "id": FIRST + len(annotations),
                }
            )
    skeleton = get_skeleton("crowdpose14")
    categories = [person_category(skeleton)]
    save_json(
        folder / FILE.format(split), {"images": images, "annotations": annotations, "categories": categories}
    )
