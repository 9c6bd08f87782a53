"""A scene for a picture: backdrop, light and things, by the kind of place a data set was taken in.

Legend: K people, P points. Millimetres, world frame, z up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from repose.geometry.cameras import Camera
from repose.rng import rng
from repose.world.backdrops import BACKDROPS, Backdrop, Builder
from repose.world.frames import Array
from repose.world.occluders import IN_FRONT, INDOORS, OUTDOORS, STUDIO, Block, Maker, placed
from repose.world.paint import OPEN

KINDS = tuple(BACKDROPS)
ROOM_MARGIN_MM = {  # least distance of walls to cameras and people, and how much more there may be
    "studio": (900.0, 300.0),
    "green_screen": (700.0, 300.0),
    "no_green_screen": (700.0, 600.0),
    "outdoor": (4000.0, 15000.0),
    "wild": (700.0, 5000.0),
    "synthetic_room": (500.0, 700.0),
}
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
    return Light(*(tuple(float(value) for value in vector) for vector in (direction, sun, fill)))


def _hull(cameras: Sequence[Camera], people_mm: Array, turn: float) -> Array:
    """Least and greatest x and y (4,) of cameras and people in axes turned by `turn`."""
    places = np.array([camera.position_mm for camera in cameras]).reshape(-1, 3)[:, :2]
    flat = np.concatenate([places, np.asarray(people_mm, np.float64).reshape(-1, 3)[:, :2], np.zeros((1, 2))])
    if len(flat) > len(places) + 1:
        flat = flat[:-1]
    cos, sin = np.cos(turn), np.sin(turn)
    x, y = flat[:, 0] * cos + flat[:, 1] * sin, flat[:, 1] * cos - flat[:, 0] * sin
    return np.array([x.min(), x.max(), y.min(), y.max()])


def sample_scene(
    kind: str,
    cameras: Sequence[Camera],
    people_mm: Array,
    seed: int,
    *key: str | int,
    occlusion: float = 0.0,
) -> Scene:
    """The scene of a key: it encloses all its cameras and people.

    people_mm (…, 3) are points that must stay free of things: the people themselves, or the space in which a
    take happens. `occlusion` is the expected number of things put in the way of each person: in front of the
    camera where there is one, around the person where there are several. (…, P, 3) counts as … people.
    """
    generator = rng(seed, "scene", kind, *key)
    turn = float(generator.uniform(0, np.pi / 2)) if kind != "studio" else float(generator.normal(0, 0.05))
    margin, spread = ROOM_MARGIN_MM[kind]
    hull = _hull(cameras, people_mm, turn)
    walls = hull + np.array([-1.0, 1.0, -1.0, 1.0]) * (margin + spread * generator.random(4))
    height = float(generator.uniform(2700, 4200)) if kind != "wild" else float(generator.uniform(2500, 5000))
    top = max([0.0, *(float(camera.position_mm[2]) for camera in cameras)])
    build = Builder(generator, np.array([*walls, max(height, top + 400.0)]), turn)
    BACKDROPS[kind](build)
    if build.kinds[1] != OPEN:
        build.room[4] = max(build.room[4], top + 400.0)
    light = sample_light(kind, generator)
    points = np.asarray(people_mm, np.float64)
    things = _furniture(kind, build, cameras, points, generator)
    things += _in_the_way(cameras, points, occlusion, generator)
    return Scene(build.done(), light, tuple(things))


def _furniture(
    kind: str, build: Builder, cameras: Sequence[Camera], people_mm: Array, generator: np.random.Generator
) -> list[Block]:
    """Things along the walls, or scattered far out, wherever no person and no camera is."""
    makers, most = FURNITURE[kind]
    things: list[Block] = []
    x0, x1, y0, y1, _ = build.room
    cos, sin = np.cos(build.turn), np.sin(build.turn)
    reach = min(6000.0, 0.5 * (x1 - x0), 0.5 * (y1 - y0))
    for _ in range(int(generator.integers(most + 1))):
        side, place, inward = (
            int(generator.integers(4)),
            generator.random(),
            generator.random() ** 2 * reach * 0.5 + 350.0,
        )
        if side < 2:
            x, y = (x0 + inward, x1 - inward)[side], y0 + place * (y1 - y0)
        else:
            x, y = x0 + place * (x1 - x0), (y0 + inward, y1 - inward)[side - 2]
        at = (cos * x - sin * y, sin * x + cos * y)
        maker = makers[int(generator.integers(len(makers)))]
        if _free(at, 900.0, cameras, people_mm):
            things += placed(maker(generator), at, float(generator.uniform(0, 2 * np.pi)))
    return things


def _free(at: tuple[float, float], room_mm: float, cameras: Sequence[Camera], people_mm: Array) -> bool:
    """Whether neither a person nor a camera, nor what lies between them, is near (x, y)."""
    people = people_mm.reshape(-1, 3)[:, :2]
    if len(people) and np.hypot(people[:, 0] - at[0], people[:, 1] - at[1]).min() < room_mm:
        return False
    middle = people.mean(0) if len(people) else np.zeros(2)
    for camera in cameras:
        start = np.asarray(camera.position_mm)[:2]
        way = middle - start
        along = np.clip((np.array(at) - start) @ way / (way @ way + 1e-9), 0.0, 1.0)
        if np.hypot(*(start + along * way - at)) < room_mm:
            return False
    return True


def _in_the_way(
    cameras: Sequence[Camera], people_mm: Array, occlusion: float, generator: np.random.Generator
) -> list[Block]:
    """Things between people and their cameras."""
    things: list[Block] = []
    for person in (
        people_mm.reshape(-1, *people_mm.shape[-2:]) if occlusion > 0 and people_mm.ndim > 1 else ()
    ):
        middle, radius = person[:, :2].mean(0), float(np.ptp(person[:, :2], axis=0).max()) / 2
        for _ in range(int(generator.poisson(occlusion))):
            if len(cameras) == 1:
                toward = np.asarray(cameras[0].position_mm)[:2] - middle
                away = float(np.hypot(*toward))
                distance = generator.uniform(radius + 250.0, max(radius + 300.0, 0.6 * away))
                if distance > away - 500.0:
                    continue
                angle = np.arctan2(toward[1], toward[0]) + generator.normal(0, 0.25)
            else:
                angle, distance = generator.uniform(0, 2 * np.pi), radius + generator.uniform(450.0, 1100.0)
            at = middle + distance * np.array([np.cos(angle), np.sin(angle)])
            maker = IN_FRONT[int(generator.integers(len(IN_FRONT)))]
            size = float(generator.uniform(0.6, 1.15))
            others = people_mm.reshape(-1, 3)[:, :2]
            if np.hypot(others[:, 0] - at[0], others[:, 1] - at[1]).min() > 250.0 * size:
                things += placed(
                    maker(generator),
                    (float(at[0]), float(at[1])),
                    float(generator.uniform(0, 2 * np.pi)),
                    size,
                )
    return things
