"""Scores of predicted 3D poses: the errors of every frame, and a table of their means.

Legend: N scored frames, J joints.
"""

from dataclasses import dataclass
from pathlib import Path

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


def score_table(scores: FrameScores, by: str) -> str:
    """The metrics (columns) of each group of frames and their two averages (rows), as text."""
    names, codes = np.unique(scores.groups[by], return_inverse=True)
    columns = [list(group_means(values, codes).values()) for values in scores.metrics.values()]
    counts, total = np.bincount(codes), len(codes)
    rows: list[tuple[str, int, list[float]]] = [
        (str(name), int(count), [column[row] for column in columns])
        for row, (name, count) in enumerate(zip(names, counts, strict=True))
    ]
    values = scores.metrics.values()
    rows += [(f"mean of {by}s", total, [mean_of_group_means(column, codes) for column in values])]
    rows += [("mean of frames", total, [frame_mean(column) for column in values])]
    lines = [[name, str(count), *(f"{value:.2f}" for value in figures)] for name, count, figures in rows]
    return aligned([["", "frames", *scores.metrics], *lines])


def aligned(lines: list[list[str]]) -> str:
    """Columns of text: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join([first.ljust(widths[0]), *map(str.rjust, others, widths[1:])]) for first, *others in lines
    )


def of_people(path: Path, truth: Path | None) -> bool:
    """Whether a file holds people found in pictures: COCO results, or an npz of people."""
    if path.suffix == ".json" or (truth is not None and truth.suffix == ".json"):
        return True
    return "person_score" in load_arrays(path)


def score_file(path: str | Path, table: PoseTable, by: str = "action") -> str:
    """What `python -m repose score` prints about one file."""
    scores = frame_scores(path, table)
    scored = f"{len(scores.sample)} of {len(table)} frames of {table.dataset} {table.split}"
    return f"{path}: {scored}, {len(scores.joints)} joints; mm and %\n{score_table(scores, by)}"
