"""People out of grouped candidates: their scores, the strongest of a picture, and the joints that they lack.

A joint that nobody proposed is where the heat map is high and the tag like the person's: as published, in the
cell with the largest heat map − round(distance of tags). COCO's metric forgives a guess and not its absence.

Legend: B pictures, J joints, T numbers of a tag, H W cells, N candidates, P people, all over the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit

from repose.hgg.candidates import Proposals, everywhere, ranks, tags_at, within_cell


@dataclass(frozen=True)
class PeopleRules:
    """Which groups are people, and what becomes of their missing joints."""

    fill: bool = True  # guess joints that are not found
    least_joints: int = 1  # of a person
    most: int = 20  # people of a picture, the strongest


class People(NamedTuple):
    """The people of a batch, one picture behind the other, of each the strongest first."""

    picture: np.ndarray  # P int64, rising
    joints2d: np.ndarray  # P, J, 2 float32, cells; the mean of the found ones where neither found nor guessed
    score: np.ndarray  # P, J float32: the heat map's value, also of a guess; 0 if there is none
    found: np.ndarray  # P, J bool: proposed, not guessed
    person_score: np.ndarray  # P float32: the mean of J scores before guesses


def people_of(
    groups: np.ndarray, proposals: Proposals, heat: np.ndarray, tags: np.ndarray, rules: PeopleRules,
    counted: np.ndarray | None = None,
) -> People:  # fmt: skip
    """People by the numbers (N) that a grouper gave to candidates, each picture for itself.

    `heat` (B, J, H, W) and `tags` (B, J, T, H, W) fill gaps, in `counted` cells (B, H, W) only. The published
    code gives a guess the confidence 1, its successors the heat map's value; this one does the latter.
    """
    member, picture = members(groups, proposals, heat.shape[1])
    member, picture = strongest(member, picture, proposals.score, rules)
    found = member >= 0
    score = np.where(found, proposals.score[member], np.float32(0))
    joints2d = np.where(found[..., None], proposals.points[member], 0)
    mean = joints2d.sum(1) / np.maximum(found.sum(1), 1)[:, None]  # P, 2
    joints2d = np.where(found[..., None], joints2d, mean[:, None]).astype(np.float32)
    person_score = score.mean(1)
    if rules.fill:
        inside = everywhere(heat) if counted is None else np.ascontiguousarray(counted, bool)
        own = np.where(found[..., None], tags_at(proposals, tags)[member], 0).sum(1)  # P, T
        own = (own / np.maximum(found.sum(1), 1)[:, None]).astype(np.float32)
        cell, value = np.zeros((*found.shape, 2), np.int64), np.zeros(found.shape, np.float32)
        find_missing(heat, tags, inside, picture, own, found, cell, value)
        person, joint = np.nonzero(value > 0)
        place = cell[person, joint]
        within = within_cell(heat, picture[person], joint, place, "quarter")  # it need not be a summit
        joints2d[person, joint] = place + within
        score[person, joint] = np.minimum(value[person, joint], 1)
    return People(picture, joints2d, score, found, person_score)


def members(groups: np.ndarray, proposals: Proposals, joints: int) -> tuple[np.ndarray, np.ndarray]:
    """The candidate of each person's joint (P, J; −1: none), and the picture of each person (P).

    Of two candidates of a kind in one group, which no grouper here makes, the surer one counts.
    """
    keys = np.stack([proposals.picture, groups], axis=1)
    people, person = np.unique(keys, axis=0, return_inverse=True)
    member = np.full((len(people), joints), len(groups))
    np.minimum.at(member, (person.reshape(-1), proposals.type), np.arange(len(groups)))
    return np.where(member < len(groups), member, -1), people[:, 0]


def strongest(
    member: np.ndarray, picture: np.ndarray, score: np.ndarray, rules: PeopleRules
) -> tuple[np.ndarray, np.ndarray]:
    """The people with joints enough, by picture and falling score, so many of a picture."""
    found = member >= 0
    person_score = np.where(found, score[member], 0).mean(1)
    order = np.lexsort((-person_score, picture))
    order = order[found[order].sum(1) >= rules.least_joints]
    order = order[ranks(picture[order]) < rules.most]
    return member[order], picture[order]


@njit(cache=True, nogil=True)
def find_missing(heat, tags, counted, picture, own, found, cell, value):  # type: ignore[no-untyped-def]
    """Fills x, y (P, J, 2) and the heat map's value (P, J) of the best cell of every joint not found.

    A cell no higher than the best one so far cannot win: its tags need not be looked at, nor a row of such
    cells.
    """
    size, summits = own.shape[1], highest(heat, counted)
    for p in range(len(found)):
        b = picture[p]
        for j in range(found.shape[1]):
            if found[p, j]:
                continue
            best = -np.inf
            for y in range(heat.shape[2]):
                if summits[b, j, y] <= best:
                    continue
                for x in range(heat.shape[3]):
                    if heat[b, j, y, x] <= best or not counted[b, y, x]:
                        continue
                    squares = 0.0
                    for t in range(size):
                        squares += (tags[b, j, t, y, x] - own[p, t]) ** 2
                    rated = heat[b, j, y, x] - np.round(np.sqrt(squares / size))
                    if rated > best:
                        best, value[p, j] = rated, heat[b, j, y, x]
                        cell[p, j, 0], cell[p, j, 1] = x, y


@njit(cache=True, nogil=True)
def highest(heat, counted):  # type: ignore[no-untyped-def]
    """B, J, H: the highest counted cell of every row, −∞ where none is counted."""
    summits = np.full(heat.shape[:3], -np.inf, np.float32)
    for b in range(heat.shape[0]):
        for j in range(heat.shape[1]):
            for y in range(heat.shape[2]):
                for x in range(heat.shape[3]):
                    if counted[b, y, x] and heat[b, j, y, x] > summits[b, j, y]:
                        summits[b, j, y] = heat[b, j, y, x]
    return summits
