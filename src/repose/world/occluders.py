"""Things that stand about: furniture, panels, plants and lamps, made of boxes, cylinders and balls.

Legend: N blocks. Millimetres, world frame, z up.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from repose.geometry.cameras import Camera
from repose.world.frames import Array
from repose.world.paint import CLUTTER, FOLIAGE, PANELS, PLAIN, PLANKS, SHELVES, THING, WALLPAPER
from repose.world.raster import BOX, CYLINDER, ELLIPSOID, OBJECT, Solids

THIN_MM = 32.0  # thinner legs and posts cast no shadow worth the time
THING_COLOURS = (
    *(
        (120, 84, 52),
        (168, 128, 84),
        (86, 58, 40),
        (60, 60, 64),
        (200, 200, 196),
        (150, 152, 158),
        (36, 38, 44),
    ),
    *((150, 40, 40), (40, 80, 140), (50, 110, 70), (190, 160, 60), (110, 70, 110), (210, 190, 170)),
)
LEAVES = ((46, 92, 40), (70, 120, 46), (36, 70, 44), (96, 118, 52))


class Block(NamedTuple):
    """One box, cylinder (upright) or ball."""

    kind: int  # BOX | CYLINDER | ELLIPSOID
    centre_mm: tuple[float, float, float]
    half_mm: tuple[float, float, float]
    turn: float  # about the vertical, radians
    surface: int  # a surface of paint.py
    colours: np.ndarray  # (3,3) linear RGB
    scale_mm: float
    seed: int
    shadow: float = 0.5


Parts = list[Block]
Maker = Callable[[np.random.Generator], Parts]


def tinted(generator: np.random.Generator, palette: Sequence[tuple[int, ...]], spread: float = 0.12) -> Array:
    """Three colours (3, 3) of a thing, linear: one of the palette, a variation, and another."""
    base = np.array(palette[int(generator.integers(len(palette)))], np.float64)
    other = np.array(palette[int(generator.integers(len(palette)))], np.float64)
    rows = [base, base * generator.uniform(0.6, 1.3), other]
    colours = np.clip(np.stack(rows) * generator.normal(1.0, spread, (3, 1)), 5, 245)
    linear: Array = (colours / 255.0) ** 2
    return linear


class Carpenter:
    """Collects the blocks of one thing, which all have its colours."""

    def __init__(
        self, generator: np.random.Generator, surface: int, palette: Sequence[tuple[int, ...]]
    ) -> None:
        self.surface, self.colours = surface, tinted(generator, palette)
        self.seed, self.scale = int(generator.integers(1 << 12)), float(generator.uniform(90, 400))
        self.blocks: Parts = []

    def add(
        self,
        kind: int,
        centre: tuple[float, float, float],
        half: tuple[float, float, float],
        surface: int | None = None,
    ) -> None:
        """One more block, in the thing's own frame."""
        kept = self.surface if surface is None else surface
        block = Block(kind, centre, half, 0.0, kept, self.colours, self.scale, self.seed + len(self.blocks))
        self.blocks.append(block)


def table(generator: np.random.Generator) -> Parts:
    """A top on four legs."""
    make = Carpenter(generator, PLANKS, THING_COLOURS)
    x, y, z = generator.uniform(400, 900), generator.uniform(300, 500), generator.uniform(650, 780)
    make.add(BOX, (0, 0, z), (x, y, 22))
    for side_x in (-1, 1):
        for side_y in (-1, 1):
            make.add(BOX, (side_x * (x - 50), side_y * (y - 50), z / 2), (28, 28, z / 2))
    return make.blocks


def chair(generator: np.random.Generator) -> Parts:
    """Seat, back and four legs."""
    make = Carpenter(generator, PLAIN, THING_COLOURS)
    make.add(BOX, (0, 0, 445), (215, 215, 25))
    make.add(BOX, (0, 205, 760), (205, 18, generator.uniform(120, 200)))
    for side_x in (-1, 1):
        make.add(BOX, (side_x * 190, 200, 440), (18, 18, 440))
        make.add(BOX, (side_x * 190, -190, 215), (18, 18, 215))
    return make.blocks


