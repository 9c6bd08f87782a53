"""What is behind the people: a room's floor and walls, or open ground with a horizon and a sky.

One room holds all cameras and people; where a wall is missing, the far distance shows.
Legend: 6 faces (floor, ceiling, walls at least x, greatest x, least y, greatest y), L layers of the distance.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from repose.world.frames import Array
from repose.world.paint import (
    ASPHALT,
    BRICK,
    CLUTTER,
    COURT,
    CURTAIN,
    FACADE,
    FOLIAGE,
    GRASS,
    MAT,
    OPEN,
    PANELS,
    PLAIN,
    PLANKS,
    SHELVES,
    TILES,
    WALLPAPER,
)

LAYERS = 3


class Backdrop(NamedTuple):
    """A room around everything, and what lies beyond it."""

    turn: np.ndarray  # (2,) cosine and sine: the room's x axis in the world
    room: np.ndarray  # (5,) least and greatest x, least and greatest y, height; mm in the room's axes
    kinds: np.ndarray  # (6,) surface of each face, or OPEN
    colours: np.ndarray  # (6,3,3) three colours of each face
    scales: np.ndarray  # (6,) mm
    seeds: np.ndarray  # (6,)
    sky: np.ndarray  # (2,3) at the horizon and above
    clouds: np.ndarray  # (1,) share of white
    glow: np.ndarray  # (1,) brightness of the distance
    haze: np.ndarray  # (1,) how much the distance pales
    layers: np.ndarray  # (L,6) kind, lowest and highest rise, period, scale, seed; kind −1 = none
    layer_colours: np.ndarray  # (L,3,3)


Palette = Sequence[tuple[int, int, int]]

GREYS: Palette = ((60, 60, 62), (96, 94, 92), (130, 128, 124), (170, 168, 164), (206, 204, 198))
WALLS: Palette = (
    (214, 208, 196),
    (188, 176, 156),
    (160, 172, 180),
    (198, 170, 140),
    (146, 156, 130),
    (120, 60, 56),
    (84, 96, 118),
)
FLOORS: Palette = (
    (128, 92, 60),
    (164, 126, 86),
    (96, 70, 50),
    (120, 116, 110),
    (150, 146, 140),
    (92, 84, 96),
    (140, 60, 50),
)
GREENS: Palette = ((70, 104, 44), (92, 124, 56), (58, 86, 40), (120, 130, 70))
BRIGHT: Palette = (
    (190, 50, 46),
    (50, 90, 160),
    (220, 180, 70),
    (60, 130, 80),
    (130, 70, 130),
    (230, 226, 216),
    (40, 42, 48),
)
EARTH: Palette = ((150, 128, 96), (128, 104, 76), (176, 160, 130), (110, 100, 88))


def colours_of(generator: np.random.Generator, *palettes: Palette, spread: float = 0.12) -> Array:
    """One linear colour (3,) of each of three palettes, a little off."""
    rows = np.array([palette[int(generator.integers(len(palette)))] for palette in palettes], np.float64)
    rows = np.clip(rows * generator.normal(1.0, spread, (3, 1)) + generator.normal(0.0, 5.0, (3, 3)), 4, 250)
    linear: Array = (rows / 255.0) ** 2
    return linear


class Builder:
    """A backdrop in the making: faces and far layers are filled in one by one."""

    def __init__(self, generator: np.random.Generator, room: Array, turn: float) -> None:
        self.generator = generator
        self.kinds = np.full(6, OPEN)
        self.colours = np.zeros((6, 3, 3))
        self.scales = np.full(6, 500.0)
        self.seeds = generator.integers(1 << 12, size=6)
        self.layers = np.full((LAYERS, 6), -1.0)
        self.layer_colours = np.zeros((LAYERS, 3, 3))
        self.sky = (np.array([(196, 206, 214), (96, 142, 196)]) / 255.0) ** 2
        self.clouds, self.glow, self.haze = 0.3, 1.0, 0.3
        self.room, self.turn = room, turn

    def face(
        self, faces: Sequence[int], kind: int, scale: float, *palettes: Palette, spread: float = 0.12
    ) -> None:
        """The same surface on some faces (0 floor, 1 ceiling, 2–5 walls)."""
        colours = colours_of(self.generator, *palettes, spread=spread)
        for face in faces:
            self.kinds[face], self.scales[face], self.colours[face] = kind, scale, colours

    def layer(
        self,
        number: int,
        kind: int,
        rise: tuple[float, float],
        period: float,
        scale: float,
        *palettes: Palette,
    ) -> None:
        """Something far away up to a rise (tangent of elevation); periods are 1/10000 radian."""
        self.layers[number] = (kind, *rise, period, scale, self.generator.integers(1 << 10))
        self.layer_colours[number] = colours_of(self.generator, *palettes)

    def done(self) -> Backdrop:
        """The finished backdrop."""
        return Backdrop(
            turn=np.array([np.cos(self.turn), np.sin(self.turn)]),
            room=np.asarray(self.room, np.float64),
            kinds=self.kinds,
            colours=self.colours,
            scales=self.scales,
            seeds=self.seeds,
            sky=self.sky,
            clouds=np.array([self.clouds]),
            glow=np.array([self.glow]),
            haze=np.array([self.haze]),
            layers=self.layers,
            layer_colours=self.layer_colours,
        )


def studio(build: Builder) -> None:
    """A capture laboratory as Human3.6M's: brown-grey mat, dark curtains, a plain wall with clutter."""
    mats: Palette = ((120, 96, 74), (128, 108, 88), (112, 98, 84))
    curtains: Palette = ((44, 42, 46), (58, 54, 54), (36, 36, 44))
    build.face((0,), MAT, 1000.0, mats, ((80, 66, 54),), GREYS, spread=0.06)
    build.face((1,), PANELS, 600.0, GREYS[:2], GREYS[:2], GREYS)
    build.face((2, 3, 4, 5), CURTAIN, 330.0, curtains, curtains, curtains)
    plain = 2 + int(build.generator.integers(4))
    build.face((plain,), PANELS, 1200.0, ((150, 142, 130), (128, 124, 118)), GREYS[1:4], GREYS)


