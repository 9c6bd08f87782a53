"""Scores of the fusion trainings from their predictions and the prepared test sets.

A unit is what is independent of the others: a take (Occlusion-Person), a film (MPI-INF-3DHP), or a picture
with all its people (2D sets). Human3.6M's challenge files do not name the take; a unit there is a block of
consecutive pictures, in which those of a take follow each other.

    heatmap_pck       what the paper prints as 2D PCKh, %: maxima of heat maps, ten joints
    pckh              PCKh@0.5, %, where the size of the head is known (MPII)
    mpjpe_corrected   mm, bones scaled to the truth's sum, two joints interpolated in prediction and truth
    mpjpe_published   mm, bones scaled to a sum of 4000 mm, two joints interpolated in the prediction
    p_mpjpe           mm, after the best similarity, joints as in the corrected protocol
    sides_apart       %, of the left and right joints that are clearly apart, the pairs found at two places:
                      a network that cannot tell left from right finds both at the same place

Groups are the test sets. `…_tenth` is the same metric on every tenth row of the run's own test set, the
paper's validation set. `train_mpjpe` is the corrected error on a few people of a run's 3D training set at the
end, `train_mpjpe_drop` where the paper's rate drops; their group is that set. Three rows are not trained:
`mean_pose` scores the mean training pose, `perfect` a perfect prediction, and `one_mm` has an error of one
millimetre everywhere, of which the claims' limits are multiples.

Legend: S seeds, N people, J = MPII's 16 joints.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays
from repose.metrics import (
    heatmap_pck_hits,
    interpolated,
    mpjpe,
    mpjpe_corrected,
    mpjpe_published,
    p_mpjpe,
    p_mpjpe_corrected,
    pckh_hits,
    published_floor,
    sides_apart,
)
from repose.pictures.crops import in_crop, upright
from repose.pictures.people import SETS_3D, Split, load_split
from repose.report.curves import read_curve
from repose.report.other_poses import poses_in
from repose.report.others import Other
from repose.report.runs import Run, chain
from repose.report.scores import Score, Scores
from repose.skeletons import get_skeleton

TENTH = 10
# Of Human3.6M's test set. On the drawn one, the mean pose's error has a standard error of 5.7 mm over blocks,
# of 5.2 mm over its 60 takes, and of 1.6 mm over pictures, as if all of them were independent.
BLOCKS = 40
FAMILIES = ("stage1", "stage2", "stage3", "solo2", "solo3")
METRICS_3D: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "mpjpe_corrected": mpjpe_corrected, "mpjpe_published": mpjpe_published, "p_mpjpe": p_mpjpe_corrected,
}  # fmt: skip
NAMES = {"h36m_eccv": "H36M", "mpi_inf_3dhp": "MPII3D", "occlusion_person": "OP"}  # as the paper calls them
Counts = tuple[np.ndarray, np.ndarray]  # sums (S, U) and counts (U) of units


def declared(section: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """All runs that the section `fusion` of the parameters declares, in its order."""
    return {name: entry for family in FAMILIES for name, entry in section[family].items()}


def fusion_scores(runs: Sequence[Run], data: Path) -> Scores:
    """Scores of all runs, and of the two rows that are not trained; `data` holds the prepared sets."""
    splits: dict[str, Split] = {}
    scores: Scores = {}
    known = {run.name: run for run in runs}
    for run in runs:
        for name in run.record["tests"]:
            if name not in splits:
                splits[name] = load_split(data / name, "test")
        start = start_of(run, known)
        for metric, score in (run_scores(run, splits) | training_scores(run)).items():
            scores[run.name, metric] = dataclasses.replace(score, start=start)
    return scores | reference_scores(data)


def start_of(run: Run, runs: Mapping[str, Run]) -> str:
    """The run whose randomness the seeds of a run share: the first of its chain, if that has enough seeds.

    Seed k of a run starts from seed k of its parent. Where an earlier run has fewer seeds, several seeds
    start from the same weights, and are as independent as that run's.
    """
    own = len(run.record["seeds"])
    return min(reversed(chain(run, runs)), key=lambda step: min(own, len(step.record["seeds"]))).name


def training_scores(run: Run) -> dict[str, Score]:
    """Training errors of a run that predicts depth; the last set that it trains on is its 3D set."""
    own = run.record["train"][-1]
    if own not in SETS_3D:
        return {}
    errors = {"train_mpjpe": run.last("train_mpjpe")}
    if (dropped := error_at_drop(run)) is not None:
        errors["train_mpjpe_drop"] = dropped
    return {
        metric: Score(of_seeds[:, None], np.ones(1), np.zeros(1, int), (own,))
        for metric, of_seeds in errors.items()
    }


def error_at_drop(run: Run) -> np.ndarray | None:
    """Training error (S) at the first point of the curves after the paper's rate drops; None if it does not.

    At smaller scales the rate falls all the time, and the point is at the same share of the epochs.
    """
    schedule = run.record["configuration"]["train"]
    if not schedule["drops"]:
        return None
    paths = [folder / "history.csv" for folder in run.seeds]
    epochs, errors = read_curve(paths, "train_mpjpe")
    after = epochs > epochs[-1] * schedule["drops"][0] / schedule["epochs"]
    return np.asarray(errors[:, after.argmax()])


def run_scores(run: Run, splits: Mapping[str, Split]) -> dict[str, Score]:
    """The scores of one run on its test sets, the first of which is its own."""
    parts: dict[str, dict[str, Counts]] = {}
    for number, name in enumerate(run.record["tests"]):
        unit = units(name, splits[name])
        for metric, (s, n) in set_scores(run.predictions(f"{name}-test"), splits[name], run.folder).items():
            parts.setdefault(metric, {})[name] = by_unit(s, n, unit)
            if number == 0:
                tenth = by_unit(s[:, ::TENTH], n[::TENTH], unit[::TENTH])
                parts.setdefault(f"{metric}_tenth", {})[name] = tenth
    return {metric: grouped(sets) for metric, sets in parts.items()}


def scores_of_file(other: Other, data: Path) -> dict[str, Score]:
    """The 3D errors of other software on the people of the prepared test sets that it has files of."""
    parts: dict[str, dict[str, Counts]] = {}
    for test, path in other.files.items():
        name = test.removesuffix("-test")
        split = load_split(data / name, "test")
        poses, unit = poses_in(path, test, get_skeleton("mpii16").joints, split.sample), units(name, split)
        for metric, function in METRICS_3D.items():
            errors = function(poses, split.truth_mm) * split.has_depth
            parts.setdefault(metric, {})[name] = by_unit(errors[None], split.has_depth, unit)
    return {metric: grouped(sets) for metric, sets in parts.items()}


def units(name: str, split: Split) -> np.ndarray:
    """The unit (N) that every person of a test set belongs to."""
    if name == "h36m_eccv":
        return np.arange(len(split)) * BLOCKS // len(split)
    if name == "mpi_inf_3dhp":
        return split.subject
    if name == "occlusion_person":  # images/<take>/<camera>_<instant>.jpg
        return np.array([image.decode().rpartition("/")[0] for image in split.image])
    return split.image


def by_unit(sums: np.ndarray, counts: np.ndarray, unit: np.ndarray) -> Counts:
    """Sums (S, N) and counts (N) of people, added up by unit."""
    _, place = np.unique(unit, return_inverse=True)
    size = int(place.max()) + 1
    total = np.stack([np.bincount(place, weights=row, minlength=size) for row in sums])
    return total, np.bincount(place, weights=counts, minlength=size)


def grouped(sets: Mapping[str, Counts]) -> Score:
    """One score over several test sets, each a group; units in which nothing counts are left out."""
    sums = np.concatenate([s for s, _ in sets.values()], axis=1)
    counts = np.concatenate([n for _, n in sets.values()]).astype(float)
    groups = np.repeat(np.arange(len(sets)), [len(n) for _, n in sets.values()])
    keep = counts > 0
    return Score(sums[:, keep], counts[keep], groups[keep], tuple(sets))


def set_scores(files: Sequence[Path], split: Split, folder: Path) -> dict[str, Counts]:
    """The scores of one run's seeds on one test set, person by person."""
    if not files:
        raise ReposeError(
            f"{folder}: no predictions, expected those of every seed; train the run again with `dvc repro`"
        )
    seeds = [person_scores(path, split) for path in files]
    return {metric: (np.stack([s[metric][0] for s in seeds]), seeds[0][metric][1]) for metric in seeds[0]}


