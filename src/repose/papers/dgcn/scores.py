"""Scores of the DGCN runs from the people they found and the truth, at the published picture sizes.

    ap_visible, ap_all         COCO's AP over the pictures with a visible person, as in the paper; over all
    ap50_… to arl_…            its other nine numbers, likewise
    ap_visible_<set>           ap_visible on one test set, the only group, to compare gains on two sets
    ap_easy, _medium, _hard    AP by CrowdPose's index of crowds, over all pictures
    ap_grouped_by_truth        ap_visible of the joints before grouping, put together by the truth
    pckh_<part>, map_<part>    MPII in its groups of people, %: PCKh@0.5 pooled over joints, and mean AP
    joints_<kind>              % of all labelled joints: how they were found; `unfound`: the person was not
    people_missed, _spurious   % of the true people; like the kinds of joints, of the best found alone, as
                               many as there are true people in the whole set
    mib_paper                  MiB of float32 parameters at the paper's scale

Groups are the test sets, a unit is a picture. Average precision is no mean over pictures and is stored
`linearised`. `mean_pose` is a row without a training.

Legend: S seeds, M pictures, U units, B draws, K figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays
from repose.metrics.people import (
    KINDS,
    Matches,
    PeopleFound,
    ap,
    group_people,
    grouped_by_truth,
    match_all,
    match_joints,
    mpii_ap,
    pose_errors,
    with_visible_person,
)
from repose.metrics.people.average_precision import RIGHT
from repose.metrics.people.coco import CUTS
from repose.metrics.people.mpii_multi import JointMatches, joint_groups
from repose.papers.dgcn.people import Judged, best_found, load_found, load_judged, mean_pose
from repose.report.runs import Run
from repose.report.scores import Score, Scores, flat_score

GROUPS = {
    "coco-val": "coco_val", "coco-test": "coco_test", "crowdpose-test": "crowdpose_test",
    "mpii_multi-val": "mpii_val",
}  # fmt: skip
MAY_LACK = "coco-test"  # the labels of test-dev are not public
TRIVIAL = "mean_pose"
COMPARED = "ap_visible"  # across test sets, whose people and units differ
GROUP_MARGIN = 0.25  # of MPII's groups; the protocol allows one and does not say how wide
NEAR = 0.25  # of a person's √area: farther off, not even a hip has half of its similarity
STEP, AT_ONCE = 0.5, 256  # of weights by √U; sets of weights

Units = tuple[np.ndarray, np.ndarray]  # sums and counts, U each; or with seeds S, U and U


def declared(section: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The runs of the section `dgcn` of the parameters, without the trunks that they branch off."""
    return dict(section["runs"])


def dgcn_scores(runs: Sequence[Run], poses: Path) -> Scores:
    """Scores of all runs and of the trivial answer; `poses` holds the canonical tables."""
    judged: dict[str, Judged] = {}
    scores: Scores = {}
    for run in runs:
        for test in tests_of(run, poses):
            if test not in judged:
                judged[test] = load_judged(poses, test)
        scores |= {(run.name, metric): score for metric, score in run_scores(run, judged).items()}
    trivial: dict[str, dict[str, Units]] = {}
    for test, own in judged.items():
        trivial[GROUPS[test]] = {name: (s[None], n) for name, (s, n) in units_of(own, mean_pose(own)).items()}
    return scores | {(TRIVIAL, metric): score for metric, score in by_set(grouped(trivial)).items()}


def tests_of(run: Run, poses: Path) -> list[str]:
    """The test sets of a run that are scored here and have labels."""
    dataset, _, split = MAY_LACK.rpartition("-")
    lacking = () if (poses / dataset / f"{split}.npz").is_file() else (MAY_LACK,)
    return [test for test in run.record["tests"] if test in GROUPS and test not in lacking]


def run_scores(run: Run, judged: Mapping[str, Judged]) -> dict[str, Score]:
    """The scores of one run on its test sets.

    All runs of a backbone begin with one trunk, which no seed varies: each run's seeds tell its own chance.
    """
    tests = [test for test in run.record["tests"] if test in judged]
    parts = {GROUPS[test]: seed_units(run, test, judged[test]) for test in tests}
    size = flat_score(np.array([run.record["mib_paper"]]))
    return by_set(grouped(parts)) | {"mib_paper": size}


