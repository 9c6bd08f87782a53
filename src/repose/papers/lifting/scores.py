"""Scores of lifters from their predictions: both protocols on Human3.6M, PCK and AUC on MPI-INF-3DHP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.errors import ReposeError
from repose.metrics import auc3d, joint_errors, joint_set, mpjpe, mpjpe_without_root, p_mpjpe, pck3d
from repose.metrics.predictions import check_samples, load_predictions
from repose.report.curves import read_curve
from repose.report.other_poses import poses_in
from repose.report.others import Other
from repose.report.runs import Run, run_facts
from repose.report.scores import Score, Scores, flat_score, unit_score
from repose.report.tables import Facts, in_words
from repose.skeletons import convert_table
from repose.skeletons.posetable import PoseTable

PAPER_POSES = 4 * 389938  # of Human3.6M's training subjects, at 50 Hz by four cameras
LIFTED = "semgcn16"  # the joints that are compared
MEAN_POSE = "mean_pose"  # the row of the trivial answer
TRANSFER = "mpi_inf_3dhp-test"  # where lifters are tested that have not seen the set
Lifted = tuple[np.ndarray, np.ndarray]  # rows of the truth (N), joints in its order (N, J, 3), mm
SCENES = {
    "TS1": "green_screen", "TS2": "green_screen", "TS3": "no_green_screen", "TS4": "no_green_screen",
    "TS5": "outdoor", "TS6": "outdoor",
}  # fmt: skip


def predicted_poses(path: Path, truth: PoseTable) -> Lifted:
    """The poses of a file of predictions, in the truth's order of joints."""
    joints, sample, predicted = load_predictions(path)
    check_samples(path, sample, truth)
    if sorted(joints) != sorted(truth.joints):
        raise ReposeError(f"{path}: joints {', '.join(joints)}, expected {', '.join(truth.joints)}")
    return sample, predicted[:, [joints.index(name) for name in truth.joints]]


def mean_pose(truth: PoseTable, train: PoseTable) -> Lifted:
    """The mean training pose for every row of the truth, which any lifter must beat by far."""
    assert train.joints3d is not None
    mean = train.joints3d.mean(axis=0)
    return np.arange(len(truth)), np.broadcast_to(mean, (len(truth), *mean.shape))


def h36m_scores(files: Sequence[Path], truth: PoseTable, source: str) -> dict[str, Score]:
    """Both protocols of one run's seeds on Human3.6M; `source` names its 2D, `gt` or `detected`."""
    return pose_scores((predicted_poses(path, truth) for path in files), truth, source)


def pose_scores(seeds: Iterable[Lifted], truth: PoseTable, source: str) -> dict[str, Score]:
    """Both protocols of some seeds' poses; a unit is a take (all its cameras), a group an action."""
    root = truth.joints.index("pelvis")
    errors: dict[str, list[np.ndarray]] = {"p1": [], "p2": [], "noroot": []}
    for rows, predicted in seeds:
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


def by_action(scores: Mapping[str, Score], source: str) -> dict[str, Score]:
    """Both protocols in one action, for claims that compare several: `p1_gt_Walking`."""
    return {
        f"{metric}_{name}": scores[metric].only((name,))
        for metric in (f"p1_{source}", f"p2_{source}")
        for name in scores[metric].group_names
    }


def mpi_inf_3dhp_scores(seeds: Iterable[Lifted], truth: PoseTable) -> dict[str, Score]:
    """PCK@150 and AUC in percent on valid frames against the universal skeleton; units TS1 to TS6."""
    root = truth.joints.index("pelvis")
    shares: dict[str, list[np.ndarray]] = {}
    for rows, predicted in seeds:
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


def scores_of_file(other: Other, poses: Path) -> dict[str, Score]:
    """The scores of other software's poses, in the metrics of runs that lift the 2D joints it states."""
    source, scores = other.settings["input"], dict[str, Score]()
    for test, path in other.files.items():
        dataset, _, split = test.rpartition("-")
        truth = convert_table(PoseTable.load(poses / dataset / f"{split}.npz"), LIFTED)
        rows = np.flatnonzero(truth.extra.get("valid", np.ones(len(truth), bool)))
        lifted = rows, poses_in(path, test, truth.joints, rows, len(truth))
        if test == TRANSFER:
            scores |= mpi_inf_3dhp_scores([lifted], truth)
        else:
            own = pose_scores([lifted], truth, source)
            scores |= own | by_action(own, source)
    return scores


def schedule_of(run: Run) -> Mapping[str, Any]:
    """The published schedule of a run's network."""
    model, train = run.record["configuration"]["model"], run.record["configuration"]["train"]
    found: Mapping[str, Any] = (
        train.get("schedule") or train["martinez" if model.get("layer") == "martinez" else model["input"]]
    )
    return found


