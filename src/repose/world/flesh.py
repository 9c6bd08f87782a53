"""From body points to solids: a person is the table of parts of `anatomy.py`.

All figures of a picture are built by a few matrix products and two loops. Legend: K figures, P points,
D directions, N parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from repose.world.anatomy import BULGE, CUTS, DIRECTIONS, FRAMES, GARMENTS, GIRTHS, PALETTE, TERMS, parts
from repose.world.body import POINTS, Subject
from repose.world.frames import Array
from repose.world.kernels import kernel, part
from repose.world.look import Look
from repose.world.raster import CONE, Solids

NECK, HEAD_MIDDLE = POINTS.index("neck"), POINTS.index("head")
TRUNK_TRIADS = (("r_shoulder", "l_shoulder", "spine", "neck"), ("r_hip", "l_hip", "pelvis", "spine"))
TRIADS = np.array(
    [
        [POINTS.index(name) for name in names]
        for names in (*TRUNK_TRIADS, ("head", "nose", "head", "head_top"))
    ]
)
HAND = ("wrist", "hand", "thumb")
PALMS = np.array([[POINTS.index(f"{side}_{name}") for name in HAND] for side in ("r", "l")])


@dataclass(frozen=True)
class Figure:
    """A person in a pose."""

    points_mm: Array  # P, 3, world
    subject: Subject
    look: Look


@cache
def _matrices() -> tuple[Array, Array, Array, np.ndarray]:
    """Centres (N, P+D) of starts and ends, radii (2, N, girths), flattened directions (N,)."""
    table = parts()
    starts, ends = np.zeros((2, len(table), len(TERMS)))
    radii = np.zeros((2, len(table), len(GIRTHS)))
    for row, piece in enumerate(table):
        for term, weight in piece.start.items():
            starts[row, TERMS.index(term)] = weight
        for term, weight in piece.end.items():
            ends[row, TERMS.index(term)] = weight
        for end in (0, 1):
            for girth, weight in piece.radii[end].items():
                radii[end, row, GIRTHS.index(girth)] = weight
    flat = np.array([DIRECTIONS.index(piece.flat[0]) for piece in table])
    return starts, ends, radii, flat


@cache
def _columns() -> dict[str, np.ndarray]:
    """What does not depend on the figure, one row per part."""
    table = parts()
    return {
        "squash": np.array([piece.flat[1] for piece in table]),
        "material": np.array([piece.material for piece in table]),
        "frame": np.array([FRAMES.index(piece.frame) for piece in table]),
        "garment": np.array([GARMENTS.index(piece.garment) for piece in table]),
        "cut": np.array([CUTS.index(piece.cut) for piece in table]),
        "paint": np.array([[PALETTE.index(name) for name in (*piece.paint, "skin")] for piece in table]),
        "shadow": np.array([piece.shadow for piece in table]),
        "gloss": np.array([piece.gloss for piece in table]),
        "bearing": np.array(
            [
                piece.cut in ("upper_arm", "forearm", "forearm_end", "thigh", "calf", "calf_end")
                for piece in table
            ]
        ),
    }


@part
def unit_cross(ax, ay, az, bx, by, bz):  # type: ignore[no-untyped-def]
    """Unit vector at right angles to two."""
    x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    size = np.sqrt(x * x + y * y + z * z) + 1e-12
    return x / size, y / size, z / size


@kernel
def add_directions(terms, triads, palms, first):  # type: ignore[no-untyped-def]
    """Fills the directions, which stand behind the body's points in terms (K, P+D, 3).

    triads (3,4): points whose difference (second minus first) is about across, and that which is up, of
    chest, pelvis and head; the head's "across" is its front. palms (2,3): wrist, hand, thumb.
    """
    for k in range(terms.shape[0]):
        t = terms[k]
        for triad in range(3):
            a, b, low, high = triads[triad]
            ux, uy, uz = t[high, 0] - t[low, 0], t[high, 1] - t[low, 1], t[high, 2] - t[low, 2]
            ax, ay, az = t[b, 0] - t[a, 0], t[b, 1] - t[a, 1], t[b, 2] - t[a, 2]
            row = first + 3 * triad
            if triad < 2:  # across × up = front; front stands square on the spine
                fx, fy, fz = unit_cross(ax, ay, az, ux, uy, uz)
                lx, ly, lz = unit_cross(ux, uy, uz, fx, fy, fz)
            else:  # the face decides, the top of the head follows
                lx, ly, lz = unit_cross(ux, uy, uz, ax, ay, az)
                size = np.sqrt(ax * ax + ay * ay + az * az) + 1e-12
                fx, fy, fz = ax / size, ay / size, az / size
            t[row, 0], t[row, 1], t[row, 2] = lx, ly, lz
            t[row + 1, 0], t[row + 1, 1], t[row + 1, 2] = unit_cross(fx, fy, fz, lx, ly, lz)
            t[row + 2, 0], t[row + 2, 1], t[row + 2, 2] = fx, fy, fz
        for hand in range(2):
            wrist, palm, thumb = palms[hand]
            ax, ay, az = t[palm, 0] - t[wrist, 0], t[palm, 1] - t[wrist, 1], t[palm, 2] - t[wrist, 2]
            bx, by, bz = t[thumb, 0] - t[wrist, 0], t[thumb, 1] - t[wrist, 1], t[thumb, 2] - t[wrist, 2]
            row = first + 9 + hand
            t[row, 0], t[row, 1], t[row, 2] = unit_cross(ax, ay, az, bx, by, bz)


def _dressed(look: Look, female: bool) -> tuple[Array, Array, np.ndarray, Array]:
    """A look's palette (C,3), widths by garment (G,), patterns by garment (G,) and cuts."""
    colours = {name: getattr(look, name) for name in PALETTE[:-2]}
    colours["sleeve"] = look.shirt_accent if look.asymmetry == 1 else look.shirt
    colours["leg"] = look.trousers_accent if look.asymmetry == 2 else look.trousers
    widths = dict.fromkeys(GARMENTS, 0.0) | {"none": 1.0, "shirt": 1.0 + 0.5 * look.loose}
    widths |= {"sleeve": 1.0, "trousers": 1.0}
    widths["skirt"] = 1.0 if look.skirt else 0.0
    widths["bust"] = 1.0 + 0.3 * look.loose if female else 0.0
    widths["hair_any"] = 0.0 if look.hair_style in ("bald", "cap") else 1.0
    if f"hair_{look.hair_style}" in widths:
        widths[f"hair_{look.hair_style}"] = 1.0
    patterns = dict.fromkeys(("shirt", "sleeve", "bust"), look.shirt_pattern)
    patterns["trousers"] = look.trousers_pattern
    cuts = {
        "all": 9.0,
        "bare": -9.0,
        "upper_arm": look.sleeves,
        "forearm": (look.sleeves - 1.0) / BULGE,
        "forearm_end": (look.sleeves - 1.0 - BULGE) / (1.0 - BULGE),
        "thigh": look.legs if look.skirt == 0 else 0.62,  # under the skirt
        "calf": (look.legs - 1.0) / BULGE,
        "calf_end": (look.legs - 1.0 - BULGE) / (1.0 - BULGE),
        "skirt": look.skirt,
        "hem": look.hem,
    }
    cuts["hairline"] = 999.0 if look.hair_style == "bald" else 74.0
    return (
        np.array([colours[name] for name in PALETTE]),
        np.array([widths[name] for name in GARMENTS]),
        np.array([patterns.get(name, 0) for name in GARMENTS]),
        np.array([cuts[name] for name in CUTS]),
    )


