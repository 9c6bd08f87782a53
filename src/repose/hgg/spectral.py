"""Spectral grouping, a third way beside associative embedding and the graph's.

Candidates with like tags at near places are alike; the leading eigenvectors of the normalised likeness (Ng et
al., NeurIPS 2001) place them so that people are clusters, as many as there are candidates of the most
frequent kind. In place of k-means' free choice every kind is assigned to different people.

Legend: N candidates, T numbers of a tag, K people.
"""

import numpy as np
from scipy.linalg import eigh
from scipy.optimize import linear_sum_assignment

TAG_WIDTH = 0.5  # standard deviation of likeness, of tags
PLACE_WIDTH = 0.15  # and of places, in widths of the picture
ROUNDS = 10  # of assignment and means, at most


def group_by_spectrum(
    types: np.ndarray, points: np.ndarray, tags: np.ndarray,
    tag_width: float = TAG_WIDTH, place_width: float = PLACE_WIDTH,
) -> np.ndarray:  # fmt: skip
    """N int64: the person of each candidate of `types` (N), `points` (N, 2), `tags` (N, T)."""
    if not len(types):
        return np.zeros(0, np.int64)
    number = np.bincount(types)
    people = int(number.max())  # K
    if people == 1:
        return np.zeros(len(types), np.int64)
    places = embed(likeness(types, points / place_width, tags / tag_width), people)
    centres = places[types == number.argmax()]  # K, K: everybody has a joint of the most frequent kind
    person = np.zeros(len(types), np.int64)
    for _ in range(ROUNDS):
        before = person.copy()
        for kind in np.unique(types):
            rows = np.flatnonzero(types == kind)
            away = np.square(places[rows, None] - centres).sum(axis=2)
            person[rows] = linear_sum_assignment(away)[1]
        if (person == before).all():
            break
        one = np.eye(people)[person]  # N, K
        centres = one.T @ places / np.maximum(one.sum(0), 1)[:, None]
    return person


def likeness(types: np.ndarray, points: np.ndarray, tags: np.ndarray) -> np.ndarray:
    """N, N: exp(−½ d²) of tags and places together, zero between candidates of one kind."""
    at = np.concatenate([points, tags], axis=1)
    squares = np.square(at).sum(axis=1)
    distance = np.maximum(squares[:, None] + squares - 2 * at @ at.T, 0)
    return np.where(types[:, None] != types, np.exp(-distance / 2), 0.0)


def embed(alike: np.ndarray, people: int) -> np.ndarray:
    """N, K: rows of unit length of the K leading eigenvectors of D^(−½) W D^(−½)."""
    root = 1 / np.sqrt(alike.sum(axis=1) + 1e-9)
    last = len(alike) - 1
    vectors = eigh(alike * root[:, None] * root, subset_by_index=(max(0, last - people + 1), last))[1]
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))
