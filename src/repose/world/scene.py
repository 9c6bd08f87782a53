"""A scene for a picture: backdrop, light and things, by the kind of place a data set was taken in.

Millimetres, world frame, z up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from repose.foundations.rng import rng
from repose.geometry.cameras import Camera
from repose.world.backdrops import BACKDROPS, Backdrop, Builder
from repose.world.flesh import Figure
from repose.world.frames import Array
from repose.world.occluders import (
    IN_FRONT,
    INDOORS,
    OUTDOORS,
    STUDIO,
    Block,
    Maker,
    hidden_share,
    placed,
    tree,
)
from repose.world.paint import OPEN

KINDS = tuple(BACKDROPS)
CAPTURE_SPACE_MM = {  # half extents in x and y that hold people and cameras, for places that are set up once
    "studio": (4000.0, 5900.0),
    "green_screen": (4400.0, 4400.0),
    "no_green_screen": (4500.0, 4500.0),
    "synthetic_room": (4300.0, 4300.0),
}
MARGIN_MM = {  # least distance of walls to the space, or to people and camera; and how much more there may be
    "studio": (100.0, 500.0),
    "green_screen": (100.0, 300.0),
    "no_green_screen": (100.0, 600.0),
    "synthetic_room": (200.0, 900.0),
    "outdoor": (4000.0, 15000.0),
    "wild": (700.0, 5000.0),
}
IN_THE_WAY = {
    "synthetic_room": 6.5,  # hides a fifth of the joints, as in Occlusion-Person
    "wild": 0.12,
}  # things expected close to each person, where there are any
MOST_HIDDEN = {"synthetic_room": 0.9, "wild": 0.4}  # share of a person that one of these may hide
FURNITURE: dict[str, tuple[Sequence[Maker], int]] = {  # what stands along the walls, and how much at most
    "studio": (STUDIO, 4),
    "green_screen": (STUDIO, 1),
    "no_green_screen": (INDOORS, 5),
    "outdoor": (OUTDOORS, 5),
    "wild": ((*INDOORS, *OUTDOORS), 5),
    "synthetic_room": (INDOORS, 9),
}


@dataclass(frozen=True)
class Light:
    """A lamp or the sun, and the light that comes from everywhere."""

    direction: tuple[float, float, float]  # unit, towards the lamp, world
    sun: tuple[float, float, float]  # linear RGB
    fill: tuple[float, float, float]


@dataclass(frozen=True)
class Scene:
    """Everything of a picture but the people and the camera."""

    backdrop: Backdrop
    light: Light
    occluders: tuple[Block, ...]


def sample_light(kind: str, generator: np.random.Generator) -> Light:
    """Soft from above in studios, one strong sun or a grey sky outdoors."""
    azimuth = generator.uniform(0, 2 * np.pi)
    low, high = {"studio": (50, 80), "green_screen": (50, 80)}.get(kind, (25, 75))
    height = np.deg2rad(generator.uniform(low, high))
    direction = np.array([np.cos(azimuth) * np.cos(height), np.sin(azimuth) * np.cos(height), np.sin(height)])
    share = (
        generator.uniform(0.25, 0.5) if kind in ("studio", "green_screen") else generator.uniform(0.25, 0.8)
    )
    warmth = np.array([1.0, 1.0, 1.0]) + generator.normal(0, 0.07) * np.array([1.0, 0.1, -1.0])
    cold = np.array([1.0, 1.0, 1.0]) + generator.normal(0, 0.04) * np.array([-1.0, 0.0, 1.0])
    sun, fill = 1.5 * share * warmth, 1.3 * (1.0 - share) * cold + 0.15
    return Light(_triple(direction), _triple(sun), _triple(fill))


def _triple(vector: Array) -> tuple[float, float, float]:
    """Three numbers."""
    x, y, z = vector.tolist()
    return x, y, z


def sample_scene(
    kind: str, figures: Sequence[Figure], cameras: Camera | Sequence[Camera], seed: int, *key: str | int
) -> Scene:
    """The scene of a key: it encloses cameras and people, and nothing stands inside them.

    A studio or a synthetic room is set up once: with the same key it is the same for every camera,
    and but for what stands in the way of the people also for every pose.
    """
    generator = rng(seed, "scene", kind, *key)
    views = [cameras] if isinstance(cameras, Camera) else list(cameras)
    people = [np.asarray(figure.points_mm, np.float64) for figure in figures]
    turn = float(generator.normal(0, 0.05) if kind in CAPTURE_SPACE_MM else generator.uniform(0, np.pi / 2))
    hull = _hull(CAPTURE_SPACE_MM.get(kind), views, people, turn)
    margin, spread = MARGIN_MM[kind]
    walls = hull + np.array([-1.0, 1.0, -1.0, 1.0]) * (margin + spread * generator.random(4))
    build = Builder(generator, np.array([*walls, generator.uniform(2700, 4600)]), turn)
    BACKDROPS[kind](build)
    if build.kinds[1] != OPEN:
        top = max(float(camera.position_mm[2]) for camera in views)
        build.room[4] = max(build.room[4], top + 300.0)
    light = sample_light(kind, generator)
    things = _furniture(kind, build, views, people, generator)
    things += _in_the_way(kind, views, people, rng(seed, "in the way", kind, *key))
    return Scene(build.done(), light, tuple(things))


def _hull(
    space: tuple[float, float] | None, cameras: Sequence[Camera], people: Sequence[Array], turn: float
) -> Array:
    """Least and greatest x and y (4,), in axes turned by `turn`, of a capture space or of what is there."""
    flat = np.concatenate(
        [np.array([camera.position_mm for camera in cameras])[:, :2], *(p[:, :2] for p in people)]
    )
    cos, sin = np.cos(turn), np.sin(turn)
    x, y = flat[:, 0] * cos + flat[:, 1] * sin, flat[:, 1] * cos - flat[:, 0] * sin
    hull = np.array([x.min(), x.max(), y.min(), y.max()])
    if space is None:
        return hull
    fixed = np.array([-space[0], space[0], -space[1], space[1]])
    outgrown = (np.abs(hull) > np.abs(fixed)).any()
    return np.array([-1, 1, -1, 1]) * np.maximum(np.abs(hull), np.abs(fixed)) if outgrown else fixed


def _furniture(
    kind: str,
    build: Builder,
    cameras: Sequence[Camera],
    people: Sequence[Array],
    generator: np.random.Generator,
) -> list[Block]:
    """Things along the walls, or in the open wherever there is no person, camera or line of sight."""
    makers, most = FURNITURE[kind]
    things: list[Block] = []
    x0, x1, y0, y1, _ = build.room
    cos, sin = np.cos(build.turn), np.sin(build.turn)
    reach = 0.0 if kind in CAPTURE_SPACE_MM else min(3000.0, 0.25 * (x1 - x0), 0.25 * (y1 - y0))
    for number in generator.integers(len(makers), size=int(generator.integers(most + 1))):
        side, place, inward = (
            int(generator.integers(4)),
            generator.random(),
            330.0 + reach * generator.random() ** 2,
        )
        turn = float(generator.normal(0, 0.15) + (0, 0.5, 1, 1.5)[int(generator.integers(4))] * np.pi)
        x, y = x0 + place * (x1 - x0), y0 + place * (y1 - y0)
        if side < 2:
            x = (x0 + inward, x1 - inward)[side]
        else:
            y = (y0 + inward, y1 - inward)[side - 2]
        at = np.array([cos * x - sin * y, sin * x + cos * y])
        thing = makers[int(number)](generator)
        if kind in CAPTURE_SPACE_MM or _free(
            at, 2800.0 if makers[int(number)] is tree else 1100.0, cameras, people
        ):
            things += placed(thing, at.tolist(), turn)
    return things


def _free(at: Array, room_mm: float, cameras: Sequence[Camera], people: Sequence[Array]) -> bool:
    """Whether neither a person nor a camera, nor a line of sight between them, is near (x, y)."""
    x, y = at.tolist()
    for camera in cameras:
        start_x, start_y = camera.position_mm[:2].tolist()
        for person in people:
            way_x, way_y = (person[:, :2].sum(0) / len(person) - camera.position_mm[:2]).tolist()
            along = ((x - start_x) * way_x + (y - start_y) * way_y) / (way_x**2 + way_y**2 + 1e-9)
            along = min(1.0, max(0.0, along))
            if np.hypot(start_x + along * way_x - x, start_y + along * way_y - y) < room_mm:
                return False
        if np.hypot(start_x - x, start_y - y) < room_mm:
            return False
    return True


def _in_the_way(
    kind: str, cameras: Sequence[Camera], people: Sequence[Array], generator: np.random.Generator
) -> list[Block]:
    """Things close to people: around them in a room seen from many sides, else before the camera."""
    things: list[Block] = []
    for person in people if kind in IN_THE_WAY else ():
        middle = person[:, :2].mean(0)
        radius = float(np.hypot(*(person[:, :2] - middle).T).max())
        for _ in range(int(generator.poisson(IN_THE_WAY[kind]))):
            angle, size = generator.uniform(0, 2 * np.pi), float(generator.uniform(0.6, 1.15))
            distance = radius + generator.uniform(350.0, 900.0)
            thing = IN_FRONT[int(generator.integers(len(IN_FRONT)))](generator)
            if kind not in CAPTURE_SPACE_MM:
                toward = np.asarray(cameras[0].position_mm)[:2] - middle
                angle = np.arctan2(toward[1], toward[0]) + generator.normal(0, 0.2)
                if np.hypot(*toward) < distance + 1200.0:
                    continue
            at = middle + distance * np.array([np.cos(angle), np.sin(angle)])
            there = placed(thing, at.tolist(), float(generator.uniform(0, 2 * np.pi)), size)
            if all(np.hypot(*(other[:, :2] - at).T).min() > 300.0 for other in people) and all(
                hidden_share(there, np.asarray(camera.position_mm), other) < MOST_HIDDEN[kind]
                for camera in cameras
                for other in people
            ):
                things += there
    return things