def crate(generator: np.random.Generator) -> Parts:
    """One box of any size and surface."""
    surface = int(generator.choice((PLAIN, PLANKS, PANELS, CLUTTER)))
    make = Carpenter(generator, surface, THING_COLOURS)
    x, y, z = generator.uniform(180, 500), generator.uniform(180, 400), generator.uniform(200, 650)
    make.add(BOX, (0, 0, z), (x, y, z))
    return make.blocks


def shelf(generator: np.random.Generator) -> Parts:
    """A book case."""
    make = Carpenter(generator, SHELVES, THING_COLOURS)
    make.scale = float(generator.uniform(260, 400))
    z = generator.uniform(600, 1050)
    make.add(BOX, (0, 0, z), (generator.uniform(350, 700), 160, z))
    return make.blocks


def plant(generator: np.random.Generator) -> Parts:
    """A pot with a bush."""
    make = Carpenter(generator, FOLIAGE, LEAVES)
    make.scale = 260.0
    pot = generator.uniform(120, 210)
    make.add(CYLINDER, (0, 0, pot), (pot, pot, pot), PLAIN)
    for level in range(3):
        size = generator.uniform(160, 300)
        x, y = generator.normal(0, 90, 2)
        make.add(ELLIPSOID, (x, y, 2 * pot + 150 + 210 * level), (size, size, size * 0.9))
    return make.blocks


def tree(generator: np.random.Generator) -> Parts:
    """A trunk and a crown of a few balls."""
    make = Carpenter(generator, FOLIAGE, LEAVES)
    make.scale = 900.0
    trunk = generator.uniform(1000, 1700)
    make.add(CYLINDER, (0, 0, trunk), (130, 130, trunk), PLANKS)
    for _ in range(4):
        size = generator.uniform(800, 1500)
        x, y, z = generator.normal(0, 600, 3)
        make.add(ELLIPSOID, (x, y, 2 * trunk + 700 + z), (size, size, size * 0.85))
    return make.blocks


def pole(generator: np.random.Generator) -> Parts:
    """A post, lamp or pillar."""
    make = Carpenter(generator, PLAIN, THING_COLOURS)
    radius, z = generator.uniform(40, 160), generator.uniform(900, 1600)
    make.add(CYLINDER, (0, 0, z), (radius, radius, z))
    return make.blocks


def panel(generator: np.random.Generator) -> Parts:
    """A board that stands on the floor."""
    surface = int(generator.choice((PLAIN, CLUTTER, WALLPAPER)))
    make = Carpenter(generator, surface, THING_COLOURS)
    z = generator.uniform(350, 800)
    make.add(BOX, (0, 0, z), (generator.uniform(250, 600), 20, z))
    return make.blocks


def sofa(generator: np.random.Generator) -> Parts:
    """Seat, back and arms."""
    make = Carpenter(generator, PLAIN, THING_COLOURS)
    x = generator.uniform(600, 1000)
    make.add(BOX, (0, 0, 210), (x, 420, 210))
    make.add(BOX, (0, 360, 430), (x, 90, 400))
    for side in (-1, 1):
        make.add(BOX, (side * (x + 60), 0, 300), (90, 430, 300))
    return make.blocks


def lamp(generator: np.random.Generator) -> Parts:
    """A stand with a shade."""
    make = Carpenter(generator, PLAIN, THING_COLOURS)
    z = generator.uniform(600, 850)
    make.add(CYLINDER, (0, 0, z), (16, 16, z))
    make.add(CYLINDER, (0, 0, 2 * z), (180, 180, 130))
    make.add(CYLINDER, (0, 0, 15), (160, 160, 15))
    return make.blocks


INDOORS: tuple[Maker, ...] = (table, chair, crate, shelf, plant, sofa, lamp, panel)
OUTDOORS: tuple[Maker, ...] = (tree, pole, crate, plant, tree)
STUDIO: tuple[Maker, ...] = (chair, table, crate, panel, pole, lamp)
IN_FRONT: tuple[Maker, ...] = (table, chair, crate, plant, panel, pole, shelf, sofa)


