"""Simulated candidates: what a proposal network would leave of people, without pictures or a network.

People of many sizes are put into a unit square, some of them in one another's way; joints are missed, astray
and made up, and tags are as good as wanted. So groupers can be compared by what they do alone.

Legend: P people, J joints, N candidates, T numbers of a tag, R rows of poses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable

HEIGHTS = (0.15, 0.6)  # of people, in widths of the picture; of a crowd shorter
LEAST_JOINTS = 8  # labelled joints of a pose that is worth placing
TRUNK = {"nose": (0, 7), "eye": (2, 5), "ear": (4, 7), "shoulder": (11, 18), "hip": (7, 50)}
LIMBS = {  # joint: where it hangs, length, largest angle to the limb before; % of the height, degrees
    "elbow": ("shoulder", 17, 110), "wrist": ("elbow", 15, 120),
    "knee": ("hip", 24, 60), "ankle": ("knee", 23, 60),
}  # fmt: skip


class Candidates(NamedTuple):
    """The candidate joints of a picture."""

    type: np.ndarray  # N int64, kind of joint
    points: np.ndarray  # N, 2 float32, x and y in [0, 1]
    score: np.ndarray  # N float32, in [0, 1]
    tags: np.ndarray  # N, T float32


class Scene(NamedTuple):
    """Candidates, and whose they are."""

    candidates: Candidates
    person: np.ndarray  # N int64, −1 for made-up ones


@dataclass(frozen=True)
class Quality:
    """How good the proposals are."""

    astray: float = 0.01  # standard deviation of a joint's place, in heights of the person
    missed: float = 0.15  # share of joints
    made_up: float = 0.02  # candidates that are nobody's, per joint of a person
    tag_gap: float = 2.0  # between the tags of two people
    tag_noise: float = 0.3  # standard deviation of a tag within a person
    tag_mixed: float = 0.02  # share of tags that are of another person near by
    tag_size: int = 1  # T
    beside: float = 0.4  # share of people who stand in the way of another


def simulate(poses: np.ndarray, people: int, quality: Quality, seed: int, *key: str | int) -> Scene:
    """A picture of some `poses` (R, J, 2; NaN where unknown), of height 1 from their upper left corner."""
    draw = rng(seed, "hgg", "scene", people, *key)
    chosen = draw.integers(len(poses), size=people)
    placed, height = place(poses[chosen], quality.beside, draw)  # P, J, 2; P
    placed += quality.astray * height[:, None, None] * draw.standard_normal(placed.shape)
    seen = np.isfinite(placed).all(axis=2) & (draw.random(placed.shape[:2]) >= quality.missed)
    person, kind = np.nonzero(seen)
    tags = tags_of(person, kind, placed, quality, draw)
    score = np.clip(draw.normal(0.7, 0.15, len(person)), 0.1, 1.0)

    false = draw.poisson(quality.made_up * placed.shape[0] * placed.shape[1])
    near = draw.integers(max(len(person), 1), size=false if len(person) else 0)  # whose tag they have, about
    points = placed[seen]
    points = np.concatenate([points, points[near] + draw.normal(0, 0.1, (len(near), 2))])
    tags = np.concatenate([tags, tags[near] + draw.normal(0, quality.tag_gap, (len(near), quality.tag_size))])
    score = np.concatenate([score, np.clip(draw.normal(0.3, 0.15, len(near)), 0.1, 1.0)])
    kind = np.concatenate([kind, draw.integers(placed.shape[1], size=len(near))])
    person = np.concatenate([person, np.full(len(near), -1)])
    order = draw.permutation(len(person))
    candidates = Candidates(
        kind[order], np.clip(points, 0, 1)[order].astype(np.float32), score[order].astype(np.float32),
        tags[order].astype(np.float32),
    )  # fmt: skip
    return Scene(candidates, person[order])


def place(poses: np.ndarray, beside: float, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Poses (P, J, 2) in the picture, and their heights (P); a share stands close to the one before."""
    people = len(poses)
    height = draw.uniform(*HEIGHTS, people) * min(1.0, (10 / max(people, 1)) ** 0.5)
    corner = draw.uniform(0, 1, (people, 2)) * (1 - height[:, None] * np.array([0.5, 1.0]))
    for p in range(1, people):
        if draw.random() < beside:
            height[p] = height[p - 1] * draw.uniform(0.8, 1.2)
            corner[p] = corner[p - 1] + height[p] * draw.uniform((-0.35, -0.1), (0.35, 0.1))
    return corner[:, None] + height[:, None, None] * poses, height


