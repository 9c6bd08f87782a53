"""Scores of the DGCN runs from the people they found and the truth, at the published picture sizes.

Beside those of `repose.papers.people.scores`:

    ap_easy, _medium, _hard    AP by CrowdPose's index of crowds, over all pictures
    pckh_<part>, map_<part>    MPII in its groups of people, %: PCKh@0.5 pooled over joints, and mean AP
    mib_paper                  MiB of float32 parameters at the paper's scale

The paper's AP is `ap_visible`, over the pictures with a visible person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from repose.metrics.people import (
    Matches,
    PeopleFound,
    ap,
    group_people,
    match_all,
    match_joints,
    mpii_ap,
)
from repose.metrics.people.coco import CUTS
from repose.metrics.people.mpii_multi import JointMatches, joint_groups
from repose.papers.people.judged import Judged
from repose.papers.people.precision import Units, coco_units, linear_units
from repose.papers.people.scores import (
    COMPARED,
    GROUPS,
    TRIVIAL,
    by_set,
    error_units,
    grouped,
    judged_of,
    seed_units,
    trivial_scores,
    truth_units,
)
from repose.report.runs import Run
from repose.report.scores import Score, Scores, flat_score

GROUP_MARGIN = 0.25  # of MPII's groups; the protocol allows one and does not say how wide


def dgcn_scores(runs: Sequence[Run], poses: Path) -> Scores:
    """Scores of all runs and of the trivial answer; `poses` holds the canonical tables."""
    judged = judged_of(runs, poses)
    scores: Scores = {}
    for run in runs:
        scores |= {(run.name, metric): score for metric, score in run_scores(run, judged).items()}
    return scores | {(TRIVIAL, metric): score for metric, score in trivial_scores(judged, units_of).items()}


def run_scores(run: Run, judged: Mapping[str, Judged]) -> dict[str, Score]:
    """The scores of one run on its test sets.

    All runs of a backbone begin with one trunk, which no seed varies: each run's seeds tell its own chance.
    """
    tests = [test for test in run.record["tests"] if test in judged]
    parts = {GROUPS[test]: set_units(run, test, judged[test]) for test in tests}
    size = flat_score(np.array([run.record["mib_paper"]]))
    return by_set(grouped(parts)) | {"mib_paper": size}


def set_units(run: Run, test: str, judged: Judged) -> dict[str, Units]:
    """The metrics of all seeds on one test set, the truth's grouping of their joints among them."""
    units = seed_units(run, test, judged, units_of)
    return units | truth_units(run, test, judged) if COMPARED in units else units


def units_of(judged: Judged, found: PeopleFound) -> dict[str, Units]:
    """Every metric of one test set, picture by picture."""
    if judged.skeleton == "mpii16":
        return mpii_units(judged, found)
    matches = match_all(judged.truth, found, judged.sigma)
    units = coco_units(judged.truth, matches)
    return units | crowd_units(judged, matches) | error_units(judged, found)


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
