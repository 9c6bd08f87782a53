"""The four forms in which MPII's labels circulate, recognised by the content of the files.

Lists of one person each: `train.json` and `valid.json` (Xiao et al.: `joints`, `joints_vis`), one
`mpii_annotations.json` (`joint_self`, `isValidation`), `train.h5` and `valid.h5` (Newell et al.: `part`). Or
the release itself, a MATLAB struct `RELEASE` with all people of a picture. Pixels in all of them count from
1; here they count from 0.

Legend: N people, 16 joints.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repose.datasets.sources import (
    LARGEST,
    candidates,
    entry,
    fault,
    numbers,
    read_h5,
    read_mat,
    records,
    stacked,
)
from repose.foundations.errors import ReposeError
from repose.foundations.files import read_json

LABEL_FILES = ("*.json", "*.h5", "*.mat")
HEAD_BIAS = 0.6  # MPII's head size is this share of the head box's diagonal
SAME_CENTER_PX = 2.0  # two files mean the same person when their centres are no further apart


@dataclass(frozen=True)
class People:
    """Labelled people; pixels from 0."""

    image: list[str]  # N names of pictures
    joints_px: np.ndarray  # N, 16, 2
    labelled: np.ndarray  # N, 16 bool
    visible: np.ndarray  # N, 16 bool
    center: np.ndarray  # N, 2
    scale: np.ndarray  # N, height over 200 px
    head_box: np.ndarray  # N, 4 x1 y1 x2 y2, NaN where not known
    single: np.ndarray  # N bool: the release marks the person as well separated from others

    @property
    def head_px(self) -> np.ndarray:
        """MPII's head sizes (N)."""
        diagonal = np.linalg.norm(self.head_box[:, 2:] - self.head_box[:, :2], axis=1)
        return (HEAD_BIAS * diagonal).astype(np.float32)

    def rows(self, selection: np.ndarray) -> People:
        """Some of the people."""
        chosen = np.arange(len(self.image))[selection]
        arrays = {
            f.name: getattr(self, f.name)[chosen] for f in dataclasses.fields(self) if f.name != "image"
        }
        return People(image=[self.image[i] for i in chosen], **arrays)


def people(
    image: list[str], joints: np.ndarray, flags: np.ndarray, center: np.ndarray, scale: np.ndarray
) -> People:
    """From pixels that count from 1; a joint at or left of and above the corner is missing."""
    labelled = np.asarray((joints > 0).any(axis=-1))
    count = len(image)
    return People(
        image=image, joints_px=np.where(labelled[..., None], joints - 1, 0), labelled=labelled,
        visible=labelled & (flags > 0), center=center - 1, scale=scale, head_box=np.full((count, 4), np.nan),
        single=np.ones(count, bool),
    )  # fmt: skip


def read_lists(root: Path) -> tuple[dict[str, People], str]:
    """The lists of single people by split, with head boxes where another file has them; else empty."""
    for reading in (read_xiao, read_bearpaw, read_newell):
        splits, what = reading(root)
        if splits:
            return {split: with_heads(root, split, found) for split, found in splits.items()}, what
    return {}, ""


def split_of(path: Path) -> str | None:
    """`train` or `val` by a file's name."""
    return {"train": "train", "valid": "val", "val": "val"}.get(path.stem.lower())


