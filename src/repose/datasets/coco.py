"""COCO 2017 keypoints: `annotations/person_keypoints_{train,val}2017.json`, `train2017/` and `val2017/`.

The labels of test-dev are not public. If `person_keypoints_test2017.json` and `test2017/` nevertheless lie
beside the others, they are the split `test`; the world writes them.

Choices: every annotation is kept, including crowd regions (`iscrowd`) and people without joints, and every
picture, including those without people; whoever uses them decides. `area` is that of the segmentation.
"""

from __future__ import annotations

from pathlib import Path

from repose.datasets.coco_files import read_coco
from repose.datasets.pictures import Pictures
from repose.datasets.sources import first_existing
from repose.skeletons.posetable import PoseTable

FILES: tuple[str, ...] = (
    "*person_keypoints_train2017.json",
    "*person_keypoints_val2017.json",
    "*person_keypoints_test2017.json",
    "train2017/*.jpg",
    "val2017/*.jpg",
    "test2017/*.jpg",
    "images/*2017/*.jpg",
)
SPLITS = ("train", "val", "test")
NO_TEST = (
    "no split `test`: there is no person_keypoints_test2017.json (the labels of test-dev are not public)"
)


def read(root: Path, pictures: Pictures) -> dict[str, PoseTable]:
    """Training and validation set, and the test set if its labels are there."""
    tested = any((root / path).is_file() for path in label_files("test"))
    notes = () if tested else (NO_TEST,)
    tables = {}
    for split in SPLITS if tested else SPLITS[:2]:
        paths = label_files(split)
        path = first_existing(root, paths, f"the annotations {paths[-1]}")
        folders = [f"{split}2017/", f"images/{split}2017/"]
        tables[split] = read_coco(path, "coco", split, "coco17", folders, pictures, notes=notes)
    return tables


def label_files(split: str) -> list[str]:
    """Where the labels of a split may lie."""
    name = f"person_keypoints_{split}2017.json"
    return [f"annotations/{name}", name]
