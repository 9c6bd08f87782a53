"""MPII's multi-person scores: average precision of each joint, and PCKh pooled by joint group.

Both judge a joint by half the head's size, and both give a person found to the truth by most joints right.
They are not comparable: average precision punishes whatever is found and does not exist, PCKh does not.

Legend: M pictures, P found people, N true people, K = 14 joints (pelvis and thorax left out), B draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from repose.foundations.errors import ReposeError
from repose.metrics.people.found import PeopleFound
from repose.metrics.people.matching import pictures_of
from repose.metrics.people.truth import PeopleTruth
from repose.skeletons import get_skeleton

SKELETON = "mpii16"
GROUPS = {
    "Head": "head", "Shoulder": "shoulders", "Elbow": "elbows", "Wrist": "wrists", "Hip": "hips",
    "Knee": "knees", "Ankle": "ankles",
}  # fmt: skip
NEAR = 0.5  # of the head's size


@dataclass(frozen=True)
class JointMatches:
    """What became of each joint found, and how many there were to find."""

    image: np.ndarray  # P int64, row of a person's picture
    score: np.ndarray  # P, K
    present: np.ndarray  # P, K bool: found at all
    right: np.ndarray  # P, K bool: near the joint of the true person that was given to it
    labelled: np.ndarray  # M, K: true joints of each picture


def group_people(truth: PeopleTruth, found: PeopleFound, margin: float) -> tuple[PeopleTruth, PeopleFound]:
    """The people of MPII's groups, and those found whose middle lies in a group's box.

    The protocol lets a method know the group's box; `margin` is what is added to each side of it, as a share
    of its width and height. The people of a picture who do not stand well apart are one group.
    """
    if truth.single is None:
        raise ReposeError("the truth does not say who stands apart, expected the people of mpii_multi")
    truth = truth.rows(~truth.single & truth.labelled.any(axis=1))
    pictures = len(truth.picture_ids)
    low, high = np.full((pictures, 2), np.inf), np.full((pictures, 2), -np.inf)
    mask = truth.labelled[..., None]
    np.minimum.at(low, truth.image, np.where(mask, truth.joints2d_px, np.inf).min(axis=1))
    np.maximum.at(high, truth.image, np.where(mask, truth.joints2d_px, -np.inf).max(axis=1))
    wider = margin * np.maximum(high - low, 0)
    middle = found.complete().joints2d_px.mean(axis=1)
    inside = (middle >= (low - wider)[found.image]) & (middle <= (high + wider)[found.image])
    return truth, found.rows(inside.all(axis=1))


def match_joints(truth: PeopleTruth, found: PeopleFound) -> JointMatches:
    """Give found people to true ones, and judge their joints."""
    check(truth)
    columns = np.sort(get_skeleton(SKELETON).groups["pckh"])
    found = found.rows(np.argsort(found.image, kind="stable"))
    right = np.zeros((len(found), len(columns)), bool)
    points, true_points = found.joints2d_px[:, columns], truth.joints2d_px[:, columns]
    labelled = truth.labelled[:, columns]
    head = np.zeros(len(truth)) if truth.head_px is None else truth.head_px
    for rows, people in pictures_of(found, truth):
        distance = np.linalg.norm(points[rows, None] - true_points[people], axis=-1)  # P, N, K
        near = (distance <= NEAR * head[people, None]) & labelled[people]  # NaN is not near
        person = given(near.sum(axis=-1) / np.maximum(labelled[people].sum(axis=-1), 1))
        chosen = np.flatnonzero(person >= 0)
        right[rows.start + chosen] = near[chosen, person[chosen]]
    counts = np.zeros((len(truth.picture_ids), len(columns)), np.int64)
    np.add.at(counts, truth.image, labelled)
    present = found.present[:, columns]
    return JointMatches(found.image, np.where(present, found.score[:, columns], 0), present, right, counts)


def check(truth: PeopleTruth) -> None:
    """The truth has MPII's joints and the size of everybody's head."""
    if truth.joints != get_skeleton(SKELETON).joints:
        raise ReposeError(f"joints {', '.join(truth.joints)}, expected those of {SKELETON}")
    unknown = len(truth)
    if truth.head_px is not None:
        unknown = int((truth.labelled.any(axis=1) & ~(truth.head_px > 0)).sum())
    if unknown:
        raise ReposeError(
            f"the truth has {unknown} people without a head size, expected the head boxes of MPII's release"
        )


def given(share: np.ndarray) -> np.ndarray:
    """P: the true person of each found one, −1 for none, from the share of joints right (P, N).

    A found person keeps the true one of whom it has most; a true one keeps the best of these.
    """
    person = np.full(len(share), -1)
    if not share.size:
        return person
    favourite = share.argmax(axis=1)
    kept = np.where(np.arange(share.shape[1]) == favourite[:, None], share, 0)
    best = kept.argmax(axis=0)
    some = kept.max(axis=0) > 0
    person[best[some]] = np.flatnonzero(some)
    return person


def mpii_ap(matches: JointMatches, picture_weights: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """AP of each group of joints, the mean of its joints, and `Mean`, that of all 14: () or (B) for weights.

    By the scores of joints; joints of people who were given to nobody are wrong, and so are those that have
    no label. The area under the curve is exact (PASCAL VOC since 2010), its recall counts every labelled
    joint. NaN where nothing is labelled.
    """
    weights = all_once(matches, picture_weights)
    order = np.argsort(-matches.score, axis=0, kind="stable").T  # K, P
    columns = np.arange(len(order))[:, None]
    outcome = np.where(matches.right, 1, np.where(matches.present, -1, 0)).astype(np.int8)
    total = np.atleast_2d(weights) @ matches.labelled  # B, K
    areas = exact_areas(outcome[order, columns], matches.image[order], np.atleast_2d(weights), total)
    areas = areas.reshape(*weights.shape[:-1], len(order))
    return {name: areas[..., joints].mean(axis=-1) for name, joints in joint_groups().items()}


def mpii_pckh(matches: JointMatches, picture_weights: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """PCKh@0.5 of each group of joints and of all: the share of labelled joints that are right, pooled."""
    weights = all_once(matches, picture_weights)
    right = np.zeros(matches.labelled.shape)
    np.add.at(right, matches.image, matches.right)
    hits, counted = weights @ right, weights @ matches.labelled
    shares = {}
    for name, joints in joint_groups().items():
        number = counted[..., joints].sum(axis=-1)
        shares[name] = np.where(
            number > 0, hits[..., joints].sum(axis=-1) / np.maximum(number, 1e-300), np.nan
        )
    return shares


def all_once(matches: JointMatches, picture_weights: np.ndarray | None) -> np.ndarray:
    """The weights, 1 for every picture where none are given."""
    return np.ones(len(matches.labelled)) if picture_weights is None else np.asarray(picture_weights, float)


def joint_groups() -> dict[str, np.ndarray]:
    """The columns of each group, `Mean` with all of them."""
    skeleton = get_skeleton(SKELETON)
    columns = np.sort(skeleton.groups["pckh"])
    groups = {name: np.searchsorted(columns, skeleton.groups[group]) for name, group in GROUPS.items()}
    return groups | {"Mean": np.arange(len(columns))}


@njit(cache=True)
def exact_areas(outcome: np.ndarray, image: np.ndarray, weights: np.ndarray, total: np.ndarray) -> np.ndarray:
    """B, K: the areas below the curves of precision, made to fall, over recall.

    `outcome` (K, P: 1 right, −1 wrong, 0 not found) and `image` (K, P), both by falling score, `weights`
    (B, M) of the pictures and `total` (B, K) joints to find.
    """
    draws, joints = total.shape
    area = np.full((draws, joints), np.nan)
    step, exact = np.empty(image.shape[1]), np.empty(image.shape[1])
    for b in range(draws):
        for k in range(joints):
            if total[b, k] == 0:
                continue
            right, wrong, count = 0.0, 0.0, 0
            for p in range(image.shape[1]):
                weight = weights[b, image[k, p]]
                if outcome[k, p] < 0:
                    wrong += weight
                elif outcome[k, p] > 0 and weight > 0:
                    right += weight
                    step[count] = weight / total[b, k]
                    exact[count] = right / (right + wrong)
                    count += 1
            best = area[b, k] = 0.0
            for place in range(count - 1, -1, -1):
                best = max(best, exact[place])
                area[b, k] += step[place] * best
    return area
