"""OCHuman: `ochuman.json`, or its exports in COCO's form, and `images/`.

Choices: the 19 joints of `ochuman.json` where it is there, else the 17 of the exports. Of the people of
`ochuman.json` those with joints and mask; the first 2500 of its 4731 pictures are `val`, the rest `test` (or
as in the exports, if they lie beside it). A joint hidden by its own body counts as visible, one hidden by
others does not. The area is that of the box. The exports: `ochuman_coco_format_{val,test}….json`.

Legend: N people, M pictures.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from repose.datasets.coco_files import images_of, located, read_coco, whole
from repose.datasets.pictures import Pictures
from repose.datasets.sources import candidates, entry, fault, numbers, stacked
from repose.datasets.tables import pose_table
from repose.foundations.files import read_json
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable

FILES: tuple[str, ...] = ("*ochuman*.json", "images/*.jpg")
FOLDERS = ("images/", "")
SPLITS = ("val", "test")
VAL, ALL = 2500, 4731  # pictures of `val` and of both splits
HIDDEN = 3  # a joint hidden by others; 0 is no label, 1 and 2 are visible and hidden by oneself


def read(root: Path, pictures: Pictures) -> dict[str, PoseTable]:
    """Validation and test pictures."""
    own = next((path for path in candidates(root, (".json",)) if path.name == "ochuman.json"), None)
    exports = find_exports(root)
    if own is None and len(exports) < len(SPLITS):
        raise fault(root, "no annotations", "ochuman.json, or ochuman_coco_format_val….json and …_test….json")
    if own is None:
        return {
            split: read_coco(
                exports[split],
                "ochuman",
                split,
                "coco17",
                FOLDERS,
                pictures,
                notes=["the 17 joints of the exports"],
            )
            for split in SPLITS
        }
    return read_own(own, exports, pictures)


def find_exports(root: Path) -> dict[str, Path]:
    """The exports by split; of several the one with all people (its name sorts first)."""
    found: dict[str, Path] = {}
    for path in candidates(root, (".json",)):
        for split in SPLITS:
            if path.name.startswith(f"ochuman_coco_format_{split}"):
                found.setdefault(split, path)
    return found


def read_own(path: Path, exports: dict[str, Path], pictures: Pictures) -> dict[str, PoseTable]:
    """Both splits of `ochuman.json`."""
    content = read_json(path)
    images = sorted(images_of(content, path), key=lambda image: str(entry(image, "image_id", path)))
    usable = [image for image in images if complete(image, path)]
    if not usable:
        raise fault(path, "nobody with joints and mask", "annotations with `keypoints` and `segms`")
    if len(exports) == len(SPLITS):
        val = {
            str(entry(i, "file_name", exports["val"]))
            for i in images_of(read_json(exports["val"]), exports["val"])
        }
    else:
        val = {str(image["file_name"]) for image in usable[: round(len(usable) * VAL / ALL)]}
    order = joint_order(entry(content, "keypoint_names", path), path)
    people = sum(len(image["annotations"]) for image in images)
    left_out = people - sum(len(complete(image, path)) for image in usable)
    parts = {
        "val": [image for image in usable if image["file_name"] in val],
        "test": [image for image in usable if image["file_name"] not in val],
    }
    dropped = {"without joints or mask, in both splits": left_out}
    return {split: table_of(split, part, order, path, pictures, dropped) for split, part in parts.items()}


def complete(image: Any, path: Path) -> list[Any]:
    """The people of a picture that have joints and a mask."""
    return [p for p in entry(image, "annotations", path) if p.get("keypoints") and p.get("segms")]


def joint_order(names: Any, path: Path) -> np.ndarray:
    """Where the file keeps each joint of our skeleton."""
    words = [str(name).replace("left_", "l_").replace("right_", "r_") for name in names]
    joints = get_skeleton("ochuman19").joints
    if sorted(words) != sorted(joints):
        raise fault(path, f"the joints {', '.join(map(str, names))}", f"{', '.join(joints)}")
    return np.array([words.index(joint) for joint in joints])


def table_of(
    split: str, images: list[Any], order: np.ndarray, path: Path, pictures: Pictures, dropped: dict[str, int]
) -> PoseTable:
    """The table of some pictures."""
    if not images:
        raise fault(path, f"no pictures of {split}", "pictures of val and test")
    people = [(row, person) for row, image in enumerate(images) for person in complete(image, path)]
    image = np.array([row for row, _ in people])
    found = [person for _, person in people]
    joints = stacked(found, "keypoints", (3 * len(order),), path).reshape(-1, len(order), 3)[:, order]
    corners = stacked(found, "bbox", (4,), path)
    box = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    names = located([str(entry(i, "file_name", path)) for i in images], FOLDERS, pictures)
    shape = stacked(images, "width", (), path), stacked(images, "height", (), path)
    sizes = np.stack(shape, axis=1).astype(np.int32)
    flags = numbers(joints[..., 2], (None, None), path)
    return pose_table(
        "ochuman", split, "ochuman19", joints[..., :2].astype(np.float32), flags > 0, sizes[image],
        visible=(flags > 0) & (flags < HIDDEN), box=box, image=image, image_names=names, image_sizes=sizes,
        extra={
            "area": (box[:, 2] * box[:, 3]).astype(np.float32), "iscrowd": np.zeros(len(found), bool),
            "annotation": np.arange(1, len(found) + 1),
        },
        image_extra={"image_id": np.array([whole(i["image_id"], path) for i in images], np.int64)},
        dropped=dropped,
    )  # fmt: skip