@kernel
def place_frames(terms, start, end, frame, first, frames, origin):  # type: ignore[no-untyped-def]
    """The painter's axes (K,N,3,3) and origin (K,N,3) of every part.

    Limbs: across, along (0 at the start, 1 at the end), out. Trunk: left, up (0 pelvis – 1 neck), front, from
    the pelvis. Head: left, up, front in mm, from its middle.
    """
    for k in range(terms.shape[0]):
        sx, sy = terms[k, NECK, 0] - terms[k, 0, 0], terms[k, NECK, 1] - terms[k, 0, 1]
        sz = terms[k, NECK, 2] - terms[k, 0, 2]
        trunk = np.sqrt(sx * sx + sy * sy + sz * sz) + 1e-6
        for i in range(start.shape[1]):
            if frame[i] > 0:
                row = first + 3 * (frame[i] - 1)
                base = HEAD_MIDDLE if frame[i] == 3 else 0
                for c in range(3):
                    origin[k, i, c] = terms[k, base, c]
                    for axis in range(3):
                        frames[k, i, axis, c] = terms[k, row + axis, c]
                    frames[k, i, 1, c] /= 1.0 if frame[i] == 3 else trunk
                continue
            ex, ey, ez = (
                end[k, i, 0] - start[k, i, 0],
                end[k, i, 1] - start[k, i, 1],
                end[k, i, 2] - start[k, i, 2],
            )
            length2 = ex * ex + ey * ey + ez * ez + 1e-6
            f = frames[k, i]
            x, y, z = unit_cross(
                ex, ey, ez, terms[k, first + 2, 0], terms[k, first + 2, 1], terms[k, first + 2, 2]
            )
            f[0, 0], f[0, 1], f[0, 2] = x, y, z
            f[1, 0], f[1, 1], f[1, 2] = ex / length2, ey / length2, ez / length2
            f[2, 0], f[2, 1], f[2, 2] = unit_cross(x, y, z, ex, ey, ez)
            origin[k, i, 0], origin[k, i, 1], origin[k, i, 2] = start[k, i, 0], start[k, i, 1], start[k, i, 2]


