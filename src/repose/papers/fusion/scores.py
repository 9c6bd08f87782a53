"""Scores of the fusion trainings from their predictions and the prepared test sets.

What is resampled together is a unit: a picture with all its people, the pictures that all cameras took at one
instant (Occlusion-Person), or a film (MPI-INF-3DHP).

    heatmap_pck       what the paper prints as 2D PCKh, %: maxima of heat maps, ten joints
    pckh              PCKh@0.5, %, where the size of the head is known (MPII)
    mpjpe_corrected   mm, bones scaled to the truth's sum, two joints interpolated in prediction and truth
    mpjpe_published   mm, bones scaled to a sum of 4000 mm, two joints interpolated in the prediction
    p_mpjpe           mm, after the best similarity, joints as in the corrected protocol
    sides_apart       %, of the left and right joints that are clearly apart, the pairs found at two places:
                      a network that cannot tell left from right finds both at the same place

Groups are the test sets. `…_tenth` is the same metric on every tenth row of the run's own test set, the
paper's validation set. `train_mpjpe` is the corrected error on a few people of a run's 3D training set, and
its group is that set. The rows `mean_pose` and `perfect` are not trained: they score the mean training pose
and a perfect prediction.

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
from repose.report.runs import Run, chain
from repose.report.scores import Score, Scores

TENTH = 10
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
        start = chain(run, known)[-1].name
        for metric, score in run_scores(run, splits).items():
            scores[run.name, metric] = dataclasses.replace(score, start=start)
        scores |= training_scores(run)
    return scores | reference_scores(data)


def training_scores(run: Run) -> Scores:
    """The last training error of a run that predicts depth; the last set that it trains on is its 3D set."""
    own = run.record["train"][-1]
    if own not in SETS_3D:
        return {}
    last = run.last("train_mpjpe")
    return {(run.name, "train_mpjpe"): Score(last[:, None], np.ones(1), np.zeros(1, int), (own,))}


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


def units(name: str, split: Split) -> np.ndarray:
    """The unit (N) that every person of a test set belongs to."""
    if name == "mpi_inf_3dhp":
        return split.subject
    if name == "occlusion_person":  # images/<take>/<camera>_<instant>.jpg
        parts = [str(image.decode()).rpartition("/") for image in split.image]
        return np.array([f"{take}/{file.partition('_')[2]}" for take, _, file in parts])
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
    """`mean_pose`: the mean training pose of each set; `perfect`: the truth itself."""
    mean: dict[str, dict[str, Counts]] = {}
    perfect: dict[str, dict[str, Counts]] = {}
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
        ):  # fmt: skip
            for metric, values in errors.items():
                store.setdefault(metric, {})[name] = by_unit((values * known)[None], known, unit)
        mean.setdefault("train_mpjpe", {})[name] = mean_on_itself(train.truth_mm[train.has_depth])
    rows = {"mean_pose": mean, "perfect": perfect}
    return {(row, metric): grouped(sets) for row, parts in rows.items() for metric, sets in parts.items()}


def mean_on_itself(truth: np.ndarray) -> Counts:
    """The error of the mean of some poses (N, 17, 3) on these poses, as one unit."""
    pose = interpolated(np.broadcast_to(truth.mean(0), truth.shape))
    errors = mpjpe(pose, interpolated(truth), 0)
    return by_unit(errors[None], np.ones(len(truth)), np.zeros(len(truth), int))
