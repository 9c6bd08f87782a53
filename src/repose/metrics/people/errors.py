"""What kinds of errors people found have, after Ronchi and Perona (ICCV 2017).

A joint's similarity is exp(−d² / (2 · area · (2σ)²)), the term of OKS. Of a found person and the true one it
was matched to, each labelled joint is one of

- good: similarity to its own truth at least 0.85,
- jitter: at least 0.5,
- inversion: less, and at least 0.5 to the mirrored joint of the same person,
- swap: less, and at least 0.5 to the same joint of somebody else in the picture, or its mirrored one,
- miss: near none of these, or not found at all.

Where inversion and swap both apply, the more alike of the two is meant. A true person whom nobody found is
missed, a found one who is nobody is spurious; people who do not count (crowds) are neither.

Legend: M pictures, Q pairs of a found and a true person, P found and G true people of a picture, J joints.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repose.metrics.people.found import PeopleFound
from repose.metrics.people.matching import best_rows, matched, pictures_of
from repose.metrics.people.oks import joint_similarity, oks
from repose.metrics.people.truth import PeopleTruth
from repose.skeletons.skeleton import mirrored

KINDS = ("good", "jitter", "inversion", "swap", "miss")
GOOD, JITTER, INVERSION, SWAP, MISS = range(len(KINDS))
UNLABELLED = -1
LIKE, VERY_LIKE = 0.5, 0.85  # of a joint's similarity
SAME_PERSON = 0.1  # OKS from which on a found person is compared with a true one


@dataclass(frozen=True)
class PoseErrors:
    """The kinds of errors of joints, and of people, by picture, so that shares can be resampled."""

    image: np.ndarray  # Q, row of the picture
    truth: np.ndarray  # Q, row of the true person
    similarity: np.ndarray  # Q, OKS
    kind: np.ndarray  # Q, J int8: position in `KINDS`, −1 without a label
    people: np.ndarray  # M, true people who count
    missed: np.ndarray  # M, of these nobody found
    found: np.ndarray  # M, found people but those matched to crowds and the like
    spurious: np.ndarray  # M, of these who are nobody

    def counts(self) -> dict[str, int]:
        """How often each kind occurs."""
        joints = {name: int((self.kind == code).sum()) for code, name in enumerate(KINDS)}
        return joints | {"missed person": int(self.missed.sum()), "spurious person": int(self.spurious.sum())}

    def shares(self) -> dict[str, float]:
        """Of the labelled joints of matched people, of true people, and of found people; NaN of none."""
        counts = self.counts()
        whole = dict.fromkeys(KINDS, int((self.kind != UNLABELLED).sum()))
        whole |= {"missed person": int(self.people.sum()), "spurious person": int(self.found.sum())}
        return {name: count / whole[name] if whole[name] else float("nan") for name, count in counts.items()}

    def by_joint(self) -> np.ndarray:
        """J, 5: how often each joint is of each kind."""
        return np.stack([(self.kind == code).sum(axis=0) for code in range(len(KINDS))], axis=-1)

    def by_picture(self) -> np.ndarray:
        """M, 5: how many joints of each picture are of each kind."""
        counts = np.zeros((len(self.people), len(KINDS)), np.int64)
        for code in range(len(KINDS)):
            np.add.at(counts[:, code], self.image, (self.kind == code).sum(axis=1))
        return counts


def pose_errors(truth: PeopleTruth, found: PeopleFound, sigma: np.ndarray) -> PoseErrors:
    """Match people as COCO does, but from OKS 0.1 on, and name the error of each joint."""
    order = best_rows(found, truth)
    best, present = found.rows(order).complete(), found.present[order]
    taken = np.full(len(best), -1)
    similarity = np.zeros(len(best))
    kinds = np.full((len(best), len(truth.joints)), UNLABELLED, np.int8)
    for rows, people in pictures_of(best, truth):
        if not len(people):
            continue
        part, points = truth.rows(people), best.joints2d_px[rows]
        alike = oks(points, part.joints2d_px, part.labelled, part.area, part.box, sigma)
        takes = matched(alike, part.ignored[None], part.crowd, np.array([SAME_PERSON]))[0, 0]
        some = np.flatnonzero(takes >= 0)
        taken[rows.start + some] = people[takes[some]]
        similarity[rows.start + some] = alike[some, takes[some]]
        kinds[rows.start + some] = joint_kinds(points[some], present[rows][some], part, takes[some], sigma)
    return collected(truth, best.image, taken, similarity, kinds)


def joint_kinds(
    found_px: np.ndarray, present: np.ndarray, people: PeopleTruth, takes: np.ndarray, sigma: np.ndarray
) -> np.ndarray:
    """P, J: the kind of each joint of found people (P, J, 2) who take the people `takes` of a picture."""
    flip = np.array([people.joints.index(mirrored(name)) for name in people.joints])
    rows = np.arange(len(takes))
    own = known_similarity(found_px, people, np.arange(len(flip)), sigma)  # P, G, J
    other_side = known_similarity(found_px, people, flip, sigma)
    somebody = np.maximum(own, other_side)
    somebody[rows, takes] = 0
    right, inverted = own[rows, takes], other_side[rows, takes]
    inverted[:, flip == np.arange(len(flip))] = 0
    swapped = somebody.max(axis=1)
    kind = np.where(inverted >= swapped, INVERSION, SWAP)
    kind = np.where(np.maximum(inverted, swapped) >= LIKE, kind, MISS)
    kind = np.where(right >= VERY_LIKE, GOOD, np.where(right >= LIKE, JITTER, kind))
    kind = np.where(present, kind, MISS)
    return np.where(people.labelled[takes], kind, UNLABELLED).astype(np.int8)


def known_similarity(
    found_px: np.ndarray, people: PeopleTruth, column: np.ndarray, sigma: np.ndarray
) -> np.ndarray:
    """P, G, J: similarity of each found joint to its `column` of each person; 0 without a label."""
    alike = joint_similarity(found_px, people.joints2d_px[:, column], people.area, sigma)
    return alike * (people.labelled & ~people.crowd[:, None])[:, column]


def collected(
    truth: PeopleTruth, image: np.ndarray, taken: np.ndarray, similarity: np.ndarray, kinds: np.ndarray
) -> PoseErrors:
    """The pairs with a person who counts, and the numbers of each picture."""
    counted = ~truth.ignored
    pair = (taken >= 0) & counted[np.maximum(taken, 0)] if len(counted) else np.zeros(len(taken), bool)
    missed = counted.copy()
    missed[taken[pair]] = False
    pictures = len(truth.picture_ids)

    def number(rows: np.ndarray) -> np.ndarray:
        return np.bincount(rows, minlength=pictures)

    return PoseErrors(
        image=image[pair], truth=taken[pair], similarity=similarity[pair], kind=kinds[pair],
        people=number(truth.image[counted]), missed=number(truth.image[missed]),
        found=number(image[pair | (taken < 0)]), spurious=number(image[taken < 0]),
    )  # fmt: skip
