"""Joints put together by the truth: how well a method would do if its grouping made no error.

Legend: C candidate joints, N people, J joints.
"""

from __future__ import annotations

import numpy as np

from repose.metrics.people.found import PeopleFound
from repose.metrics.people.truth import PeopleTruth


def grouped_by_truth(
    truth: PeopleTruth, image: np.ndarray, joint: np.ndarray, xy_px: np.ndarray, score: np.ndarray,
    radius: float,
) -> PeopleFound:  # fmt: skip
    """The true people, made of candidates.

    `image`, `joint` (C) are rows and columns of the truth, `xy_px` (C, 2), `score` (C). Each labelled joint
    takes the nearest candidate of its type within `radius` · √area of its person, nearest pairs (by that
    measure) first, so that each candidate serves once. People without a candidate are not found; a person's
    score is the sum of its joints' over their number J, so that the complete come first.
    """
    person, column, distance, candidate = pairs(truth, image, joint, xy_px)
    near = distance <= radius
    order = np.flatnonzero(near)[np.argsort(distance[near], kind="stable")]
    points = np.full((len(truth), len(truth.joints), 2), np.nan)
    scores = np.zeros(points.shape[:2])
    free = np.ones(len(image), bool)
    for n, j, c in zip(person[order], column[order], candidate[order], strict=True):
        if free[c] and np.isnan(points[n, j, 0]):
            free[c] = False
            points[n, j], scores[n, j] = xy_px[c], score[c]
    found = PeopleFound(truth.joints, truth.image, points, scores, scores.mean(axis=1))
    return found.rows(np.flatnonzero(found.present.any(axis=1)))


def pairs(
    truth: PeopleTruth, image: np.ndarray, joint: np.ndarray, xy_px: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Person, joint, distance over √area, and candidate, of labelled joints and candidates of their type."""
    person, column = np.nonzero(truth.labelled & ~truth.crowd[:, None])
    joints = len(truth.joints)
    key = truth.image[person] * joints + column
    candidate_key = np.asarray(image) * joints + joint
    order = np.argsort(candidate_key, kind="stable")
    first = np.searchsorted(candidate_key[order], key)
    number = np.searchsorted(candidate_key[order], key, side="right") - first
    repeated = np.repeat(np.arange(len(key)), number)
    within = np.arange(len(repeated)) - np.repeat(np.cumsum(number) - number, number)
    candidate = order[first[repeated] + within]
    person, column = person[repeated], column[repeated]
    away = np.linalg.norm(truth.joints2d_px[person, column] - xy_px[candidate], axis=-1)
    return person, column, away / np.sqrt(np.maximum(truth.area[person], 1e-12)), candidate