def person_scores(path: Path, split: Split) -> dict[str, Counts]:
    """Sums (N) and counts (N) of every metric for which the set has a truth."""
    found = load_arrays(path, "sample", "joints3d_mm", "joints2d_px", "cell", "map_px")
    if not np.array_equal(found["sample"], split.sample):
        raise ReposeError(f"{path}: not the people of the prepared set; train the run again with `dvc repro`")
    size = int(found["map_px"])
    points = in_crop(split.joints2d.astype(float), upright(split.center, split.side))
    truth = np.floor(points * size)
    hits = heatmap_pck_hits(found["cell"], truth, split.labelled, size)
    apart = sides_apart(found["cell"], truth, split.labelled, size)
    scores = {"heatmap_pck": joint_percent(*hits), "sides_apart": percent(*apart)}
    if np.isfinite(split.head_px).any():
        known = split.labelled & np.isfinite(split.head_px)[:, None]
        head = np.nan_to_num(split.head_px)
        scores["pckh"] = percent(*pckh_hits(found["joints2d_px"], split.joints2d, known, head))
    if split.has_depth.any():
        for metric, function in METRICS_3D.items():
            errors = function(found["joints3d_mm"], split.truth_mm)
            scores[metric] = errors * split.has_depth, split.has_depth
    return scores