def head_of(path: Path) -> str:
    """The first characters of a file, enough to tell what it lists."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read(20_000)


def read_xiao(root: Path) -> tuple[dict[str, People], str]:
    """`train.json` and `valid.json`."""
    splits = {}
    for path in candidates(root, (".json",)):
        split = split_of(path)
        if split and '"joints_vis"' in head_of(path):
            found = records(read_json(path), path)
            image = [str(entry(r, "image", f"{path}: record {i}")) for i, r in enumerate(found)]
            joints, flags = stacked(found, "joints", (16, 2), path), stacked(found, "joints_vis", (16,), path)
            center, scale = stacked(found, "center", (2,), path), stacked(found, "scale", (), path)
            splits[split] = people(image, joints, flags, center, scale)
    return both(root, splits, "train.json and valid.json"), "train.json and valid.json"


def read_bearpaw(root: Path) -> tuple[dict[str, People], str]:
    """`mpii_annotations.json`."""
    for path in candidates(root, (".json",)):
        if '"joint_self"' in head_of(path):
            found = records(read_json(path), path)
            image = [str(entry(r, "img_paths", f"{path}: record {i}")) for i, r in enumerate(found)]
            joints = stacked(found, "joint_self", (16, 3), path)
            center, scale = stacked(found, "objpos", (2,), path), stacked(found, "scale_provided", (), path)
            everyone = people(image, joints[..., :2], joints[..., 2], center, scale)
            held_out = stacked(found, "isValidation", (), path) > 0
            return {"train": everyone.rows(~held_out), "val": everyone.rows(held_out)}, path.name
    return {}, ""


def read_newell(root: Path) -> tuple[dict[str, People], str]:
    """`train.h5` and `valid.h5`."""
    splits = {}
    for path in candidates(root, (".h5",)):
        if split := split_of(path):
            content = read_h5(path, "imgname", "part", "center", "scale")
            joints = numbers(content["part"], (None, 16, 2), f"{path}: `part`")
            image = [picture_name(name) for name in np.asarray(content["imgname"])]
            center = numbers(content["center"], (len(joints), 2), f"{path}: `center`")
            scale = numbers(content["scale"], (len(joints),), f"{path}: `scale`")
            if len(image) != len(joints):
                raise fault(path, f"{len(image)} names of pictures", f"{len(joints)}, one a person")
            try:
                flags = numbers(read_h5(path, "visible")["visible"], (len(joints), 16), f"{path}: `visible`")
            except ReposeError:  # a shorter form of the file has no flags
                flags = np.ones(joints.shape[:2])
            splits[split] = people(image, joints, flags, center, scale)
    return both(root, splits, "train.h5 and valid.h5"), "train.h5 and valid.h5"


def picture_name(value: Any) -> str:
    """A name that HDF5 holds as bytes, or as numbers of characters."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray):
        return bytes(value.astype(np.uint8).ravel()).decode("utf-8", "replace").rstrip("\0")
    return str(value)


def both(root: Path, splits: dict[str, People], names: str) -> dict[str, People]:
    """None or both splits."""
    if len(splits) == 1:
        raise fault(root, f"only the {next(iter(splits))} part of the labels", names, "complete the download")
    return splits


def find_release(root: Path) -> Path | None:
    """The release's MATLAB file."""
    return next((p for p in candidates(root, (".mat",)) if re.match(r"mpii_human_pose.*\.mat", p.name)), None)


def with_heads(root: Path, split: str, found: People) -> People:
    """The people with head boxes, flags and `single` from the release, or boxes from `gt_valid.mat`."""
    if release := find_release(root):
        return matched(found, read_release(release)[0])
    for path in candidates(root, (".mat",)):
        if split == "val" and path.stem in ("gt_valid", "detections_our_format"):
            boxes = numbers(read_mat(path, "headboxes_src")["headboxes_src"], (2, 2, len(found.image)), path)
            return dataclasses.replace(found, head_box=boxes.transpose(2, 0, 1).reshape(-1, 4) - 1)
    return found


def matched(found: People, release: People) -> People:
    """Head boxes, visibility and `single` of the same people in the release (same picture, same centre)."""
    places: dict[str, list[int]] = {}
    for index, name in enumerate(release.image):
        places.setdefault(name, []).append(index)
    head_box, single, visible = found.head_box.copy(), found.single.copy(), found.visible.copy()
    for row, name in enumerate(found.image):
        near = np.array(places.get(name, []), int)
        distance = np.linalg.norm(release.center[near] - found.center[row], axis=1)
        if len(near) and distance.min() <= SAME_CENTER_PX:
            other = near[int(distance.argmin())]
            head_box[row], single[row] = release.head_box[other], release.single[other]
            visible[row] = release.visible[other] & found.labelled[row]
    return dataclasses.replace(found, head_box=head_box, single=single, visible=visible)