def tags_of(
    person: np.ndarray, kind: np.ndarray, placed: np.ndarray, quality: Quality, draw: np.random.Generator
) -> np.ndarray:
    """N, T: tags of people's joints, people in random order `tag_gap` apart in each number.

    A mixed one is of the person whose joint of that kind is nearest.
    """
    people = len(placed)
    order = np.stack([draw.permutation(people) for _ in range(quality.tag_size)], axis=1)
    centre = quality.tag_gap * (order - (people - 1) / 2)  # P, T
    whose = person.copy()
    astray = draw.random(len(person)) < quality.tag_mixed
    for n in np.flatnonzero(astray) if people > 1 else ():
        away = np.linalg.norm(placed[:, kind[n]] - placed[person[n], kind[n]], axis=1)
        away[person[n]] = np.inf
        whose[n] = np.argmin(np.where(np.isfinite(away), away, np.inf))
    return centre[whose] + quality.tag_noise * draw.standard_normal((len(person), quality.tag_size))


def poses_of(table: PoseTable) -> np.ndarray:
    """R, J, 2: the poses of a table with enough labelled joints, the larger side of their joints' box 1."""
    joints = np.where(table.labelled[..., None], table.joints2d, np.nan)
    joints = joints[table.labelled.sum(axis=1) >= LEAST_JOINTS]
    if not len(joints):
        raise ReposeError(
            f"{table.dataset} {table.split}: nobody with {LEAST_JOINTS} labelled joints, expected poses to "
            "place; use a split with people"
        )
    low, high = np.nanmin(joints, axis=1), np.nanmax(joints, axis=1)
    return np.asarray((joints - low[:, None]) / np.maximum(high - low, 1e-6).max(axis=1)[:, None, None])


def drawn_poses(count: int, seed: int, skeleton: str = "coco17") -> np.ndarray:
    """count, J, 2: simple figures, upright with arms and legs at random angles, the height of a person 1."""
    draw, places = rng(seed, "hgg", "poses"), {}
    lean, turn = draw.normal(0, 0.15, count), draw.uniform(-1, 1, count)  # turn: −1 and 1 are front and back
    for side, sign in (("l_", 1.0), ("r_", -1.0)):
        angle: Mapping[str, np.ndarray] = dict.fromkeys(TRUNK, lean)
        for part, (x, y) in TRUNK.items():
            across = sign * turn * x / 100
            at = np.stack([across + np.sin(-lean) * y / 100, np.cos(lean) * y / 100], axis=1)
            places[side + part] = at + draw.normal(0, 0.005, (count, 2))
        for part, (hangs, length, most) in LIMBS.items():
            bent = angle[hangs] + np.deg2rad(most) * draw.normal(0, 0.4, count)
            angle = {**angle, part: bent}
            step = np.stack([np.sin(bent), np.cos(bent)], axis=1) * length / 100
            places[side + part] = places[side + hangs] + step
    names = get_skeleton(skeleton).joints
    missing = [name for name in names if name not in places and "l_" + name not in places]
    if missing:
        raise ReposeError(f"{skeleton}: no place for {missing[0]!r}, expected the joints of coco17")
    poses = np.stack([places.get(name, places.get("l_" + name, np.empty(0))) for name in names], axis=1)
    return np.asarray(poses - poses.min(axis=1, keepdims=True))
