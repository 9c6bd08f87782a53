"""Scores of lifters from their predictions: both protocols on Human3.6M, PCK and AUC on MPI-INF-3DHP."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from repose.foundations.errors import ReposeError
from repose.metrics import auc3d, joint_errors, joint_set, mpjpe, mpjpe_without_root, p_mpjpe, pck3d
from repose.metrics.predictions import check_samples, load_predictions
from repose.report.runs import Run, run_facts
from repose.report.scores import Score, Scores, flat_score, unit_score
from repose.report.tables import Facts
from repose.skeletons import convert_table
from repose.skeletons.posetable import PoseTable

PAPER_POSES = 4 * 389938  # of Human3.6M's training subjects, at 50 Hz by four cameras
SCENES = {
    "TS1": "green_screen", "TS2": "green_screen", "TS3": "no_green_screen", "TS4": "no_green_screen",
    "TS5": "outdoor", "TS6": "outdoor",
}  # fmt: skip


def predicted_poses(path: Path, truth: PoseTable) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the truth (N) and the predicted joints (N, J, 3), mm, in the truth's order of joints."""
    joints, sample, predicted = load_predictions(path)
    check_samples(path, sample, truth)
    if sorted(joints) != sorted(truth.joints):
        raise ReposeError(f"{path}: joints {', '.join(joints)}, expected {', '.join(truth.joints)}")
    return sample, predicted[:, [joints.index(name) for name in truth.joints]]


def h36m_scores(files: Sequence[Path], truth: PoseTable, source: str) -> dict[str, Score]:
    """Both protocols of one run's seeds; a unit is a take (all its cameras), a group an action."""
    root = truth.joints.index("pelvis")
    errors: dict[str, list[np.ndarray]] = {"p1": [], "p2": [], "noroot": []}
    for path in files:
        rows, predicted = predicted_poses(path, truth)
        assert truth.joints3d is not None
        actual = truth.joints3d[rows]
        errors["p1"].append(mpjpe(predicted, actual, root))
        errors["p2"].append(p_mpjpe(predicted, actual))
        errors["noroot"].append(mpjpe_without_root(predicted, actual, root))
    some = truth.rows(rows)
    names = tuple(str(name) for name in some.names["action"])
    p1, p2, noroot = (np.stack(errors[name]) for name in ("p1", "p2", "noroot"))
    one_group = np.zeros(len(rows), int)
    return {
        f"p1_{source}": unit_score(p1, some.sequence, some.action, names),
        f"p2_{source}": unit_score(p2, some.sequence, some.action, names),
        f"p1_{source}_noroot": unit_score(noroot, some.sequence, some.action, names),
        f"p1_{source}_frames": unit_score(p1, some.sequence, one_group, ("all",)),
        f"p2_{source}_frames": unit_score(p2, some.sequence, one_group, ("all",)),
    }


def mpi_inf_3dhp_scores(files: Sequence[Path], truth: PoseTable) -> dict[str, Score]:
    """PCK@150 and AUC in percent on valid frames against the universal skeleton; units TS1 to TS6."""
    root = truth.joints.index("pelvis")
    shares: dict[str, list[np.ndarray]] = {}
    for path in files:
        rows, predicted = predicted_poses(path, truth)
        keep = truth.extra["valid"][rows]
        rows, predicted = rows[keep], predicted[keep]
        distances = joint_errors(predicted, truth.extra["joints3d_univ"][rows], root)
        for name in ("official14", "harness16"):
            chosen = distances[:, joint_set(name, truth.joints)]
            shares.setdefault(f"pck150_{name}", []).append(pck3d(chosen))
            shares.setdefault(f"auc_{name}", []).append(auc3d(chosen))
    some = truth.rows(rows)
    scenes = np.array([SCENES[word] for word in some.words("sequence")])
    names = tuple(dict.fromkeys(SCENES.values()))
    group = np.array([names.index(scene) for scene in scenes])
    scores = {}
    for name, values in shares.items():
        percent = 100 * np.stack(values)
        scores[name] = unit_score(percent, some.sequence, group, names)
        scores[f"{name}_frames"] = unit_score(percent, some.sequence, np.zeros(len(rows), int), ("all",))
    return scores


def mean_pose_error(truth: PoseTable, train: PoseTable) -> float:
    """MPJPE of always predicting the mean training pose: what any lifter must beat by far."""
    assert truth.joints3d is not None
    assert train.joints3d is not None
    mean = train.joints3d.mean(axis=0, keepdims=True)
    return float(mpjpe(np.broadcast_to(mean, truth.joints3d.shape), truth.joints3d, 0).mean())


def paper_samples(run: Run) -> int:
    """Poses that a run's training sees at the papers' size, those of all its learners together."""
    model, train = run.record["configuration"]["model"], run.record["configuration"]["train"]
    schedule = train.get("schedule") or train[model["input"]]
    return PAPER_POSES * int(schedule["epochs"]) * int(model.get("stages", 1))


def lifting_scores(runs: Sequence[Run], poses: Path) -> tuple[Scores, Facts]:
    """Scores and facts of all runs of a lifting system; `poses` holds the canonical tables."""
    test = convert_table(PoseTable.load(poses / "h36m" / "test.npz"), "semgcn16")
    train = convert_table(PoseTable.load(poses / "h36m" / "train.npz"), "semgcn16")
    transfer = convert_table(PoseTable.load(poses / "mpi_inf_3dhp" / "test.npz"), "semgcn16")
    mean_pose = mean_pose_error(test, train)
    scores: Scores = {}
    facts: Facts = {}
    for run in runs:
        source = run.record["configuration"]["model"]["input"]
        own = h36m_scores(run.predictions("h36m-test"), test, source)
        if files := run.predictions("mpi_inf_3dhp-test"):
            own |= mpi_inf_3dhp_scores(files, transfer)
        own["train_loss"] = flat_score(run.last("loss"))
        own["parameters_paper"] = flat_score(np.array([run.record["parameters"]["paper"] / 1e6]))
        scores |= {(run.name, metric): score for metric, score in own.items()}
        error = own[f"p1_{source}"]
        share = 100 * float(error.frame_value().mean()) / mean_pose
        facts[run.name] = run_facts(run, paper_samples(run)) | {
            "learnt: MPJPE, mm": round(float(error.value().mean()), 1),
            "learnt: training MPJPE, mm": round(float(run.last("train_error").mean()), 1),
            "learnt: seed SD, mm": round(float(error.value().std(ddof=min(1, len(error.sums) - 1))), 2),
            "learnt: % of the mean pose's error": round(share, 1),
        }
    return scores, facts