def green_screen(build: Builder) -> None:
    """A studio whose walls and floor are green cloth."""
    green: Palette = ((58, 148, 70), (66, 160, 78), (50, 136, 66))
    build.face((0,), PLAIN, 2600.0, green, green, green, spread=0.05)
    build.face((2, 3, 4, 5), PLAIN, 1500.0, green, green, green, spread=0.05)
    build.face((1,), PANELS, 700.0, GREYS[:2], GREYS[:3], GREYS)
    build.colours[2:] = 0.6 * build.colours[2:] + 0.4 * build.colours[0]
    build.scales[[0, 2, 3, 4, 5]] = 4000.0  # cloth in even light, hardly a stain


def no_green_screen(build: Builder) -> None:
    """The same kind of studio with shelves, cupboards and posters."""
    build.face((0,), MAT, 1000.0, GREYS[1:4], GREYS[:2], GREYS)
    build.face((1,), PANELS, 600.0, GREYS[2:], GREYS[2:], GREYS)
    for wall in range(2, 6):
        kind, scale = ((SHELVES, 420.0), (PANELS, 900.0), (CLUTTER, 900.0), (WALLPAPER, 2000.0))[
            int(build.generator.integers(4))
        ]
        build.face((wall,), kind, scale, WALLS, GREYS, BRIGHT)


def outdoor(build: Builder) -> None:
    """Grass or a path under the sky, with trees and houses far away."""
    generator = build.generator
    if generator.random() < 0.7:
        build.face((0,), GRASS, 900.0, GREENS, (*GREENS, *EARTH[:2]), EARTH)
    else:
        build.face(
            (0,),
            *((MAT, 900.0), (TILES, 600.0), (ASPHALT, 900.0))[int(generator.integers(3))],
            EARTH,
            GREYS,
            GREYS,
        )
    far_trees(build)
    if generator.random() < 0.5:
        houses(build)
    if generator.random() < 0.35:
        wall = 2 + int(generator.integers(4))
        build.face(
            (wall,),
            *((BRICK, 260.0), (FACADE, 1900.0), (FOLIAGE, 900.0))[int(generator.integers(3))],
            WALLS,
            GREENS,
            GREYS,
        )
    weather(build)


def far_trees(build: Builder) -> None:
    """A row of trees at the horizon, hills behind it."""
    generator = build.generator
    build.layer(
        0,
        FOLIAGE,
        (0.02, generator.uniform(0.1, 0.5)),
        generator.uniform(150, 500),
        420.0,
        GREENS,
        GREENS,
        GREENS,
    )
    build.layer(
        2,
        FOLIAGE,
        (0.04, generator.uniform(0.1, 0.3)),
        2500.0,
        2600.0,
        ((120, 140, 150),),
        ((130, 150, 150),),
        GREENS,
    )


def houses(build: Builder) -> None:
    """A row of houses at the horizon."""
    generator = build.generator
    rise, period = (0.1, generator.uniform(0.25, 0.8)), generator.uniform(1200, 3500)
    window = generator.uniform(180, 420)
    build.layer(1, FACADE, rise, period, window, WALLS, GREYS, ((40, 50, 60), (90, 110, 130)))


