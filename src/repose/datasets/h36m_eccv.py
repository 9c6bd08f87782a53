"""Human3.6M's ECCV 2018 challenge with the pickled labels that image-based papers share.

`ECCV18_Challenge/{Train,Val}/IMG/%05d.jpg`, counted from 1, and below `msra_cache/` for each split
`HM36_eccv_challenge_{}_cache/HM36_eccv_challenge_{}_w288xh384_keypoint_jnt_bbox_db.pkl` (or its `w256xh256`
twin): a list of records in the order of the pictures. The unlabelled `Test` is not read.

Choices: the first 17 of the 18 joints (the last is the middle of the shoulders). The 2D joints are not
projections but the 3D joints fitted to a detector's (a similarity of the plane), and are taken as they
are; the fit's scale is kept as `depth_scale` (px/mm). The box is the tight one of the joints. Subject,
action and camera are known only where the picture's name says them.

Legend: N pictures.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np

from repose.datasets.pictures import Pictures
from repose.datasets.sources import fault, first_existing, records, stacked
from repose.datasets.tables import pose_table
from repose.datasets.unpickle import read_pickle
from repose.skeletons.posetable import PoseTable

CACHES = tuple(
    "msra_cache/HM36_eccv_challenge_{0}_cache/HM36_eccv_challenge_{0}_" + size + "_keypoint_jnt_bbox_db.pkl"
    for size in ("w288xh384", "w256xh256")
)
FILES: tuple[str, ...] = (
    "ECCV18_Challenge/Train/IMG/*.jpg", "ECCV18_Challenge/Val/IMG/*.jpg", "msra_cache/*Train_cache/*.pkl",
    "msra_cache/*Val_cache/*.pkl",
)  # fmt: skip
IMAGE = "ECCV18_Challenge/{}/IMG/{:05d}.jpg"
SPLITS = {"train": "Train", "val": "Val"}
NAMED = re.compile(r"s_(\d+)_act_(\d+)_subact_(\d+)_ca_(\d+)")


def read(root: Path, pictures: Pictures) -> dict[str, PoseTable]:
    """`Train` and `Val`."""
    return {split: read_split(root, pictures, split, word) for split, word in SPLITS.items()}


def read_split(root: Path, pictures: Pictures, split: str, word: str) -> PoseTable:
    """One list of records and its pictures."""
    path = first_existing(root, [cache.format(word) for cache in CACHES], f"the labels of {word}")
    found = records(read_pickle(path), path)

    def column(key: str, shape: tuple[int, ...]) -> np.ndarray:
        return stacked(found, key, shape, path)

    points, relative = column("joints_3d", (18, 3))[:, :17], column("joints_3d_relative", (18, 3))[:, :17]
    present = column("joints_3d_vis", (18, 3))[:, :17, 0] > 0
    if not np.median(np.linalg.norm(relative, axis=-1).max(axis=1)) > 100:
        raise fault(path, "`joints_3d_relative` within 100 of the root", "millimetres")
    names = [IMAGE.format(word, number + 1) for number in range(len(found))]
    sizes = pictures.sizes(names)
    labels = [label(r.get("image")) for r in found]
    return pose_table(
        "h36m_eccv", split, "h36m17", points[..., :2].astype(np.float32), present, sizes,
        joints3d=relative - relative[:, :1], frame=np.arange(len(found)),
        columns={name: [row[i] for row in labels] for i, name in enumerate(("subject", "action", "camera"))},
        image=np.arange(len(found)), image_names=names, image_sizes=sizes,
        extra={"depth_scale": column("s", ()).astype(np.float32)},
        notes=["2D joints are fitted, not projected"],
    )  # fmt: skip


def label(image: Any) -> tuple[str, str, str]:
    """Subject, action and camera of a picture's name, empty where it does not say."""
    match = NAMED.search(str(image))
    return (f"S{int(match[1])}", match[2], match[4]) if match else ("", "", "")