def by_set(scores: Mapping[str, Score]) -> dict[str, Score]:
    """The scores, and the compared precision of each test set as a metric of its own."""
    if COMPARED not in scores:
        return dict(scores)
    compared = scores[COMPARED]
    return {**scores, **{f"{COMPARED}_{group}": compared.only((group,)) for group in compared.group_names}}


def grouped(parts: Mapping[str, Mapping[str, Units]]) -> dict[str, Score]:
    """Every metric of several test sets as one score, a group a set; where nothing counts is no unit."""
    scores = {}
    for metric in dict.fromkeys(metric for units in parts.values() for metric in units):
        sets = {group: units[metric] for group, units in parts.items() if metric in units}
        sums = np.concatenate([s for s, _ in sets.values()], axis=1)
        counts = np.concatenate([n for _, n in sets.values()]).astype(float)
        groups = np.repeat(np.arange(len(sets)), [len(n) for _, n in sets.values()])
        keep = counts > 0
        scores[metric] = Score(sums[:, keep], counts[keep], groups[keep], tuple(sets))
    return scores


def seed_units(run: Run, test: str, judged: Judged) -> dict[str, Units]:
    """The metrics of all seeds of a run on one test set."""
    files = run.predictions(test)
    if not files:
        raise ReposeError(f"{run.folder}: no predictions of {test} from every seed; make the run again")
    loose = run.predictions(f"{test}_candidates")
    seeds = []
    for number, path in enumerate(files):
        units = units_of(judged, load_found(path, judged))
        if loose and "ap_visible" in units:
            units |= by_truth_units(judged, loose[number])
        seeds.append(units)
    shared = [metric for metric in seeds[0] if all(metric in units for units in seeds)]
    return {
        metric: (np.stack([units[metric][0] for units in seeds]), seeds[0][metric][1]) for metric in shared
    }


def units_of(judged: Judged, found: PeopleFound) -> dict[str, Units]:
    """Every metric of one test set, picture by picture."""
    if judged.skeleton == "mpii16":
        return mpii_units(judged, found)
    matches = match_all(judged.truth, found, judged.sigma)
    visible = with_visible_person(judged.truth)
    units: dict[str, Units] = {}
    for suffix, pictures in (("visible", visible), ("all", np.ones(len(visible), bool))):
        for name, own in (precision_units(matches, pictures) | recall_units(matches)).items():
            units[f"{name.lower()}_{suffix}"] = own
    return units | crowd_units(judged, matches) | error_units(judged, found)


def linearised(of_weights: Callable[[np.ndarray], np.ndarray], pictures: int) -> np.ndarray:
    """U or U, K: values of pictures whose mean is a figure θ that is itself no mean over pictures.

    `of_weights` gives θ (B or B, K) where picture u counts weights[b, u] times (B, U). A picture's value is
    θ + I_u − mean I with its influence I_u = (θ_u − θ) (U + k) / k, θ_u being the figure where u counts 1 + k
    times: resampling the values moves their mean as resampling pictures moves θ, to first order. Average
    precision is read off at 101 recalls, so a step must cross several of them to have a slope: k = √U / 2,
    half of what a bootstrap's weights differ from 1 by. Leaving single pictures out, the usual jackknife,
    gives intervals that are wrong by a factor of up to three from 150 pictures on.
    """
    more = STEP * np.sqrt(pictures)
    figure = of_weights(np.ones((1, pictures)))[0]
    risen = np.concatenate([
        of_weights(1.0 + more * np.eye(min(AT_ONCE, pictures - start), pictures, start))
        for start in range(0, pictures, AT_ONCE)
    ])  # fmt: skip
    influence = (risen - figure) * (pictures + more) / more
    return np.asarray(figure + influence - influence.mean(axis=0))


def linear_units(
    of_weights: Callable[[np.ndarray], Mapping[str, np.ndarray]], names: Sequence[str], pictures: np.ndarray
) -> dict[str, Units]:
    """Figures over some pictures (M bool), linearised; those that nobody counts in are left out."""
    rows = np.flatnonzero(pictures)
    if not len(rows):
        return {}

    def figures(weights: np.ndarray) -> np.ndarray:
        full = np.zeros((len(weights), len(pictures)))
        full[:, rows] = weights
        found = of_weights(full)
        return np.stack([found[name] for name in names], axis=-1)

    values = linearised(figures, len(rows))
    return {
        name: (values[:, column], np.ones(len(rows)))
        for column, name in enumerate(names)
        if not np.isnan(values[:, column]).any()
    }


