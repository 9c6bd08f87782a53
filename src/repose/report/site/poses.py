"""Predicted and true 3D poses for the page: a few samples of every test set, by every run that predicts them.

Legend: K samples that are shown, J joints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np

from repose.metrics.predictions import (
    Predictions,
    check_samples,
    load_predictions,
    matching_skeleton,
    truth_in_order,
)
from repose.report.runs import Run
from repose.skeletons import Skeleton, get_skeleton
from repose.skeletons.posetable import PoseTable

SAMPLES = 12  # of a set
WORDS = ("subject", "action", "sequence", "camera")  # that tell a sample from others
STANDS_FOR = {"test": "val"}  # where a set has no test split of its own


def posed_sets(runs: Sequence[Run], poses: Path) -> list[dict[str, Any]]:
    """Every set on which runs predict 3D poses, with its table below `poses`; of each run the first seed."""
    files: dict[str, dict[str, Path]] = {}
    for run in runs:
        for path in files_in_3d(run):
            files.setdefault(path.stem, {})[run.name] = path
    found = {name: table_file(name, poses) for name in files}
    tables = {name: PoseTable.load(path) for name, path in found.items() if path is not None}
    true = {name: table for name, table in tables.items() if table.joints3d is not None}
    return [posed_set(name, files[name], table) for name, table in true.items()]


def files_in_3d(run: Run) -> list[Path]:
    """The files of 3D poses that a run's first seed has predicted."""
    found = sorted((run.seeds[0] / "predictions").glob("*.npz"))
    return [path for path in found if "joints3d_mm" in np.load(path, allow_pickle=False).files]


def table_file(name: str, poses: Path) -> Path | None:
    """The pose table that predictions such as `h36m-test` are for, if it is there."""
    dataset, _, split = name.rpartition("-")
    paths = [poses / dataset / f"{part}.npz" for part in (split, STANDS_FOR.get(split, split))]
    return next((path for path in paths if path.is_file()), None)


def posed_set(name: str, files: Mapping[str, Path], table: PoseTable) -> dict[str, Any]:
    """True and predicted poses of some samples, evenly spaced in the table, in one order of joints."""
    rows, first = shown_rows(files), load_predictions(next(iter(files.values())))
    skeleton = get_skeleton(matching_skeleton(name, first.joints, table))
    root = first.joints.index(skeleton.root) if skeleton.root in first.joints else 0
    truth = truth_in_order(name, first.joints, table.rows(rows))
    return {
        "name": name.rpartition("-")[0],
        "joints": list(first.joints),
        "bones": bones(skeleton, first.joints),
        "samples": sample_words(table.rows(rows)),
        "truth": millimetres(truth, root),
        "runs": {run: predicted(path, rows, first.joints, table, root) for run, path in files.items()},
    }


def shown_rows(files: Mapping[str, Path]) -> np.ndarray:
    """K: rows of the table, evenly spaced among those that every run predicts."""
    samples = [np.load(path, allow_pickle=False)["sample"] for path in files.values()]
    common = reduce(np.intersect1d, samples)
    places = np.arange(min(SAMPLES, len(common))) + 0.5
    return common[(places * len(common) / max(len(places), 1)).astype(int)]


def predicted(
    path: Path, rows: np.ndarray, joints: tuple[str, ...], table: PoseTable, root: int
) -> list[list[float | None]]:
    """A run's poses of the shown rows, in the order of the set's joints."""
    found: Predictions = load_predictions(path)
    check_samples(path, found.sample, table)
    order = np.argsort(found.sample, kind="stable")
    places = order[np.searchsorted(found.sample, rows, sorter=order)]
    poses = np.full((len(rows), len(joints), 3), np.nan)
    for column, joint in enumerate(joints):
        if joint in found.joints:
            poses[:, column] = found.joints3d_mm[places, found.joints.index(joint)]
    return millimetres(poses, root)


def millimetres(poses: np.ndarray, root: int) -> list[list[float | None]]:
    """Poses (K, J, 3) from their root, as K lists of 3J whole mm; None where a joint is not known."""
    whole = np.round(poses - poses[:, [root]]).reshape(len(poses), -1)
    return [[int(value) if np.isfinite(value) else None for value in pose] for pose in whole]


def bones(skeleton: Skeleton, joints: tuple[str, ...]) -> list[list[int]]:
    """The bones that are drawn, as pairs of places in `joints`."""
    named = [(skeleton.joints[a], skeleton.joints[b]) for a, b in skeleton.bones]
    return [[joints.index(a), joints.index(b)] for a, b in named if a in joints and b in joints]


def sample_words(table: PoseTable) -> list[str]:
    """What tells each sample: subject, action, sequence, camera and frame."""
    lines = []
    for row in range(len(table)):
        words = [f"{name} {word}" for name in WORDS if (word := str(table.words(name)[row]))]
        lines.append(", ".join([*words, f"frame {table.frame[row]}"]))
    return lines