def percent(hits: np.ndarray, counted: np.ndarray) -> Counts:
    """Hits and counted joints (N, J) as sums and counts of people; the mean is over all joints."""
    return 100.0 * hits.sum(1), counted.sum(1)


def joint_percent(hits: np.ndarray, counted: np.ndarray) -> Counts:
    """The same, weighted so that every joint counts alike, however often it is labelled."""
    seen = counted.sum(0)  # J
    weight = counted.sum() / np.maximum(seen * (seen > 0).sum(), 1)
    return 100.0 * (hits * weight).sum(1), counted.sum(1)


def reference_scores(data: Path) -> Scores:
    """`mean_pose`: the mean training pose of each set; `perfect`: the truth itself; `one_mm`: 1 mm."""
    mean: dict[str, dict[str, Counts]] = {}
    perfect: dict[str, dict[str, Counts]] = {}
    one: dict[str, dict[str, Counts]] = {}
    for name in SETS_3D:
        train, test = load_split(data / name, "train"), load_split(data / name, "test")
        truth, known = test.truth_mm, test.has_depth
        mean_of_train = train.truth_mm[train.has_depth].mean(0)
        pose = interpolated(np.broadcast_to(mean_of_train, truth.shape))
        same = interpolated(truth)
        nothing, unit = np.zeros(len(truth)), units(name, test)
        for store, errors in (
            (mean, {"mpjpe_corrected": mpjpe(pose, same, 0), "mpjpe_published": mpjpe(pose, truth, 0),
                    "p_mpjpe": p_mpjpe(pose, same)}),
            (perfect, {"mpjpe_corrected": nothing, "mpjpe_published": published_floor(truth),
                       "p_mpjpe": nothing}),
            (one, {"mpjpe_published": np.ones(len(truth))}),
        ):  # fmt: skip
            for metric, values in errors.items():
                store.setdefault(metric, {})[name] = by_unit((values * known)[None], known, unit)
        of_training = mean_on_itself(train.truth_mm[train.has_depth])
        for metric in ("train_mpjpe", "train_mpjpe_drop"):
            mean.setdefault(metric, {})[name] = of_training
    rows = {"mean_pose": mean, "perfect": perfect, "one_mm": one}
    return {(row, metric): grouped(sets) for row, parts in rows.items() for metric, sets in parts.items()}


def mean_on_itself(truth: np.ndarray) -> Counts:
    """The error of the mean of some poses (N, 17, 3) on these poses, as one unit."""
    pose = interpolated(np.broadcast_to(truth.mean(0), truth.shape))
    errors = mpjpe(pose, interpolated(truth), 0)
    return by_unit(errors[None], np.ones(len(truth)), np.zeros(len(truth), int))
