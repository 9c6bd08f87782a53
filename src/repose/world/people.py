"""Who stands where in pictures of everyday life: strangers alone, in groups, in crowds, and close pairs.

Legend: P body points, K people.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np

from repose.foundations.rng import rng
from repose.world.body import POINTS, sample_subject
from repose.world.look import sample_look
from repose.world.motion import MotionSource
from repose.world.render import Figure

PELVIS = POINTS.index("pelvis")
# distance from the person in the middle, mm, by manner
DISTANCE_MM = {"group": (550.0, 1500.0), "crowd": (450.0, 1900.0), "pair": (180.0, 380.0)}


def strangers(
    source: MotionSource, kinds: Sequence[str], seed: int, keys: Sequence[tuple[str | int, ...]]
) -> list[Figure]:
    """A person a key, each in a free pose (sport, frontal, everyday, crowd) around the origin."""
    subjects = [sample_subject(seed, *key) for key in keys]
    poses: list[np.ndarray] = [np.empty(0)] * len(keys)
    for kind in sorted(set(kinds)):  # poses of a kind are solved together
        rows = [row for row, own in enumerate(kinds) if own == kind]
        solved = source.poses([subjects[row] for row in rows], kind, [keys[row] for row in rows])
        for row, pose in zip(rows, solved, strict=True):
            poses[row] = pose
    return [
        Figure(pose, subject, sample_look(seed, *key))
        for pose, subject, key in zip(poses, subjects, keys, strict=True)
    ]


def placed(figure: Figure, place_mm: np.ndarray, turn: float) -> Figure:
    """The person turned about the vertical, with the pelvis over a place (2) of the floor."""
    points = figure.points_mm - figure.points_mm[PELVIS] * [1, 1, 0]
    c, s = np.cos(turn), np.sin(turn)
    points = points @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) + np.append(place_mm, 0.0)
    return dataclasses.replace(figure, points_mm=points)


def gathered(figures: Sequence[Figure], manner: str, seed: int, *key: str | int) -> list[Figure]:
    """The first person in the middle, the others around, none closer to another than the manner allows.

    In a pair the two face each other or the same way; else everybody faces about the first one's way.
    """
    generator = rng(seed, "gathered", *key)
    near, far = DISTANCE_MM[manner]
    places = [np.zeros(2)]
    for _ in figures[1:]:
        place = np.zeros(2)
        for attempt in range(20):
            reach = far * (1 + 0.1 * attempt)
            angle, distance = generator.uniform(0, 2 * np.pi), generator.uniform(near, reach)
            place = np.array([np.cos(angle), np.sin(angle)]) * distance
            if min(np.linalg.norm(place - other) for other in places) >= near:
                break
        places.append(place)
    spread = {"group": 0.9, "crowd": 0.7, "pair": 0.5}[manner]
    turns = generator.normal(0.0, spread, len(figures))
    if manner == "pair" and generator.random() < 0.5:
        turns[1::2] += np.pi
    return [placed(*row) for row in zip(figures, places, turns.tolist(), strict=True)]