def weather(build: Builder) -> None:
    """A sky from clear to overcast, sometimes late in the day."""
    generator = build.generator
    build.clouds = float(generator.uniform(-0.2, 1.0))
    grey = generator.uniform(0.0, 0.8)
    build.sky = build.sky * (1 - grey) + grey * np.array([0.62, 0.64, 0.67])
    if generator.random() < 0.15:
        build.sky = build.sky * np.array([1.15, 0.85, 0.65])
    build.haze = float(generator.uniform(0.1, 0.7))


def street(build: Builder) -> None:
    """House fronts along one or two sides of a road."""
    generator = build.generator
    build.face(
        (0,),
        *((ASPHALT, 900.0), (TILES, 450.0), (BRICK, 240.0))[int(generator.integers(3))],
        GREYS[:4],
        GREYS[2:],
        GREYS[1:3],
    )
    for wall in generator.permutation(4)[: int(generator.integers(1, 4))]:
        kind, scale = ((FACADE, 1500.0), (FACADE, 2300.0), (BRICK, 260.0), (CLUTTER, 2200.0))[
            int(generator.integers(4))
        ]
        build.face(
            (2 + int(wall),),
            kind,
            scale,
            WALLS,
            (*WALLS, *BRIGHT),
            ((50, 60, 70), (100, 116, 130), (30, 34, 40)),
        )
    build.room[4] = generator.uniform(3500, 14000)
    far_trees(build)
    houses(build)
    weather(build)


def sports_field(build: Builder) -> None:
    """A court or a pitch with boards or a crowd around it."""
    generator = build.generator
    if generator.random() < 0.5:
        build.face((0,), GRASS, 900.0, GREENS, GREENS, GREYS)
    else:
        court: Palette = ((150, 74, 50), (60, 100, 150), (70, 120, 80), (190, 150, 100), (160, 120, 70))
        build.face((0,), COURT, float(generator.uniform(3000, 8000)), court, court, ((236, 236, 230),))
    for wall in generator.permutation(4)[: int(generator.integers(1, 5))]:
        kind, scale = ((CLUTTER, 420.0), (CLUTTER, 1500.0), (PANELS, 1400.0), (FOLIAGE, 1000.0))[
            int(generator.integers(4))
        ]
        palettes = (GREENS,) * 3 if kind == FOLIAGE else (BRIGHT, BRIGHT, (*BRIGHT, *WALLS))
        build.face((2 + int(wall),), kind, scale, *palettes)
    build.room[4] = generator.uniform(900, 6000)
    far_trees(build)
    if generator.random() < 0.4:
        houses(build)
    weather(build)


def indoors(build: Builder) -> None:
    """A living room, hall, gym or office."""
    generator = build.generator
    floors = ((PLANKS, 120.0), (PLANKS, 200.0), (TILES, 400.0), (MAT, 2500.0), (COURT, 4000.0))
    build.face((0,), *floors[int(generator.integers(5))], FLOORS, FLOORS, GREYS[2:])
    build.face((1,), PANELS, 620.0, GREYS[3:], GREYS[3:], GREYS[3:])
    build.face(
        (2, 3, 4, 5),
        *((PLAIN, 900.0), (WALLPAPER, 260.0), (PLAIN, 500.0))[int(generator.integers(3))],
        WALLS,
        WALLS,
        GREYS,
    )
    for wall in range(2, 6):
        if generator.random() < 0.5:
            options = (
                (SHELVES, 360.0),
                (CLUTTER, 800.0),
                (CLUTTER, 1600.0),
                (CURTAIN, 300.0),
                (FACADE, 1300.0),
                (BRICK, 240.0),
                (TILES, 220.0),
            )
            build.face(
                (wall,),
                *options[int(generator.integers(len(options)))],
                WALLS,
                (*WALLS, *BRIGHT),
                (*BRIGHT, *GREYS),
            )


def clutter(build: Builder) -> None:
    """Anything goes: every face has its own random surface."""
    generator = build.generator
    everything = (*WALLS, *FLOORS, *BRIGHT, *GREENS, *GREYS)
    for face in (0, 2, 3, 4, 5):
        kind = (PLAIN, MAT, PLANKS, TILES, GRASS, CURTAIN, BRICK, SHELVES, CLUTTER, CLUTTER, FOLIAGE)[
            int(generator.integers(11))
        ]
        build.face(
            (face,), kind, float(np.exp(generator.uniform(5.0, 7.3))), everything, everything, everything
        )
    weather(build)


def wild(build: Builder) -> None:
    """Where photographs are taken: streets, rooms, sports fields, parks, anywhere."""
    places = (street, indoors, sports_field, outdoor, clutter)
    places[int(build.generator.choice(5, p=(0.22, 0.28, 0.2, 0.15, 0.15)))](build)


BACKDROPS = {
    "studio": studio,
    "green_screen": green_screen,
    "no_green_screen": no_green_screen,
    "outdoor": outdoor,
    "wild": wild,
    "synthetic_room": indoors,
}
