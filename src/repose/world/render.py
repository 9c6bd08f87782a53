"""Pictures of people: figures, things and a backdrop seen by a camera, with true depth.

Legend: K figures, P points, H×W pixels. Millimetres, world frame, z up; depth is the camera's z.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from repose.foundations.rng import rng
from repose.geometry.cameras import Camera
from repose.world import paint, raster
from repose.world.backdrops import Backdrop
from repose.world.body import POINTS, Subject
from repose.world.film import developed
from repose.world.flesh import Figure, figure_solids
from repose.world.frames import Array
from repose.world.occluders import Block, block_solids
from repose.world.raster import BACKDROP, OBJECT, Samples, Solids
from repose.world.scene import Light

__all__ = ["BACKDROP", "OBJECT", "Figure", "Picture", "render", "tolerance_mm", "visible_points"]

MARGIN_MM = 50.0  # of clothes, hair and pixels that lie between a joint and its limb's surface
AROUND = np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)])  # spots at which a joint is looked for


@dataclass(frozen=True)
class Picture:
    """An image and what is where in it."""

    image: np.ndarray  # H, W, 3 uint8 RGB
    depth_mm: np.ndarray  # H, W float32, inf where the backdrop is seen
    owner: np.ndarray  # H, W int16: BACKDROP, OBJECT, or the figure's number


@cache
def _noise() -> np.ndarray:
    """A tileable fractal noise around 0.5 and its mean pyramid, all levels in one row (float32)."""
    size = paint.NOISE_SIZE
    generator = rng(0, "surface noise")
    level = np.zeros((size, size))
    for cells in (4, 8, 16, 32, 64, 128, 256):
        values = generator.standard_normal((cells, cells)) * cells**-0.55
        for axis in (0, 1):
            fine = np.arange(size) * cells / size
            low = fine.astype(int)
            share = (fine - low).reshape((-1, 1) if axis == 0 else (1, -1))
            smooth = share * share * (3 - 2 * share)
            first, second = np.take(values, low, axis), np.take(values, (low + 1) % cells, axis)
            values = first * (1 - smooth) + second * smooth
        level += values
    level = np.clip(0.5 + 0.2 * level / level.std(), 0, 1)
    levels = []
    while True:
        levels.append(level.ravel())
        if len(level) == 1:
            return np.concatenate(levels).astype(np.float32)
        level = level.reshape(len(level) // 2, 2, -1, 2).mean((1, 3))


@lru_cache(maxsize=16)
def _rays(lens: tuple[float, ...], width: int, height: int) -> np.ndarray:
    """The ray map of a lens: focal (2), centre (2), radial (3), tangential (2)."""
    numbers = np.array(lens)
    rays = np.empty((height, width, 2))
    distorted = bool(np.any(numbers[4:]))
    raster.ray_map(numbers[:2], numbers[2:4], numbers[4:7], numbers[7:], distorted, rays)
    return rays


def camera_rays(camera: Camera) -> np.ndarray:
    """Normalised ray (H, W, 2) of every pixel's centre; a pixel covers [i, i + 1)."""
    lens = np.concatenate([camera.focal, camera.center, camera.radial, camera.tangential])
    return _rays(tuple(lens.tolist()), camera.width, camera.height)


def _stacked(first: Solids, second: Solids) -> Solids:
    """The solids of both."""
    return Solids(*(np.concatenate(pair) for pair in zip(first, second, strict=True)))


def _all_solids(
    figures: Sequence[Figure], occluders: Sequence[Block], camera: Camera, pixel: float
) -> Solids:
    """Everything that has a shape; limbs are at least about a pixel wide, so that far people stay whole."""
    solids = block_solids(occluders, camera)
    if not figures:
        return solids
    points = camera.to_camera(np.stack([figure.points_mm for figure in figures]).astype(np.float64))
    people = figure_solids(
        points, [figure.subject for figure in figures], [figure.look for figure in figures]
    )
    least = 0.45 * pixel * np.stack([people.start[:, 2], people.end[:, 2]], axis=-1)
    np.copyto(people.radius, least, where=(people.radius > 0) & (people.radius < least))
    return _stacked(people, solids) if len(occluders) else people


def _room_for_samples(most: int) -> Samples:
    """Empty arrays for as many samples as there can be; memory that is not used is never touched."""
    where, normal = np.empty((2, most, 3), np.float32)
    return Samples(
        np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.float32), where, normal
    )


