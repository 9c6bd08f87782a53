"""COCO 2017 keypoints: `annotations/person_keypoints_{train,val}2017.json`, `train2017/` and `val2017/`.

Choices: every annotation, also crowd regions (`iscrowd`) and people without joints, and every picture, also
those without people; who uses them decides. `area` is that of the segmentation.
"""

from __future__ import annotations

from pathlib import Path

from repose.datasets.coco_files import read_coco
from repose.datasets.pictures import Pictures
from repose.datasets.sources import first_existing
from repose.posetable import PoseTable

FILES: tuple[str, ...] = (
    "*person_keypoints_train2017.json",
    "*person_keypoints_val2017.json",
    "train2017/*.jpg",
    "val2017/*.jpg",
    "images/*2017/*.jpg",
)


def read(root: Path, pictures: Pictures) -> dict[str, PoseTable]:
    """Training and validation set."""
    tables = {}
    for split in ("train", "val"):
        name = f"person_keypoints_{split}2017.json"
        path = first_existing(root, [f"annotations/{name}", name], f"the annotations {name}")
        folders = [f"{split}2017/", f"images/{split}2017/"]
        tables[split] = read_coco(path, "coco", split, "coco17", folders, pictures)
    return tables
