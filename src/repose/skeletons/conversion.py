"""Conversions between skeletons, read from `conversions/<target>.yaml`.

A file holds a section per source skeleton. Its `corrected` reading lists the target joints that are not
simply the source's joint of the same name:

    head_top: head                            another name for the same point
    thorax: {inferred: spine}                 a stand-in for a joint that the source does not have
    pelvis: {inferred: [l_hip, r_hip]}        the mean of several
    r_knee: missing

Any other reading (`paper`, or a named variant) lists its differences from `corrected`. A target joint is
labelled where all the joints it is made of are.
"""

import dataclasses
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import yaml

from repose.foundations.errors import ReposeError
from repose.skeletons.posetable import PoseTable
from repose.skeletons.skeleton import FOLDER, get_skeleton, nearest

CORRECTED, PAPER = "corrected", "paper"


class JointSource(NamedTuple):
    """What a target joint is made of: the mean of `joints` (none: missing)."""

    joints: tuple[str, ...]
    inferred: bool


@cache
def conversion(source: str, target: str, reading: str = CORRECTED) -> Mapping[str, JointSource]:
    """The table of a conversion: target joint → (source joints, inferred?), in the target's order."""
    section = sections(source, target)
    if reading not in readings(source, target):
        known = readings(source, target)
        raise ReposeError(
            f"conversion from {source} to {target}: no reading {reading!r}, "
            f"expected one of {', '.join(known)}; nearest: {nearest(reading, known)}"
        )
    entries = {name: name for name in get_skeleton(target).joints}
    entries |= (section[CORRECTED] or {}) | (section.get(reading) or {})
    return MappingProxyType({name: joint_source(entry) for name, entry in entries.items()})


def readings(source: str, target: str) -> tuple[str, ...]:
    """The readings of a conversion; `paper` is `corrected` where the two agree."""
    return tuple(dict.fromkeys((CORRECTED, PAPER, *sections(source, target))))


def sections(source: str, target: str) -> dict[str, Any]:
    """The readings of a conversion as the file has them; the identity needs no file."""
    tables = {get_skeleton(target).id: {CORRECTED: {}}, **file_of(target)}
    if get_skeleton(source).id not in tables:
        raise ReposeError(
            f"no conversion from {source} to {target}, expected one from {', '.join(sorted(tables))}; "
            f"nearest: {nearest(source, tables)}"
        )
    return tables[source]


@cache
def file_of(target: str) -> dict[str, dict[str, Any]]:
    """The conversions to one skeleton, by source."""
    path = FOLDER / "conversions" / f"{target}.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}


def joint_source(entry: Any) -> JointSource:
    """One entry of a file in its full form."""
    if entry == "missing":
        return JointSource((), False)
    if isinstance(entry, str):
        return JointSource((entry,), False)
    joints = entry["inferred"]
    return JointSource((joints,) if isinstance(joints, str) else tuple(joints), True)


def convert(
    points: np.ndarray, labelled: np.ndarray, source: str, target: str, reading: str = CORRECTED
) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Points (…, J, D) and labels (…, J) of one skeleton in another, and the names of inferred joints.

    Points without a label become zero.
    """
    table = conversion(source, target, reading)
    skeleton = get_skeleton(source)
    if points.shape[-2] != len(skeleton.joints):
        raise ReposeError(
            f"conversion from {source} to {target}: found {points.shape[-2]} joints, "
            f"expected the {len(skeleton.joints)} of {source}; check the skeleton of the data"
        )
    has_label = converted_flags(labelled, source, target, reading)
    out = np.zeros((*points.shape[:-2], len(table), points.shape[-1]), dtype=points.dtype)
    for column, (joints, _) in enumerate(table.values()):
        if len(joints) == 1:
            out[..., column, :] = points[..., skeleton.index(joints[0]), :]
        elif joints:
            out[..., column, :] = points[..., skeleton.indices(joints), :].mean(axis=-2)
    out[~has_label] = 0
    return out, has_label, tuple(name for name, made in table.items() if made.inferred)


def converted_flags(flags: np.ndarray, source: str, target: str, reading: str = CORRECTED) -> np.ndarray:
    """Flags (…, J) in another skeleton: true where they are true for all the joints a joint is made of."""
    table = conversion(source, target, reading)
    skeleton = get_skeleton(source)
    out = np.zeros((*flags.shape[:-1], len(table)), dtype=bool)
    for column, (joints, _) in enumerate(table.values()):
        if joints:
            out[..., column] = flags[..., skeleton.indices(joints)].all(axis=-1)
    return out


def convert_table(table: PoseTable, target: str, reading: str = CORRECTED) -> PoseTable:
    """The table with the joints of another skeleton; extra columns of joints (`joints2d_…`) follow.

    3D columns are moved so that the target's root is at the origin, `root_mm` with it.
    """
    source = table.skeleton
    if source == target and reading == CORRECTED:
        return table
    joints2d, labelled, inferred = convert(table.joints2d, table.labelled, source, target, reading)
    made_up = {
        name
        for name, made in conversion(source, target, reading).items()
        if set(made.joints) & set(table.inferred)
    }
    changes: dict[str, Any] = {"joints2d": joints2d, "labelled": labelled}
    changes["visible"] = converted_flags(table.visible, source, target, reading)
    extra = dict(table.extra)
    if table.joints3d is not None:
        changes["joints3d"], root = convert_3d(table.joints3d, source, target, reading)
        if "root_mm" in extra:
            extra["root_mm"] = extra["root_mm"] + root
    for name, column in table.extra.items():
        if name.startswith("joints3d_"):
            extra[name], _ = convert_3d(column, source, target, reading)
        elif name.startswith("joints2d_"):
            extra[name], _, _ = convert(column, finite(column), source, target, reading)
    skeleton = get_skeleton(target)
    return dataclasses.replace(
        table,
        **changes,
        skeleton=target,
        joints=skeleton.joints,
        inferred=tuple(name for name in skeleton.joints if name in {*inferred, *made_up}),
        extra=extra,
        meta={**table.meta, "converted_from": source, "reading": reading},
    )


def convert_3d(joints3d: np.ndarray, source: str, target: str, reading: str) -> tuple[np.ndarray, np.ndarray]:
    """Root-aligned joints (N, J, 3) of another skeleton, and by how much the root moved (N, 3)."""
    joints, known, _ = convert(joints3d, finite(joints3d), source, target, reading)
    skeleton = get_skeleton(target)
    root = joints[:, skeleton.index(skeleton.root)]
    return np.where(known[..., None], joints - root[:, None], 0).astype(joints3d.dtype), root


def finite(points: np.ndarray) -> np.ndarray:
    """Where points (…, J, D) are numbers, as flags (…, J)."""
    return np.isfinite(points).all(axis=-1)
