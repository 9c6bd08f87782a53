"""Who is whom: found people take true ones, the best score first.

Legend: P found and G true people of a picture, A ranges of area, T thresholds.
"""

from __future__ import annotations

import itertools

import numpy as np
from numba import njit

from repose.metrics.people.found import PeopleFound
from repose.metrics.people.truth import PeopleTruth

MOST_PEOPLE = 20  # of a picture, those with the best scores


def best_rows(found: PeopleFound, truth: PeopleTruth) -> np.ndarray:
    """Rows of the best people of each picture, by its id and then by score; equals keep their order."""
    picture = truth.picture_ids[found.image]
    order = np.lexsort((-found.person_score, picture))  # stable
    starts = np.flatnonzero(np.diff(picture[order], prepend=picture[order][:1] - 1))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    return np.asarray(order[rank < MOST_PEOPLE])


def pictures_of(found: PeopleFound, truth: PeopleTruth) -> list[tuple[slice, np.ndarray]]:
    """Of sorted people: the rows found in each picture, and the rows of the truth that belong to them."""
    bounds = np.append(np.flatnonzero(np.diff(found.image, prepend=-1)), len(found))
    order = np.argsort(truth.image, kind="stable")
    first = np.searchsorted(truth.image[order], np.arange(len(truth.picture_ids) + 1))
    return [
        (slice(start, end), order[first[found.image[start]] : first[found.image[start] + 1]])
        for start, end in itertools.pairwise(bounds)
    ]


@njit(cache=True)
def matched(
    similarity: np.ndarray, ignored: np.ndarray, crowd: np.ndarray, thresholds: np.ndarray
) -> np.ndarray:
    """A, T, P: the true person that each found one takes, −1 for none, as COCO's evaluation has it.

    `similarity` (P, G) with the best score first, `ignored` (A, G) people who do not count, `crowd` (G). Each
    takes the most alike of those that count and are free, of two equals the later one, and one of the ignored
    only where there is none; a crowd is never taken.
    """
    ranges, people = ignored.shape
    takes = np.full((ranges, len(thresholds), len(similarity)), -1, np.int64)
    for a in range(ranges):
        for t in range(len(thresholds)):
            free = np.ones(people, np.bool_)
            for p in range(len(similarity)):
                for of_ignored in (False, True):
                    best = min(thresholds[t], 1 - 1e-10)
                    for g in range(people):
                        if ignored[a, g] == of_ignored and free[g] and similarity[p, g] >= best:
                            best = similarity[p, g]
                            takes[a, t, p] = g
                    if takes[a, t, p] >= 0:
                        free[takes[a, t, p]] = crowd[takes[a, t, p]]
                        break
    return takes
