"""MPII Human Pose with all people of a picture, from the release's MATLAB file in the folder of `mpii`.

Choices as in `mpii`; `val` are the validation pictures of the lists beside the release, if there are
any. `single` marks people who are well separated; the others in a picture are one group, as in the
multi-person protocol. `head_box` (x1 y1 x2 y2, px) comes beside `head_px`; `area` is that of the
joints' box, and nobody is a crowd.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from repose.datasets.mpii import release_splits, table_of
from repose.datasets.mpii_files import LABEL_FILES
from repose.datasets.pictures import Pictures
from repose.skeletons.posetable import PoseTable

FILES: tuple[str, ...] = (*LABEL_FILES, "images/*")


def read(root: Path, pictures: Pictures) -> dict[str, PoseTable]:
    """Training and validation pictures."""
    splits, what = release_splits(root)
    tables = {}
    for split, found in splits.items():
        table = table_of("mpii_multi", split, found, pictures, [f"labels from {what}"])
        extra = {
            "head_box": found.head_box.astype(np.float32),
            "area": table.box[:, 2] * table.box[:, 3],
            "iscrowd": np.zeros(len(table), bool),
        }
        image_extra = {
            "image_id": np.arange(len(table.image_names)) if table.image_names is not None else np.empty(0)
        }
        tables[split] = dataclasses.replace(table, extra=table.extra | extra, image_extra=image_extra)
    return tables
