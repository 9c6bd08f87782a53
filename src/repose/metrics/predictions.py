"""Files of predicted 3D poses, ours or other software's, and the truth that belongs to their rows.

A file is an npz with `format` (1), `joints` (names), `sample` (rows of the pose table) and `joints3d_mm`.

Legend: N predicted frames, J predicted joints.
"""

import difflib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays
from repose.skeletons import convert, get_skeleton, readings, skeleton_ids
from repose.skeletons.posetable import PoseTable

FORMAT = 1
SMALLEST_MM = 10.0  # a median pose smaller than this is not in millimetres, however little was learnt


class Predictions(NamedTuple):
    """Predicted poses of some rows of a pose table."""

    joints: tuple[str, ...]
    sample: np.ndarray  # N int
    joints3d_mm: np.ndarray  # N, J, 3


def load_predictions(path: str | Path) -> Predictions:
    """Read a file of predicted 3D poses; whatever is wrong with it is a `ReposeError`."""
    arrays = load_arrays(path)
    for name in ("format", "joints", "sample", "joints3d_mm"):
        if name not in arrays:
            raise ReposeError(
                f"{path}: no array `{name}`, found {', '.join(sorted(arrays)) or 'none'}; "
                "expected format, joints, sample and joints3d_mm"
            )
    if arrays["format"].tolist() != FORMAT:
        raise ReposeError(f"{path}: format {arrays['format'].tolist()}, expected {FORMAT}")
    joints, sample, poses = arrays["joints"], arrays["sample"], arrays["joints3d_mm"]
    if joints.dtype.kind != "U" or joints.ndim != 1 or len(set(joints.tolist())) != len(joints):
        raise ReposeError(
            f"{path}: `joints` is {joints.dtype}{joints.shape}, expected one name per joint, each once"
        )
    if sample.dtype.kind not in "iu" or sample.ndim != 1 or not len(sample):
        raise ReposeError(
            f"{path}: `sample` is {sample.dtype}{sample.shape}, expected one row number per frame"
        )
    if poses.dtype.kind != "f" or poses.shape != (len(sample), len(joints), 3):
        raise ReposeError(
            f"{path}: `joints3d_mm` is {poses.dtype}{poses.shape}, "
            f"expected numbers of shape {(len(sample), len(joints), 3)} after `sample` and `joints`"
        )
    check_poses(path, poses)
    return Predictions(tuple(joints.tolist()), sample.astype(np.int64), poses)


def check_poses(path: str | Path, poses: np.ndarray) -> None:
    """Every pose is made of numbers, and they are millimetres."""
    bad = ~np.isfinite(poses).all((1, 2))
    if bad.any():
        raise ReposeError(
            f"{path}: `joints3d_mm` holds NaN or infinity in {bad.sum()} frames, expected numbers"
        )
    size = float(np.median(np.ptp(poses, axis=1).max(1)))
    if 0 < size < SMALLEST_MM:
        raise ReposeError(
            f"{path}: poses measure about {size:.3g}, expected millimetres; multiply metres by 1000"
        )


def check_samples(path: str | Path, sample: np.ndarray, table: PoseTable) -> None:
    """Every row is one of the table's, once."""
    name = f"{table.dataset} {table.split}"
    if sample.min() < 0 or sample.max() >= len(table):
        wrong = sample[(sample < 0) | (sample >= len(table))][0]
        raise ReposeError(
            f"{path}: `sample` names row {wrong}, expected 0 to {len(table) - 1}, the rows of {name}"
        )
    if len(np.unique(sample)) != len(sample):
        raise ReposeError(
            f"{path}: `sample` names rows of {name} more than once, expected one prediction per row"
        )


def truth_in_order(path: str | Path, joints: tuple[str, ...], table: PoseTable) -> np.ndarray:
    """The table's 3D joints (rows, J, 3) in the order of the predicted joints, mm; NaN where there is none.

    The universal skeleton stands for the truth where the data set has one (MPI-INF-3DHP). Predicted joints
    are either some of the table's own, or those of a skeleton that the table can be converted to.
    """
    points = table.extra.get("joints3d_univ", table.joints3d)
    if points is None:
        raise ReposeError(f"{path}: {table.dataset} {table.split} has no 3D joints, expected a 3D data set")
    target = table.skeleton if set(joints) <= set(table.joints) else matching_skeleton(path, joints, table)
    known = np.isfinite(points).all(-1)
    converted, known, _ = convert(points, known, table.skeleton, target)
    order = get_skeleton(target).indices(joints)
    return np.where(known[..., None], converted, np.nan)[:, order]


def matching_skeleton(path: str | Path, joints: tuple[str, ...], table: PoseTable) -> str:
    """The skeleton with just these joints that the table can be converted to."""
    for target in skeleton_ids():
        if sorted(get_skeleton(target).joints) == sorted(joints) and convertible(table.skeleton, target):
            return target
    strange = [name for name in joints if name not in table.joints]
    near = difflib.get_close_matches(strange[0], table.joints, 1, 0)[0]
    raise ReposeError(
        f"{path}: {table.dataset} has no joint {strange[0]!r} (nearest: {near}), expected some of "
        f"{', '.join(table.joints)}, or all joints of a skeleton that it converts to"
    )


def convertible(source: str, target: str) -> bool:
    """Whether there is a conversion between two skeletons."""
    try:
        return bool(readings(source, target))
    except ReposeError:
        return False
