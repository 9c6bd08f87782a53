"""MPII Human Pose, one person at a time: `images/` and the labels in any of four forms (`mpii_files`).

Lists with their published split (Tompson et al.) go first, the release's MATLAB file last; it also gives the
lists their head boxes and true visibility where it lies beside them (`gt_valid.mat` gives boxes of `val`).

Choices: pixels count from 0. A joint with coordinates is labelled, its flag says whether it is visible. The
release alone states no validation part: labelled test pictures are `val`, else a sixth of the
pictures, chosen by name. The box is the tight one of the joints; `person_center`, `person_scale` (height
over 200 px) and `head_px` (0.6 of the head box's diagonal, NaN where not known) are columns.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from repose.datasets.mpii_files import LABEL_FILES, People, find_release, read_lists, read_release
from repose.datasets.pictures import Pictures
from repose.datasets.sources import fault
from repose.datasets.tables import pose_table
from repose.skeletons.posetable import PoseTable

FILES: tuple[str, ...] = (*LABEL_FILES, "images/*")
BY_NAME = 6  # with the release alone, one picture in so many is held out


def read(root: Path, pictures: Pictures) -> dict[str, PoseTable]:
    """Training and validation people."""
    splits, what = read_lists(root)
    if not splits:
        splits, what = release_splits(root)
    return {
        split: table_of("mpii", split, found, pictures, [f"labels from {what}"])
        for split, found in splits.items()
    }


def release_splits(root: Path) -> tuple[dict[str, People], str]:
    """The people of the release in training and validation pictures."""
    path = find_release(root)
    if path is None:
        raise fault(
            root, "no labels", "train.json and valid.json, mpii_annotations.json, train.h5 and valid.h5, or "
            "mpii_human_pose_v1_u12_1.mat", "put one of these below the root",
        )  # fmt: skip
    everyone, train = read_release(path)
    held_out, how = held_out_pictures(root, everyone, train)
    mask = np.array([name in held_out for name in everyone.image])
    return {"train": everyone.rows(~mask), "val": everyone.rows(mask)}, f"{path.name}, {how}"


def held_out_pictures(root: Path, everyone: People, train: dict[str, bool]) -> tuple[set[str], str]:
    """The pictures of `val`, and how they were chosen."""
    lists, what = read_lists(root)
    if lists:
        return set(lists["val"].image), f"validation pictures of {what}"
    labelled_test = {name for name in everyone.image if not train[name]}
    if labelled_test:
        return labelled_test, "labelled test pictures as validation"
    by_name = {name for name in everyone.image if zlib.crc32(name.encode()) % BY_NAME == 0}
    return by_name, f"one picture in {BY_NAME} as validation, chosen by name"


def table_of(dataset: str, split: str, found: People, pictures: Pictures, notes: list[str]) -> PoseTable:
    """The pose table of some people."""
    names, image = np.unique(np.array([f"images/{name}" for name in found.image]), return_inverse=True)
    sizes = pictures.sizes(names.tolist())
    return pose_table(
        dataset, split, "mpii16", found.joints_px.astype(np.float32), found.labelled, sizes[image],
        visible=found.visible, image=image, image_names=names.tolist(), image_sizes=sizes,
        extra={
            "person_center": found.center.astype(np.float32), "person_scale": found.scale.astype(np.float32),
            "head_px": found.head_px, "single": found.single,
        },
        notes=notes,
    )  # fmt: skip
