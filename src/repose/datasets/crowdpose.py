"""CrowdPose: `json/crowdpose_{train,val,test}.json` and `images/`.

Choices: every annotation, crowds too (some of them carry joints). People have no area in the file; as in the
official evaluation it is 0.53 of the box. `crowd_index` is a column of the pictures.
"""

from __future__ import annotations

from pathlib import Path

from repose.datasets.coco_files import read_coco
from repose.datasets.pictures import Pictures
from repose.datasets.sources import first_existing
from repose.skeletons.posetable import PoseTable

FILES: tuple[str, ...] = (
    "*crowdpose_train.json", "*crowdpose_val.json", "*crowdpose_test.json", "images/*.jpg",
)  # fmt: skip
AREA_OF_BOX = 0.53


def read(root: Path, pictures: Pictures) -> dict[str, PoseTable]:
    """The three splits."""
    tables = {}
    for split in ("train", "val", "test"):
        name = f"crowdpose_{split}.json"
        path = first_existing(
            root, [f"{f}{name}" for f in ("json/", "annotations/", "")], f"the annotations {name}"
        )
        tables[split] = read_coco(
            path, "crowdpose", split, "crowdpose14", ["images/", ""], pictures,
            area_of_box=AREA_OF_BOX, crowd_index=True,
        )  # fmt: skip
    return tables
