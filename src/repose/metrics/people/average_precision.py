"""COCO's average precision and recall, in a form that can be resampled by pictures.

Matching is the costly part and does not depend on which pictures count how often, so it is done once; the
ten numbers are then those of any weights of the pictures.

Legend: M pictures, D found people, A = 3 ranges of area, T = 10 thresholds, R = 101 recalls, B draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from repose.metrics.people.found import PeopleFound
from repose.metrics.people.matching import best_rows, matched, pictures_of
from repose.metrics.people.oks import oks
from repose.metrics.people.truth import PeopleTruth

THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0, 1, 101)
AREAS = {"all": (0.0, 1e10), "medium": (32.0**2, 96.0**2), "large": (96.0**2, 1e10)}  # px²
WRONG, IGNORED, RIGHT = -1, 0, 1


@dataclass(frozen=True)
class Matches:
    """What became of each found person, the best score first."""

    image: np.ndarray  # D int64, row of the pictures
    outcome: np.ndarray  # A, T, D int8: WRONG, IGNORED or RIGHT
    people: np.ndarray  # A, M: true people of each picture that count


def match_all(truth: PeopleTruth, found: PeopleFound, sigma: np.ndarray) -> Matches:
    """Match at every threshold of OKS and in every range of area, with COCO's rules of what is ignored."""
    low, high = np.array(list(AREAS.values())).T[:, :, None]  # A, 1
    ignored = truth.ignored | (truth.area < low) | (truth.area > high)  # A, N
    found = found.rows(best_rows(found, truth)).complete()
    outcome = np.empty((len(AREAS), len(THRESHOLDS), len(found)), np.int8)
    area, unmatched = found.area, np.full((len(AREAS), 1), WRONG)
    for rows, people in pictures_of(found, truth):
        similarity = oks(
            found.joints2d_px[rows], truth.joints2d_px[people], truth.labelled[people], truth.area[people],
            truth.box[people], sigma,
        )  # fmt: skip
        takes = matched(similarity, ignored[:, people], truth.crowd[people], THRESHOLDS)
        what = np.where(ignored[:, people], IGNORED, RIGHT)
        what = np.concatenate([what, unmatched], axis=1)  # A, G + 1: the last for those who take nobody
        outcome[:, :, rows] = what[np.arange(len(AREAS))[:, None, None], takes]
    outside = (area < low) | (area > high)
    outcome[(outcome == WRONG) & outside[:, None]] = IGNORED
    pictures = len(truth.picture_ids)
    people = np.stack([np.bincount(truth.image[~row], minlength=pictures) for row in ignored])
    order = np.argsort(-found.person_score, kind="stable")
    return Matches(found.image[order], outcome[:, :, order], people)


def ap(matches: Matches, picture_weights: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """COCO's ten numbers when picture m counts `picture_weights[…, m]` times; once each if None.

    Weights (M) give numbers, (B, M) arrays of B; NaN where nobody counts.
    """
    pictures = matches.people.shape[1]
    weights = np.ones(pictures) if picture_weights is None else np.asarray(picture_weights, np.float64)
    people = np.atleast_2d(weights) @ matches.people.T  # B, A
    total = np.repeat(people, len(THRESHOLDS), axis=1)
    lines = np.ascontiguousarray(matches.outcome.reshape(total.shape[1], len(matches.image)))
    precision, recall = averages(lines, matches.image, np.atleast_2d(weights), total, RECALLS)
    shape = (*weights.shape[:-1], len(AREAS), len(THRESHOLDS))
    return ten_numbers(precision.reshape(shape), recall.reshape(shape))


def ten_numbers(precision: np.ndarray, recall: np.ndarray) -> dict[str, np.ndarray]:
    """The numbers in COCO's order of average precisions and recalls (…, A, T)."""
    at = {"": slice(None), "50": slice(0, 1), "75": slice(5, 6)}
    numbers = {}
    for name, values in (("AP", precision), ("AR", recall)):
        for threshold, columns in at.items():
            numbers[name + threshold] = values[..., 0, columns].mean(axis=-1)
        for index, letter in ((1, "M"), (2, "L")):
            numbers[name + letter] = values[..., index, :].mean(axis=-1)
    return numbers


@njit(cache=True)
def averages(
    outcome: np.ndarray, image: np.ndarray, weights: np.ndarray, total: np.ndarray, recalls: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """B, L twice: the mean precision at the recalls, and the recall reached, of L rows of outcomes (L, D).

    `weights` (B, M) of the pictures, `total` (B, L) people to find. The precision at a recall is the best at
    that recall or beyond, so only those rightly found matter as places where it is read off.
    """
    draws, lines = total.shape
    precision, recall = np.full((draws, lines), np.nan), np.full((draws, lines), np.nan)
    reached, exact = np.empty(len(image)), np.empty(len(image))
    for b in range(draws):
        weight = weights[b][image]
        for line in range(lines):
            if total[b, line] == 0:
                continue
            right, wrong, count = 0.0, 0.0, 0
            for d in range(len(image)):
                if outcome[line, d] == WRONG:
                    wrong += weight[d]
                elif outcome[line, d] == RIGHT and weight[d] > 0:
                    right += weight[d]
                    reached[count] = right / total[b, line]
                    exact[count] = right / (wrong + right + EPSILON)
                    count += 1
            recall[b, line] = right / total[b, line]
            precision[b, line] = interpolated(reached[:count], exact[:count], recalls)
    return precision, recall


@njit(cache=True)
def interpolated(reached: np.ndarray, exact: np.ndarray, recalls: np.ndarray) -> float:
    """The mean over the recalls of the best precision `exact` at that `reached` recall or beyond."""
    best, place, total = 0.0, len(reached), 0.0
    for r in range(len(recalls) - 1, -1, -1):
        while place > 0 and reached[place - 1] >= recalls[r]:
            place -= 1
            best = max(best, exact[place])
        total += best
    return total / len(recalls)


EPSILON = float(np.spacing(1))