def read_release(path: Path) -> tuple[People, dict[str, bool]]:
    """Everyone with joints in the release, and for every picture whether it is a training picture."""
    release = read_mat(path, "RELEASE", objects=True)["RELEASE"]
    images = as_list(attribute(release, "annolist", path))
    train = np.ravel(attribute(release, "img_train", path))
    alone = np.ravel(np.asarray(attribute(release, "single_person", path), dtype=object))
    if not len(images) == len(train) == len(alone):
        raise fault(path, f"{len(images)} pictures, {len(train)} and {len(alone)} flags", "as many of each")
    names, rows, singles = [], [], []
    flags: dict[str, bool] = {}
    for number, image in enumerate(images):
        where = f"{path}: picture {number + 1}"
        name = str(attribute(attribute(image, "image", where), "name", where))
        flags[name] = bool(train[number])
        ids = {int(i) for i in np.ravel(alone[number])}
        for person, row in release_people(image, where):
            names.append(name)
            rows.append(row)
            singles.append(person in ids)
    if not rows:
        raise fault(path, "nobody with joints", "`annopoints` of the training pictures")
    table = np.stack(rows)  # N, 16·3 joints and flags, 4 head box, 2 centre, 1 scale
    joints = table[:, :48].reshape(-1, 16, 3)
    everyone = people(names, joints[..., :2], joints[..., 2], table[:, 52:54], table[:, 54])
    return dataclasses.replace(everyone, head_box=table[:, 48:52] - 1, single=np.array(singles)), flags


def release_people(image: Any, where: str) -> Iterator[tuple[int, np.ndarray]]:
    """The people of a picture that have joints: number from 1, and their row of numbers."""
    for number, rectangle in enumerate(as_list(getattr(image, "annorect", None)), 1):
        points = as_list(getattr(getattr(rectangle, "annopoints", None), "point", None))
        position = getattr(rectangle, "objpos", None)
        if not points or not hasattr(position, "x"):
            continue
        joints = np.full((16, 3), -1.0)
        for point in points:
            joint = int(number_of(point, "id", where))
            if not 0 <= joint < 16:
                raise fault(where, f"joint {joint}", "joints 0 to 15")
            joints[joint] = number_of(point, "x", where), number_of(point, "y", where), seen(point)
        box = [number_of(rectangle, name, where, np.nan) for name in ("x1", "y1", "x2", "y2")]
        rest = [number_of(position, "x", where), number_of(position, "y", where)]
        scale = number_of(rectangle, "scale", where, np.nan)
        yield number, np.concatenate([joints.ravel(), box, rest, [scale]])


def seen(point: Any) -> float:
    """A point's visibility: a number, a character, or nothing, which means visible."""
    value = np.ravel(getattr(point, "is_visible", []))
    return 1.0 if not len(value) or str(value[0]).strip() == "" else float(str(value[0]) not in ("0", "0.0"))


def number_of(struct: Any, name: str, where: str | Path, missing: float | None = None) -> float:
    """A number in a struct."""
    value = np.ravel(getattr(struct, name, []))
    if not len(value):
        if missing is None:
            raise fault(where, f"no `{name}`", "a number")
        return missing
    try:
        number = float(value[0])
    except (TypeError, ValueError):
        raise fault(where, f"`{name}` {value[0]!r}", "a number") from None
    if not abs(number) <= LARGEST:  # nor NaN
        raise fault(where, f"`{name}` {number:.3g}", f"a number up to {LARGEST:.0g}")
    return number


def attribute(struct: Any, name: str, where: str | Path) -> Any:
    """A field of a struct."""
    if not hasattr(struct, name):
        raise fault(where, f"no field `{name}`", "the fields of the release")
    return getattr(struct, name)


def as_list(value: Any) -> list[Any]:
    """A struct array with none, one or more elements as a list."""
    if value is None or (isinstance(value, np.ndarray) and value.dtype != object):
        return []
    return list(value.ravel()) if isinstance(value, np.ndarray) else [value]