def placed(blocks: Parts, at_mm: Sequence[float], turn: float, size: float = 1.0) -> Parts:
    """A thing put on the floor at (x, y), turned about the vertical and scaled."""
    cos, sin = np.cos(turn), np.sin(turn)
    moved = []
    for block in blocks:
        x, y, z = (size * value for value in block.centre_mm)
        centre = (at_mm[0] + cos * x - sin * y, at_mm[1] + sin * x + cos * y, z)
        half = (block.half_mm[0] * size, block.half_mm[1] * size, block.half_mm[2] * size)
        moved.append(
            Block(
                block.kind,
                centre,
                half,
                turn,
                block.surface,
                block.colours,
                block.scale_mm,
                block.seed,
                block.shadow,
            )
        )
    return moved


def hidden_share(blocks: Sequence[Block], eye_mm: Array, points_mm: Array) -> float:
    """Share of points (P, 3) that lie behind the boxes around the blocks, seen from a place."""
    turns = np.array([block.turn for block in blocks])
    cos, sin = np.cos(turns)[:, None], np.sin(turns)[:, None]
    centre = np.array([block.centre_mm for block in blocks])[:, None]  # N, 1, 3
    half = np.array([block.half_mm for block in blocks])[:, None]
    start, end = ([place[..., axis] for axis in range(3)] for place in (eye_mm - centre, points_mm - centre))
    enter, leave = np.zeros(1), np.ones(1)
    for x0, x1, size in (
        (cos * start[0] + sin * start[1], cos * end[0] + sin * end[1], half[..., 0]),
        (cos * start[1] - sin * start[0], cos * end[1] - sin * end[0], half[..., 1]),
        (start[2], end[2], half[..., 2]),
    ):
        way = np.where(np.abs(x1 - x0) < 1e-9, 1e-9, x1 - x0)
        first, second = (-size - x0) / way, (size - x0) / way
        enter = np.maximum(enter, np.minimum(first, second))
        leave = np.minimum(leave, np.maximum(first, second))
    return float((enter < leave).any(0).mean())


def block_solids(blocks: Sequence[Block], camera: Camera) -> Solids:
    """Blocks as solids in the camera's frame; `end` holds the half extents of their camera-aligned boxes."""
    n = len(blocks)
    rotation = np.asarray(camera.rotation)
    turns = np.array([block.turn for block in blocks])
    half = np.array([block.half_mm for block in blocks]).reshape(n, 3)
    zero, one = np.zeros(n), np.ones(n)
    axes = np.array(
        [[np.cos(turns), np.sin(turns), zero], [-np.sin(turns), np.cos(turns), zero], [zero, zero, one]]
    )
    axes = np.moveaxis(axes, -1, 0) @ rotation.T  # n, 3, 3: rows are the block's axes in the camera
    centre = camera.to_camera(np.array([block.centre_mm for block in blocks]).reshape(n, 3))
    foot = centre - axes[:, 2] * half[:, 2:]
    return Solids(
        kind=np.array([block.kind for block in blocks], np.int64),
        owner=np.full(n, OBJECT),
        start=np.ascontiguousarray(centre),
        end=np.abs(axes * half[:, :, None]).sum(1),
        radius=np.repeat(half[:, :2].mean(1, keepdims=True), 2, axis=1),
        axis=np.zeros((n, 3)),
        squash=zero,
        to_unit=np.ascontiguousarray(axes / half[:, :, None]),
        shadow=np.where(half[:, :2].min(1) > THIN_MM, [block.shadow for block in blocks], 0.0),
        material=np.full(n, THING),
        pattern=np.array([block.surface for block in blocks], np.int64),
        frame=np.ascontiguousarray(axes),
        origin=foot,
        colours=np.stack([block.colours[[0, 1, 2, 2]] for block in blocks]) if n else np.zeros((0, 4, 3)),
        numbers=np.array([(block.scale_mm, block.seed, 0.0, 0.0) for block in blocks]).reshape(n, 4),
        gloss=np.full(n, 0.05),
    )
