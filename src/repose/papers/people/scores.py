"""Scores of several people's poses by test set and picture, at the published picture sizes.

    ap_visible, ap_all         COCO's AP over the pictures with a visible person; over all
    ap50_… to arl_…            its other nine numbers, likewise
    ap_visible_<set>           ap_visible on one test set, the only group, to compare gains on two sets
    ap_grouped_by_truth        ap_visible of the joints before grouping, put together by the truth
    joints_<kind>              % of all labelled joints: how they were found; `unfound`: the person was not
    people_missed, _spurious   % of the true people; like the kinds of joints, of the best found alone, as
                               many as there are true people in the whole set

Groups are the test sets, a unit is a picture. `mean_pose` is a row without a training.

Legend: S seeds, M pictures, U units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays
from repose.metrics.people import (
    KINDS,
    PeopleFound,
    grouped_by_truth,
    match_all,
    pose_errors,
    with_visible_person,
)
from repose.papers.people.judged import (
    Judged,
    best_found,
    load_file,
    load_found,
    load_judged,
    mean_pose,
)
from repose.papers.people.precision import Units, precision_units
from repose.report.others import Other
from repose.report.runs import Run
from repose.report.scores import Score

GROUPS = {
    "coco-val": "coco_val", "coco-test": "coco_test", "crowdpose-test": "crowdpose_test",
    "mpii_multi-val": "mpii_val", "ochuman-val": "ochuman_val", "ochuman-test": "ochuman_test",
}  # fmt: skip
MAY_LACK = "coco-test"  # the labels of test-dev are not public
TRIVIAL = "mean_pose"
REFERENCES = {TRIVIAL: "no training: the mean pose of the judged people, in the true box of each"}
COMPARED = "ap_visible"  # across test sets, whose people and units differ
NEAR = 0.25  # of a person's √area: farther off, not even a hip has half of its similarity

Measure = Callable[[Judged, PeopleFound], dict[str, Units]]


def tests_of(run: Run, poses: Path) -> list[str]:
    """The test sets of a run that are scored here and have labels."""
    dataset, _, split = MAY_LACK.rpartition("-")
    lacking = () if (poses / dataset / f"{split}.npz").is_file() else (MAY_LACK,)
    return [test for test in run.record["tests"] if test in GROUPS and test not in lacking]


def judged_of(runs: Sequence[Run], poses: Path) -> dict[str, Judged]:
    """All test sets of some runs that have labels; `poses` holds the canonical tables."""
    tests = dict.fromkeys(test for run in runs for test in tests_of(run, poses))
    return {test: load_judged(poses, test) for test in tests}


def trivial_scores(judged: Mapping[str, Judged], measure: Measure) -> dict[str, Score]:
    """What the trivial answer scores on every test set."""
    trivial: dict[str, dict[str, Units]] = {}
    for test, own in judged.items():
        trivial[GROUPS[test]] = {name: (s[None], n) for name, (s, n) in measure(own, mean_pose(own)).items()}
    return by_set(grouped(trivial))


def scores_of_file(other: Other, poses: Path, measure: Measure) -> dict[str, Score]:
    """What other software scores on the test sets that it has files of."""
    parts: dict[str, dict[str, Units]] = {}
    for test, path in other.files.items():
        dataset, _, split = test.rpartition("-")
        if test == MAY_LACK and not (poses / dataset / f"{split}.npz").is_file():
            raise ReposeError(
                f"{path}: {test} has no labels here to score it with; take the file out of `others`"
            )
        judged = load_judged(poses, test)
        units = measure(judged, load_file(path, judged))
        parts[GROUPS[test]] = {name: (sums[None], counts) for name, (sums, counts) in units.items()}
    return by_set(grouped(parts))


def by_set(scores: Mapping[str, Score]) -> dict[str, Score]:
    """The scores, and the compared precision of each test set as a metric of its own."""
    if COMPARED not in scores:
        return dict(scores)
    compared = scores[COMPARED]
    return {**scores, **{f"{COMPARED}_{group}": compared.only((group,)) for group in compared.group_names}}


def grouped(parts: Mapping[str, Mapping[str, Units]], start: str = "") -> dict[str, Score]:
    """Every metric of several test sets as one score, a group a set; where nothing counts is no unit.

    `start` names the run whose chance the seeds share, if it is another's.
    """
    scores = {}
    for metric in dict.fromkeys(metric for units in parts.values() for metric in units):
        sets = {group: units[metric] for group, units in parts.items() if metric in units}
        sums = np.concatenate([s for s, _ in sets.values()], axis=1)
        counts = np.concatenate([n for _, n in sets.values()]).astype(float)
        groups = np.repeat(np.arange(len(sets)), [len(n) for _, n in sets.values()])
        keep = counts > 0
        scores[metric] = Score(sums[:, keep], counts[keep], groups[keep], tuple(sets), start)
    return scores


def seed_units(run: Run, test: str, judged: Judged, measure: Measure, suffix: str = "") -> dict[str, Units]:
    """The metrics of all seeds of a run on one test set; `suffix` is that of other predictions there."""
    files = run.predictions(test + suffix)
    if not files:
        raise ReposeError(
            f"{run.folder}: no predictions of {test + suffix} from every seed; make the run again"
        )
    return stacked([measure(judged, load_found(path, judged)) for path in files])


def truth_units(run: Run, test: str, judged: Judged) -> dict[str, Units]:
    """AP of the joints that all seeds found, put together by the truth; nothing where nobody wrote them."""
    files = run.predictions(f"{test}_candidates")
    return stacked([by_truth_units(judged, path) for path in files]) if files else {}


def stacked(seeds: Sequence[Mapping[str, Units]]) -> dict[str, Units]:
    """The metrics that all seeds have, with a line of sums a seed."""
    shared = [metric for metric in seeds[0] if all(metric in units for units in seeds)]
    return {
        metric: (np.stack([units[metric][0] for units in seeds]), seeds[0][metric][1]) for metric in shared
    }


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