def render(
    figures: Sequence[Figure],
    camera: Camera,
    backdrop: Backdrop,
    light: Light,
    occluders: Sequence[Block],
    seed: int,
    *key: str | int,
) -> Picture:
    """The picture of a scene; seed and key decide exposure, blur and the sensor's noise."""
    height, width = camera.height, camera.width
    rays = camera_rays(camera)
    pixel = 1.0 / float(camera.focal[0])
    solids = _all_solids(figures, occluders, camera, pixel)
    depth, seen = np.full((height, width), np.inf), np.full((height, width), BACKDROP, np.int32)
    raster.trace(solids, rays, depth, seen)
    samples = _room_for_samples(4 * height * width)
    count = raster.refine(solids, rays, depth, seen, np.empty(raster.MAX_CANDIDATES, np.int64), samples)

    to_world = np.ascontiguousarray(np.asarray(camera.rotation, np.float64).T)
    eye = np.asarray(camera.position_mm, np.float64)
    lamp = np.array(light.direction)
    direct, ambient = np.ones((2, height, width), np.float32)
    raster.floor_shadow(solids, rays, to_world, eye, lamp, direct, ambient)

    cos, sin = backdrop.turn
    turn = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
    to_room = turn @ to_world
    faces = np.full(height * width, paint.NO_FACE, np.int8)
    paint.find_faces(count, samples, to_room, turn @ eye, backdrop, faces)
    film = np.zeros((height * width, 3), np.float32)
    paint.paint(
        count, samples, solids, to_room, turn @ eye, pixel,
        turn @ lamp, to_world.T @ lamp, to_world[2].copy(),
        np.array(light.sun), np.array(light.fill), backdrop, _noise(), direct, ambient, faces, film,
    )  # fmt: skip
    image = developed(film.reshape(height, width, 3), seed, *key)
    owners = np.append(solids.owner, BACKDROP)  # solid −1 is the backdrop
    return Picture(image, depth.astype(np.float32), owners[seen].astype(np.int16))


def tolerance_mm(subject: Subject) -> Array:
    """How far (P,) the surface in front of each body point may be for the point to count as visible."""
    girth = subject.girth
    widths = {  # what an annotator takes for the joint's own flesh: of the trunk, most of its depth
        **dict.fromkeys(("pelvis", "belly", "hip"), ("hip_width", 1.0)),
        **dict.fromkeys(("spine", "spine2"), ("waist_width", 1.0)),
        **dict.fromkeys(("neck", "thorax"), ("chest_depth", 1.8)),
        **dict.fromkeys(("spine3", "spine4", "shoulder", "clavicle"), ("chest_depth", 1.2)),
        **dict.fromkeys(("upper_neck", "head", "head_top"), ("head_depth", 1.0)),
        **{"ear": ("wrist", 1.0), "elbow": ("forearm", 1.2), "wrist": ("hand", 1.2), "hand": ("hand", 1.0)},
        **{"knee": ("thigh", 1.0), "ankle": ("foot", 1.2)},
        **dict.fromkeys(("heel", "foot", "toe"), ("foot", 1.0)),
    }
    names = [point[2:] if point[:2] in ("r_", "l_") else point for point in POINTS]
    own = [widths.get(name, ("foot", 0.0)) for name in names]
    return np.array([share * girth[width] + MARGIN_MM for width, share in own])


def visible_points(
    points_cam: Array,
    picture: Picture,
    camera: Camera,
    tolerance: Array | float = 150.0,
    reach_mm: float = 0.0,
) -> np.ndarray:
    """Which points (…, 3) of the camera's frame the picture shows: in the frame and not behind a surface.

    `tolerance` in mm, one number or one per point (`tolerance_mm`): a joint lies inside its own limb. A joint
    counts where two of five spots are free, itself and what lies `reach_mm` around it: half a limb is seen.
    """
    points = np.asarray(points_cam, np.float64)
    ahead = points[..., 2] > raster.NEAR_MM
    safe = np.where(ahead[..., None], points, [0.0, 0.0, 1000.0])
    pixels = camera.project(safe)
    limits = np.array(picture.depth_mm.shape[::-1])
    inside = ahead & ((pixels >= 0) & (pixels < limits)).all(-1)
    spots = reach_mm * camera.focal / safe[..., None, 2:] * AROUND + pixels[..., None, :]  # …, 5, 2
    spots = np.clip(np.where(inside[..., None, None], spots, 0.0), 0, limits - 1).astype(int)
    free = points[..., None, 2] - picture.depth_mm[spots[..., 1], spots[..., 0]]
    seen = free < np.asarray(tolerance)[..., None]
    return np.asarray(inside & (seen.sum(-1) >= 2))