def paper_samples(run: Run) -> int:
    """How many poses a run's training sees at the paper's size, over all its learners."""
    model = run.record["configuration"]["model"]
    learners = int(model["stages"]) if model.get("kind") == "cascade" else 1
    return PAPER_POSES * int(schedule_of(run)["epochs"]) * learners


def trivial_scores(test: PoseTable, train: PoseTable) -> dict[str, Score]:
    """What the mean training pose scores on Human3.6M, where it does not depend on the 2D."""
    own = pose_scores([mean_pose(test, train)], test, "gt")
    own |= by_action(own, "gt")
    return own | {name.replace("_gt", "_detected"): score for name, score in own.items()}


def unrest(run: Run) -> dict[str, Score]:
    """How restless the test error's curve is, in mm: over its last half, the root mean square distance of a
    point from the mean of itself and its two neighbours; nothing where the curve has too few points."""
    _, errors = read_curve([seed / "history.csv" for seed in run.seeds], "error")  # S, epochs
    late = errors[:, max(0, errors.shape[1] // 2 - 1) :]
    if late.shape[1] < 3:
        return {}
    apart = late[:, 1:-1] - (late[:, :-2] + late[:, 1:-1] + late[:, 2:]) / 3
    return {"unrest": flat_score(np.sqrt((apart**2).mean(axis=1)))}


def lifting_scores(runs: Sequence[Run], poses: Path) -> tuple[Scores, Facts]:
    """Scores and facts of all runs of a lifting system, and of their shorter trainings.

    `poses` holds the canonical tables; that of MPI-INF-3DHP is read if a run was tested on it.
    """
    test = convert_table(PoseTable.load(poses / "h36m" / "test.npz"), LIFTED)
    train = convert_table(PoseTable.load(poses / "h36m" / "train.npz"), LIFTED)
    trivial, transfer = trivial_scores(test, train), None
    if any(run.predictions(TRANSFER) for run in runs):
        transfer = convert_table(PoseTable.load(poses / "mpi_inf_3dhp" / "test.npz"), LIFTED)
        trivial |= mpi_inf_3dhp_scores([mean_pose(transfer, train)], transfer)
    scores: Scores = {}
    facts: Facts = {}
    for run in with_rungs(runs):
        own = run_scores(run, test, transfer)
        scores |= {(run.name, metric): score for metric, score in own.items()}
        made = made_with(run) | learnt(run, own, trivial)
        facts[run.name] = run_facts(run, paper_samples(run)) | made
    scores |= {(MEAN_POSE, metric): score for metric, score in trivial.items()}
    return scores, facts | {MEAN_POSE: {"settings": "no training: always the mean training pose"}}


def with_rungs(runs: Iterable[Run]) -> Iterator[Run]:
    """Every run, followed by its shorter trainings."""
    for run in runs:
        yield run
        yield from (rung for _, rung in run.rungs)


def run_scores(run: Run, test: PoseTable, transfer: PoseTable | None) -> dict[str, Score]:
    """All scores of one run."""
    source = run.record["configuration"]["model"]["input"]
    own = h36m_scores(run.predictions("h36m-test"), test, source)
    own |= by_action(own, source)
    if transfer is not None and (files := run.predictions(TRANSFER)):
        own |= mpi_inf_3dhp_scores((predicted_poses(path, transfer) for path in files), transfer)
    own |= unrest(run) | {"train_loss": flat_score(run.last("loss"))}
    own["parameters_paper"] = flat_score(np.array([run.record["parameters"]["paper"] / 1e6]))
    return own


def made_with(run: Run) -> dict[str, str]:
    """The published settings that a run's training follows, as rows presume them."""
    train = run.record["configuration"]["train"]
    sections = {
        "schedule": schedule_of(run),
        "loss_weights": train.get("weights"),
        "setup": train.get("setup"),
    }
    return {name: in_words(section) for name, section in sections.items() if section}


def learnt(run: Run, own: Mapping[str, Score], trivial: Mapping[str, Score]) -> dict[str, Any]:
    """Errors of a run on the test and the training set, in mm and in percent of the mean pose's."""
    configuration = run.record["configuration"]
    metric = f"p1_{configuration['model']['input']}"
    error, training = own[metric], float(run.last("train_error").mean())
    frames, mean = (float(scores[f"{metric}_frames"].value().mean()) for scores in (own, trivial))
    return {
        "precision_asked": configuration["train"].get("precision", ""),
        "training_error": training,
        "test_error": frames,
        "learnt: MPJPE, mm": round(float(error.value().mean()), 1),
        "learnt: training MPJPE, mm": round(training, 1),
        "learnt: seed SD, mm": round(float(error.value().std(ddof=min(1, len(error.sums) - 1))), 2),
        "learnt: % of the mean pose's error": round(100 * frames / mean, 1),
    }