@kernel
def swallow(start, end, radius):  # type: ignore[no-untyped-def]
    """Cones (N) whose one ball lies inside the other become that ball."""
    for i in range(start.shape[0]):
        ex, ey, ez = end[i, 0] - start[i, 0], end[i, 1] - start[i, 1], end[i, 2] - start[i, 2]
        if abs(radius[i, 0] - radius[i, 1]) >= np.sqrt(ex * ex + ey * ey + ez * ez) - 1e-3:
            if radius[i, 1] > radius[i, 0]:
                radius[i, 0] = radius[i, 1]
                start[i, 0], start[i, 1], start[i, 2] = end[i, 0], end[i, 1], end[i, 2]
            radius[i, 1] = radius[i, 0]
            end[i, 0], end[i, 1], end[i, 2] = start[i, 0], start[i, 1], start[i, 2]


class Outfit(NamedTuple):
    """What does not change with the pose of a figure, one row per part."""

    radius: Array  # N, 2
    pattern: np.ndarray  # N
    colours: Array  # N, 4, 3
    numbers: Array  # N, 4


@lru_cache(maxsize=256)
def _outfit(subject: Subject, look: Look) -> Outfit:
    """Radii and paint of a person's parts."""
    _, _, radii_of, _ = _matrices()
    columns = _columns()
    palette, widths, patterns, cuts = _dressed(look, subject.sex == "female")
    cut, garment, frame = cuts[columns["cut"]], columns["garment"], columns["frame"]
    girths = np.array([subject.girth[name] for name in GIRTHS])
    loose = 1.0 + look.loose * (columns["bearing"] & (cut > 0.5))
    radius = (radii_of @ girths) * (widths[garment] * loose)
    beard = float(look.beard and subject.sex == "male")
    second = np.where(frame == FRAMES.index("head"), beard, look.neckline)
    count = len(frame)
    numbers = np.stack(
        [cut, second, np.full(count, look.pattern_mm), np.full(count, float(look.seed))], axis=1
    )
    return Outfit(np.ascontiguousarray(radius.T), patterns[garment], palette[columns["paint"]], numbers)


def figure_solids(points: Array, subjects: Sequence[Subject], looks: Sequence[Look]) -> Solids:
    """All figures' parts as solids, figure after figure; points (K, P, 3) in the camera frame."""
    starts_of, ends_of, _, flat = _matrices()
    columns = _columns()
    count, size = len(points), len(flat)
    terms = np.concatenate([points, np.empty((count, len(DIRECTIONS), 3))], axis=1)
    add_directions(terms, TRIADS, PALMS, len(POINTS))
    start, end = starts_of @ terms, ends_of @ terms  # K, N, 3
    frames, origin = np.empty((count, size, 3, 3)), np.empty((count, size, 3))
    place_frames(terms, start, end, columns["frame"], len(POINTS), frames, origin)
    outfits = [_outfit(subject, look) for subject, look in zip(subjects, looks, strict=True)]
    radius, pattern, colours, numbers = (np.concatenate(rows) for rows in zip(*outfits, strict=True))
    start, end = start.reshape(-1, 3), end.reshape(-1, 3)
    limb = np.tile(columns["frame"] == 0, count)
    numbers[limb, 1] = np.sqrt(((end - start) ** 2).sum(-1))[limb]
    swallow(start, end, radius)
    return Solids(
        kind=np.full(count * size, CONE),
        owner=np.repeat(np.arange(count), size),
        start=start,
        end=end,
        radius=radius,
        axis=terms[:, len(POINTS) + flat].reshape(-1, 3),
        squash=np.tile(columns["squash"], count),
        to_unit=np.zeros((count * size, 3, 3)),
        shadow=np.tile(columns["shadow"], count),
        material=np.tile(columns["material"], count),
        pattern=pattern,
        frame=frames.reshape(-1, 3, 3),
        origin=origin.reshape(-1, 3),
        colours=colours,
        numbers=numbers,
        gloss=np.tile(columns["gloss"], count),
    )
