"""Occlusion-Person: `unrealcv_train.pkl`, `unrealcv_validation.pkl` and the pictures they name.

A record is one view: `joints_2d` (15, 2) px, `joints_3d` (15, 3) mm in the camera's frame, `joints_vis_2d`
(inside the picture and not hidden), `box` (top left, bottom right), and the person, the action and the
camera. Eight records in a row are one instant. Pictures lie below `images/` or the root.

Choices: every record; all joints are labelled (they are rendered), `joints_vis_2d` says which are visible.

Legend: N records.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from repose.datasets.pictures import Pictures
from repose.datasets.sources import entry, fault, first_existing, records, stacked
from repose.datasets.tables import pose_table
from repose.datasets.unpickle import read_pickle
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable

FILES: tuple[str, ...] = ("*unrealcv_train.pkl", "*unrealcv_validation.pkl", "*.jpg", "*.png")
SPLITS = {"train": "unrealcv_train.pkl", "val": "unrealcv_validation.pkl"}
FOLDERS = ("", "annot/", "annotations/")
TORSO_MM = (250, 800)  # a plausible distance from pelvis to neck; the file does not state its unit


def read(root: Path, pictures: Pictures) -> dict[str, PoseTable]:
    """Training and validation set."""
    return {split: read_split(root, pictures, split, name) for split, name in SPLITS.items()}


def read_split(root: Path, pictures: Pictures, split: str, name: str) -> PoseTable:
    """One list of records and its pictures."""
    path = first_existing(root, [folder + name for folder in FOLDERS], f"the annotations {name}")
    found = records(read_pickle(path), path)

    def column(key: str, shape: tuple[int, ...]) -> np.ndarray:
        return stacked(found, key, shape, path)

    joints_mm, corners = column("joints_3d", (15, 3)), column("box", (4,))
    check_unit(joints_mm, path)
    names = picture_names(found, path, pictures)
    sizes = pictures.sizes(names)
    skeleton = get_skeleton("op15")
    root_mm = joints_mm[:, skeleton.index(skeleton.root)]
    return pose_table(
        "occlusion_person", split, "op15", column("joints_2d", (15, 2)).astype(np.float32),
        np.ones((len(found), 15), bool), sizes,
        visible=column("joints_vis_2d", (15, 1))[..., 0] > 0, joints3d=joints_mm - root_mm[:, None],
        box=np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1),
        frame=column("image_id", ()),
        columns={
            "subject": words(found, "subject", path), "action": words(found, "action", path),
            "camera": words(found, "camera_id", path), "sequence": [str(n.split("/")[-2]) for n in names],
        },
        image=np.arange(len(found)), image_names=names, image_sizes=sizes,
        extra={"root_mm": root_mm.astype(np.float32)},
    )  # fmt: skip


def words(found: list[Any], key: str, path: Path) -> list[str]:
    """One key of every record as a word."""
    return [str(entry(record, key, f"{path}: record {i}")) for i, record in enumerate(found)]


def picture_names(found: list[Any], path: Path, pictures: Pictures) -> list[str]:
    """The pictures' paths below the root."""
    names = words(found, "image", path)
    if wrong := [name for name in names if "/" not in name]:
        raise fault(path, f"a picture named {wrong[0]!r}", "names such as a05_sa01_s14_sce00/00_000000.jpg")
    folder = "images/" if pictures.there([f"images/{names[0]}"])[0] else ""
    return [folder + name for name in names]


def check_unit(joints_mm: np.ndarray, path: Path) -> None:
    """Millimetres, in front of the camera."""
    skeleton = get_skeleton("op15")
    torso = joints_mm[:, skeleton.index("neck")] - joints_mm[:, skeleton.index("pelvis")]
    length = float(np.median(np.linalg.norm(torso, axis=-1)))
    if not TORSO_MM[0] < length < TORSO_MM[1]:
        raise fault(path, f"{length:.3g} from pelvis to neck", "`joints_3d` in millimetres (400 to 600)")
    if not np.median(joints_mm[..., 2]) > 0:
        raise fault(path, "joints behind the camera", "`joints_3d` in the camera's frame, z forward")
