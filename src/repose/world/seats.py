"""What seated people sit on: a chair, stool, box or bench under everyone whose pose needs one.

A seat follows from the person alone, so it is the same in every view and of one kind in all pictures of that
person. Millimetres, world frame, z up; in a seat's own frame x points along the thighs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from repose.foundations.rng import rng
from repose.world.body import POINTS
from repose.world.flesh import Figure
from repose.world.frames import Array
from repose.world.occluders import THING_COLOURS, Carpenter, Parts, placed
from repose.world.paint import PANELS, PLAIN, PLANKS
from repose.world.raster import BOX, CYLINDER

PELVIS_MM = (300.0, 720.0)  # height over the floor of a person on a seat
UNBALANCED_MM = 150.0  # the pelvis this far behind the feet needs a seat
LEVEL = 0.72  # sine of the steepest thighs
FLOOR_MM = 60.0  # who touches nothing this low is in the air
KNEE_MM = 250.0  # lower ones kneel
UNDER_PELVIS = 0.8  # from the hips down to the seat, as a share of the depth of the hips
HIPS, KNEES, ANKLES, HEELS = (
    [POINTS.index(f"{side}_{name}") for side in ("r", "l")] for name in ("hip", "knee", "ankle", "heel")
)
BACK = [POINTS.index(name) for name in ("pelvis", "belly", "spine", "spine2")]
NECK = POINTS.index("neck")


@dataclass(frozen=True)
class Room:
    """The room that a person leaves for a seat."""

    top: float  # height of the seat over the floor
    front: float  # of its edges before and behind the hips
    rear: float
    half: float  # half its width
    rest: float  # where a backrest may begin


def _forward(points: Array) -> Array:
    """Horizontal unit vector (2,) along the thighs."""
    way = (points[KNEES] - points[HIPS]).sum(0)[:2]
    unit: Array = way / (np.linalg.norm(way) + 1e-9)
    return unit


def is_seated(points: Array) -> bool:
    """Whether the pose (P, 3) would fall without a seat: level thighs, the pelvis low and behind the feet."""
    hips, knees = points[HIPS], points[KNEES]
    low, high = PELVIS_MM
    height = hips[:, 2].mean()
    if not (low < height < high and points[:, 2].min() < FLOOR_MM and knees[:, 2].min() > KNEE_MM):
        return False
    thighs = knees - hips
    slope = float((np.abs(thighs[:, 2]) / np.linalg.norm(thighs, axis=1)).mean())
    ahead = ((points[ANKLES] - hips.mean(0))[:, :2] @ _forward(points)).min()
    trunk = points[NECK] - hips.mean(0)
    return bool(slope < LEVEL and ahead > UNBALANCED_MM and trunk[2] > 0.3 * np.linalg.norm(trunk))


def _room(figure: Figure) -> Room:
    """The room under and behind a seated person."""
    points, girth = np.asarray(figure.points_mm, np.float64), figure.subject.girth
    forward, hips = _forward(points), points[HIPS].mean(0)
    along = (points[:, :2] - hips[:2]) @ forward
    front = min(0.62 * along[KNEES].mean(), max(along[HEELS].min() - 45.0, 90.0))
    top = float(points[HIPS, 2].min() - UNDER_PELVIS * girth["hip_depth"])
    rear = -1.1 * girth["hip_depth"] - 20.0
    rest = min(rear, along[BACK].min() - girth["waist_depth"] - 15.0)
    return Room(max(top, 120.0), float(front), rear, 1.1 * girth["hip_width"] + 30.0, float(rest))


def _legs(make: Carpenter, room: Room, half: float) -> None:
    """Four legs under a seat."""
    for x in (room.front - 30.0, room.rear + 25.0):
        for side in (-1, 1):
            make.add(BOX, (x, side * half, room.top / 2 - 20), (17, 17, room.top / 2 - 20))


def chair(make: Carpenter, room: Room, generator: np.random.Generator) -> None:
    """A seat on four legs with a slatted back."""
    middle, reach = (room.front + room.rear) / 2, (room.front - room.rear) / 2
    make.add(BOX, (middle, 0, room.top - 20), (reach, room.half, 20))
    _legs(make, room, room.half - 22)
    high, x = generator.uniform(260, 400), room.rest - 16
    if x < room.rear - 10:  # the seat reaches back to its rest
        make.add(BOX, ((x + room.rear) / 2, 0, room.top - 20), ((room.rear - x) / 2, room.half, 20))
    for side in (-1, 1):
        make.add(BOX, (x, side * (room.half - 20), (room.top + high) / 2), (14, 16, (room.top + high) / 2))
    for slat in (0.95, 0.55)[: int(generator.integers(1, 3))]:
        make.add(BOX, (x, 0, room.top + slat * high - 30), (11, room.half - 25, 38))


def stool(make: Carpenter, room: Room, generator: np.random.Generator) -> None:
    """A top on four legs, or a round one on a column."""
    middle, reach = (room.front + room.rear) / 2, (room.front - room.rear) / 2
    if generator.random() < 0.5:
        make.add(BOX, (middle, 0, room.top - 20), (reach, room.half, 20))
        _legs(make, room, room.half - 30)
        return
    make.add(CYLINDER, (middle, 0, room.top - 25), (reach, room.half, 25))
    make.add(CYLINDER, (middle, 0, room.top / 2 - 20), (36, 36, room.top / 2 - 20))
    make.add(CYLINDER, (middle, 0, 12), (0.8 * reach, 0.8 * reach, 12))


def box(make: Carpenter, room: Room, generator: np.random.Generator) -> None:
    """A box that bears a person."""
    wide = room.half * generator.uniform(1.0, 1.35)
    make.add(
        BOX,
        ((room.front + room.rear) / 2, 0, room.top / 2),
        ((room.front - room.rear) / 2, wide, room.top / 2),
    )


def bench(make: Carpenter, room: Room, generator: np.random.Generator) -> None:
    """A long plank on two boards."""
    wide = room.half + generator.uniform(250, 600)
    middle, reach = (room.front + room.rear) / 2, (room.front - room.rear) / 2
    make.add(BOX, (middle, 0, room.top - 25), (reach, wide, 25))
    for side in (-1, 1):
        board = (0.85 * reach, 25.0, room.top / 2 - 25)
        make.add(BOX, (middle, side * (wide - 120), room.top / 2 - 25), board)


SEATS = (chair, stool, box, bench)
SURFACES = {chair: (PLAIN, PLANKS), stool: (PLAIN, PLANKS), box: (PLAIN, PANELS, PLANKS), bench: (PLANKS,)}


def seat(figure: Figure, seed: int) -> Parts:
    """The seat under a person who needs one; its kind and colours belong to the person's look."""
    points = np.asarray(figure.points_mm, np.float64)
    if not is_seated(points):
        return []
    generator = rng(seed, "seat", figure.look.seed, figure.subject.name)
    build = SEATS[int(generator.choice(len(SEATS), p=(0.5, 0.2, 0.17, 0.13)))]
    surfaces = SURFACES[build]
    make = Carpenter(generator, surfaces[int(generator.integers(len(surfaces)))], THING_COLOURS)
    build(make, _room(figure), generator)
    x, y = _forward(points).tolist()
    return placed(make.blocks, points[HIPS].mean(0)[:2].tolist(), float(np.arctan2(y, x)))


def seats(figures: Sequence[Figure], seed: int) -> Parts:
    """All seats of a picture."""
    return [block for figure in figures for block in seat(figure, seed)]