def precision_units(matches: Matches, pictures: np.ndarray) -> dict[str, Units]:
    """COCO's average precisions over some pictures (M bool)."""
    return linear_units(lambda weights: ap(matches, weights), ("AP", "AP50", "AP75", "APM", "APL"), pictures)


def recall_units(matches: Matches) -> dict[str, Units]:
    """COCO's average recalls: people rightly found, the mean over thresholds, of those to be found."""
    units = {}
    for name, area, thresholds in (
        ("AR", 0, slice(None)), ("AR50", 0, slice(0, 1)), ("AR75", 0, slice(5, 6)), ("ARM", 1, slice(None)),
        ("ARL", 2, slice(None)),
    ):  # fmt: skip
        right = (matches.outcome[area, thresholds] == RIGHT).mean(axis=0)
        people = matches.people[area]
        if people.any():
            units[name] = np.bincount(matches.image, weights=right, minlength=len(people)), people
    return units


def crowd_units(judged: Judged, matches: Matches) -> dict[str, Units]:
    """CrowdPose's average precision by how crowded a picture is."""
    index = judged.truth.crowd_index
    if index is None or judged.skeleton != "crowdpose14":
        return {}
    parts = {
        "ap_easy": index < CUTS[0],
        "ap_medium": (index >= CUTS[0]) & (index < CUTS[1]),
        "ap_hard": index >= CUTS[1],
    }
    units = {name: linear_units(lambda w: ap(matches, w), ("AP",), part) for name, part in parts.items()}
    return {name: own["AP"] for name, own in units.items() if own}


def by_truth_units(judged: Judged, path: Path) -> dict[str, Units]:
    """AP of joints that the truth puts together, over the pictures with a visible person."""
    loose = load_arrays(path, "joints", "image", "joint", "joints2d_px", "score")
    if tuple(loose["joints"].tolist()) != judged.truth.joints:
        raise ReposeError(f"{path}: joints in another order than the truth's; make the run again")
    points = loose["joints2d_px"] * judged.factors[loose["image"], None]
    found = grouped_by_truth(judged.truth, loose["image"], loose["joint"], points, loose["score"], NEAR)
    matches = match_all(judged.truth, found, judged.sigma)
    units = precision_units(matches, with_visible_person(judged.truth))
    return {"ap_grouped_by_truth": units["AP"]} if "AP" in units else {}


def error_units(judged: Judged, found: PeopleFound) -> dict[str, Units]:
    """How the labelled joints of people who count were found, and who was missed or made up, in percent."""
    truth = judged.truth
    errors = pose_errors(truth, best_found(judged, found), judged.sigma)
    joints = np.bincount(
        truth.image, weights=truth.labelled.sum(axis=1) * ~truth.ignored, minlength=len(judged.names)
    )
    kinds = errors.by_picture()  # M, 5
    counts = {**dict(zip(KINDS, kinds.T, strict=True)), "unfound": joints - kinds.sum(axis=1)}
    units = {f"joints_{name}": (100.0 * count, joints) for name, count in counts.items()}
    people = {"people_missed": errors.missed, "people_spurious": errors.spurious}
    return units | {name: (100.0 * count, errors.people) for name, count in people.items()}


def mpii_units(judged: Judged, found: PeopleFound) -> dict[str, Units]:
    """MPII's two scores in its groups of people, in percent."""
    matches = match_joints(*group_people(judged.truth, found, GROUP_MARGIN))
    pictures = np.asarray(matches.labelled.any(axis=1))
    precision = linear_units(lambda weights: mpii_ap(matches, weights), list(joint_groups()), pictures)
    units = {f"map_{name.lower()}": (100 * values, n) for name, (values, n) in precision.items()}
    return units | pckh_units(matches)


def pckh_units(matches: JointMatches) -> dict[str, Units]:
    """PCKh@0.5 of each part of the body and of all joints, in percent of the labelled ones."""
    right = np.zeros(matches.labelled.shape)
    np.add.at(right, matches.image, matches.right)
    return {
        f"pckh_{name.lower()}": (
            100 * right[:, columns].sum(axis=1),
            matches.labelled[:, columns].sum(axis=1),
        )
        for name, columns in joint_groups().items()
    }
