"""Scores of predicted 3D poses: the errors of every frame, and a table of their means.

Legend: N scored frames, J joints.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays
from repose.metrics.averages import frame_mean, group_means, mean_of_group_means
from repose.metrics.mpjpe import joint_errors, mpjpe, mpjpe_without_root, p_mpjpe, p_mpjpe_without_root
from repose.metrics.pck3d import auc3d, joint_set, pck3d
from repose.metrics.predictions import check_samples, load_predictions, truth_in_order
from repose.skeletons.posetable import CODED, PoseTable

ROOT = "pelvis"


@dataclass(frozen=True)
class FrameScores:
    """One row per frame: where it is from, and all its metrics."""

    sample: np.ndarray  # N, row of the pose table
    groups: dict[str, np.ndarray]  # subject, action, camera, sequence: N words each
    metrics: dict[str, np.ndarray]  # metric → N, mm or %
    joints: tuple[str, ...]
    joint_errors_mm: np.ndarray  # N, J, roots aligned


def frame_scores(path: str | Path, table: PoseTable) -> FrameScores:
    """Score a file of predictions against a pose table; rows that the table calls invalid do not count."""
    joints, sample, predicted = load_predictions(path)
    check_samples(path, sample, table)
    if ROOT not in joints:
        raise ReposeError(f"{path}: no joint {ROOT!r} among {', '.join(joints)}, expected the root joint")
    truth = truth_in_order(path, joints, table)[sample]
    keep = np.isfinite(truth).all((1, 2)) & table.extra.get("valid", np.ones(len(table), bool))[sample]
    if not keep.any():
        raise ReposeError(f"{path}: no frame has a valid truth for every joint; predict other joints or rows")
    sample, predicted, truth = sample[keep], predicted[keep], truth[keep]
    root = joints.index(ROOT)
    errors = joint_errors(predicted, truth, root)
    metrics = {
        "mpjpe": mpjpe(predicted, truth, root),
        "mpjpe_noroot": mpjpe_without_root(predicted, truth, root),
        "p_mpjpe": p_mpjpe(predicted, truth),
        "p_mpjpe_noroot": p_mpjpe_without_root(predicted, truth, root),
    }
    for name in known_joint_sets(joints):
        chosen = errors[:, joint_set(name, joints)]
        metrics |= {f"pck150_{name}": 100 * pck3d(chosen), f"auc_{name}": 100 * auc3d(chosen)}
    groups = {column: table.words(column)[sample] for column in CODED}
    return FrameScores(sample, groups, metrics, joints, errors)


def known_joint_sets(joints: tuple[str, ...]) -> list[str]:
    """The joint sets that can be formed of the joints, the full one last."""
    found = []
    for name in ("official14", "harness16", "all17"):
        try:
            joint_set(name, joints)
        except ReposeError:
            continue
        found.append(name)
    return found


def score_rows(scores: FrameScores, by: str) -> list[dict[str, Any]]:
    """The metrics of each group of frames, and their two averages."""
    names, codes = np.unique(scores.groups[by], return_inverse=True)
    means = {metric: list(group_means(values, codes).values()) for metric, values in scores.metrics.items()}
    rows: list[dict[str, Any]] = [
        {"name": str(name), "frames": int(count), **{metric: float(of[row]) for metric, of in means.items()}}
        for row, (name, count) in enumerate(zip(names, np.bincount(codes), strict=True))
    ]
    averages = {
        f"mean of {by}s": lambda values: mean_of_group_means(values, codes),
        "mean of frames": frame_mean,
    }
    for name, average in averages.items():
        figures = {metric: float(average(values)) for metric, values in scores.metrics.items()}
        rows.append({"name": name, "frames": len(codes), **figures})
    return rows


def aligned(lines: list[list[str]], left: Collection[int] = (0,)) -> str:
    """Columns of text: those of `left` to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    sides = [str.ljust if column in left else str.rjust for column in range(len(widths))]
    return "\n".join(
        "  ".join(side(word, width) for side, word, width in zip(sides, line, widths, strict=True)).rstrip()
        for line in lines
    )


def of_people(path: Path, truth: Path | None) -> bool:
    """Whether a file holds people found in pictures: COCO results, or an npz of people."""
    if path.suffix == ".json" or (truth is not None and truth.suffix == ".json"):
        return True
    return "person_score" in load_arrays(path)


def scored(path: str | Path, table: PoseTable, by: str = "action") -> dict[str, Any]:
    """The scores of one file, for scripts."""
    scores = frame_scores(path, table)
    return {
        "file": str(path),
        "dataset": table.dataset,
        "split": table.split,
        "frames": len(scores.sample),
        "frames_of_truth": len(table),
        "joints": list(scores.joints),
        "rows": score_rows(scores, by),
    }


def score_text(facts: Mapping[str, Any]) -> str:
    """What `python -m repose score` prints about one file."""
    of = f"{facts['frames']} of {facts['frames_of_truth']} frames of {facts['dataset']} {facts['split']}"
    lines = [
        [row["name"], str(row["frames"]), *(f"{row[metric]:.2f}" for metric in list(row)[2:])]
        for row in facts["rows"]
    ]
    table = aligned([["", *list(facts["rows"][0])[1:]], *lines])
    return f"{facts['file']}: {of}, {len(facts['joints'])} joints; mm and %\n{table}"
