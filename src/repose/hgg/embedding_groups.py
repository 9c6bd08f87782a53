"""Associative embedding's grouping (Newell et al., NeurIPS 2017): joints join the person of the nearest tag.

Kind by kind, from the head down, candidates are assigned to the people found so far, whose tag is the mean of
their joints'; who is too far from everybody begins a new person.

Legend: N candidates, T numbers of a tag, P people so far, C candidates of a kind.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from repose.foundations.errors import ReposeError

ORDER = (
    "head_top", "nose", "eye", "ear", "neck", "thorax", "shoulder", "pelvis", "hip",
    "elbow", "wrist", "knee", "ankle",
)  # fmt: skip
THRESHOLD = 1.0  # distance of tags from which on a joint begins a new person
MOST_PEOPLE = 30


def joint_order(joints: Sequence[str]) -> np.ndarray:
    """The columns of joints in the order of grouping: head, trunk, arms, legs, left before right."""
    parts = [name.removeprefix("l_").removeprefix("r_") for name in joints]
    strange = [part for part in parts if part not in ORDER]
    if strange:
        raise ReposeError(f"grouping: no place for {strange[0]!r}, expected joints among {', '.join(ORDER)}")
    return np.array(sorted(range(len(joints)), key=lambda j: (ORDER.index(parts[j]), joints[j])), np.int64)


def group_by_tags(
    types: np.ndarray, tags: np.ndarray, score: np.ndarray, order: np.ndarray,
    threshold: float = THRESHOLD, most_people: int = MOST_PEOPLE, farthest: float = np.inf,
) -> np.ndarray:  # fmt: skip
    """N int64: the person of each candidate.

    `types` (N), `tags` (N, T), `score` (N), and the `order` of kinds. The distance of tags is the root of the
    mean square over T; whole distances decide, then scores, the surest first. As published, all candidates of
    a kind are assigned before those too far away are taken out again, so that on a line of tags it may cost
    no more to push everybody on by one than to send a newcomer far; distances of `farthest` and more are one.
    Candidates that would begin more than `most_people` are left alone, each under a number of its own.
    """
    person = np.full(len(types), -1)
    sums = np.zeros((most_people, tags.shape[1]))
    count, people = np.zeros(most_people), 0
    surest = np.argsort(-score, kind="stable")
    for kind in order:
        rows = surest[types[surest] == kind]  # C
        new = rows
        if len(rows) and people:
            means = sums[:people] / count[:people, None]
            distance = np.sqrt(np.square(tags[rows, None] - means).mean(axis=2))  # C, P
            c, p = linear_sum_assignment(np.round(distance).clip(max=farthest) * 100 - score[rows, None])
            near = distance[c, p] < threshold
            person[rows[c[near]]] = p[near]
            new = rows[person[rows] < 0]
        new = new[: most_people - people]
        person[new] = np.arange(people, people + len(new))
        people += len(new)
        joined = rows[person[rows] >= 0]
        sums[person[joined]] += tags[joined]  # at most one of a kind joins a person
        count[person[joined]] += 1
    alone = np.flatnonzero(person < 0)
    person[alone] = people + np.arange(len(alone))
    return person
