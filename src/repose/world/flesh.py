"""From body points to solids: the round cones that make up a person, and what each is painted with.

A person is a table of parts. Centres are weighted sums of body points and of the unit directions of chest,
pelvis, head and hands (weights in mm); radii are weighted sums of girths. So all figures of a picture are
built by a few matrix products. Legend: K figures, P points, D directions, N parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from repose.world.body import POINTS, Subject
from repose.world.frames import Array
from repose.world.kernels import kernel
from repose.world.kernels import part as inlined
from repose.world.look import Look
from repose.world.paint import HAIR, HEAD, LIMB, TORSO
from repose.world.raster import CONE, Solids

DIRECTIONS = (
    *("chest_left", "chest_up", "chest_front", "pelvis_left", "pelvis_up", "pelvis_front"),
    *("head_left", "head_up", "head_front", "r_palm", "l_palm"),
)
TERMS = (*POINTS, *DIRECTIONS)
GIRTHS = (
    *("neck", "head_width", "head_depth", "chest_width", "chest_depth", "waist_width", "waist_depth"),
    *("hip_width", "hip_depth", "upper_arm", "elbow", "forearm", "wrist", "hand", "thigh", "knee", "calf"),
    *("ankle", "foot"),
)
PALETTE = (
    "skin",
    "hair",
    "hat",
    "shirt",
    "shirt_accent",
    "trousers",
    "trousers_accent",
    "shoes",
    "sleeve",
    "leg",
)
FRAMES = ("limb", "chest", "pelvis", "head")
GARMENTS = (
    "none",
    "shirt",
    "trousers",
    "skirt",
    "bust",
    *(f"hair_{s}" for s in ("any", "long", "tail", "bun", "cap", "hat")),
)
BULGE = 0.32  # where forearm and calf are widest, as a share of their length
CUTS = (
    "all",
    "bare",
    "upper_arm",
    "forearm",
    "forearm_end",
    "thigh",
    "calf",
    "calf_end",
    "skirt",
    "hem",
    "hairline",
)

NECK, HEAD_MIDDLE = POINTS.index("neck"), POINTS.index("head")
TRIADS = np.array([
    [POINTS.index(name) for name in names]
    for names in (("r_shoulder", "l_shoulder", "spine", "neck"), ("r_hip", "l_hip", "pelvis", "spine"),
                  ("head", "nose", "head", "head_top"))
])  # fmt: skip
PALMS = np.array(
    [[POINTS.index(f"{side}_{name}") for name in ("wrist", "hand", "thumb")] for side in ("r", "l")]
)

Weights = dict[str, float]


@dataclass(frozen=True)
class Figure:
    """A person in a pose."""

    points_mm: Array  # P, 3, world
    subject: Subject
    look: Look


@dataclass(frozen=True)
class Part:
    """One round cone: centres by points and directions, radii by girths, paint by names of the palette."""

    start: Weights
    end: Weights
    radii: tuple[Weights, Weights]
    paint: tuple[str, str, str]  # main, accent, and what is bare of cloth (of the trunk: below the hem)
    garment: str = "none"  # what widens it, patterns it, or decides whether it is there
    cut: str = "all"
    material: int = LIMB
    frame: str = "limb"
    flat: tuple[str, float] = ("chest_front", 0.0)  # flattened along a direction, by 1 + this
    shadow: float = 0.0
    gloss: float = field(default=0.1)


def _trunk() -> list[Part]:
    shirt, trousers = ("shirt", "shirt_accent", "trousers"), ("trousers", "trousers_accent", "skin")
    torso = {"paint": shirt, "garment": "shirt", "cut": "hem", "material": TORSO, "frame": "chest"}
    parts = [
        Part({"spine": 0.6, "belly": 0.4}, {"spine3": 1.0, "chest_up": 5.0}, ({"waist_width": 1.0}, {"chest_width": 0.98}),
             flat=("chest_front", 0.36), shadow=0.75, **torso),
        Part({"pelvis": 0.8, "belly": 0.2}, {"spine": 0.8, "belly": 0.2}, ({"hip_width": 0.9}, {"waist_width": 1.0}),
             flat=("pelvis_front", 0.38), shadow=0.75, **torso | {"frame": "pelvis"}),
        Part({"spine4": 0.42, "r_shoulder": 0.58, "chest_up": -32.0}, {"spine4": 0.42, "l_shoulder": 0.58, "chest_up": -32.0},
             ({"chest_depth": 0.84}, {"chest_depth": 0.84}), shadow=0.75, **torso),
        Part({"r_hip": 0.52, "pelvis": 0.48, "pelvis_front": -12.0}, {"l_hip": 0.52, "pelvis": 0.48, "pelvis_front": -12.0},
             ({"hip_depth": 0.98}, {"hip_depth": 0.98}), shadow=0.75, **torso | {"frame": "pelvis"}),
        Part({"spine3": 0.55, "spine4": 0.1, "r_shoulder": 0.35, "chest_front": 52.0, "chest_up": -40.0},
             {"spine3": 0.55, "spine4": 0.1, "l_shoulder": 0.35, "chest_front": 52.0, "chest_up": -40.0},
             ({"chest_depth": 0.62}, {"chest_depth": 0.62}), **torso | {"garment": "bust"}),
        Part({"pelvis": 1.0, "pelvis_up": 20.0}, {"r_knee": 0.25, "l_knee": 0.25, "r_hip": 0.25, "l_hip": 0.25},
             ({"hip_width": 1.0}, {"hip_width": 1.25}), trousers, "skirt", "all", LIMB, "limb", ("pelvis_front", 0.3), 0.6),
        Part({"neck": 1.0}, {"upper_neck": 0.75, "head": 0.25}, ({"neck": 1.08}, {"neck": 0.95}), ("skin",) * 3, gloss=0.15),
    ]  # fmt: skip
    for side in ("r", "l"):
        shoulder = f"{side}_shoulder"
        parts += [
            Part({"neck": 0.6, "upper_neck": 0.25, shoulder: 0.15}, {shoulder: 0.92, "neck": 0.08},
                 ({"neck": 0.85}, {"upper_arm": 1.12}), **torso),
            Part({shoulder: 0.72, "spine4": 0.28, "chest_up": -70.0}, {shoulder: 0.35, "spine2": 0.65},
                 ({"upper_arm": 1.15}, {"upper_arm": 1.3}), **torso),
        ]  # fmt: skip
    return parts


def _head() -> list[Part]:
    hair, hat, skin = ("hair",) * 3, ("hat",) * 3, ("skin", "hair", "skin")
    narrow = ("head_left", 0.27)
    face = {"material": HEAD, "cut": "hairline", "frame": "head", "gloss": 0.2}
    locks = {"material": HAIR, "frame": "head", "gloss": 0.35}
    parts = [
        Part({"head": 1.0, "head_up": 26.0, "head_front": -4.0}, {"head": 1.0, "head_up": -56.0, "head_front": 34.0},
             ({"head_depth": 0.97}, {"head_depth": 0.5}), skin, flat=narrow, shadow=0.7, **face),
        Part({"nose": 1.0, "head_up": 14.0, "head_front": -30.0}, {"nose": 1.0, "head_up": -4.0, "head_front": -12.0},
             ({"head_width": 0.13}, {"head_width": 0.2}), skin[:1] * 3, gloss=0.2),
        Part({"head": 1.0, "head_up": 31.0, "head_front": -13.0}, {"head": 1.0, "head_up": 10.0, "head_front": -22.0},
             ({"head_depth": 1.06}, {"head_depth": 1.0}), hair, "hair_any", flat=narrow, **locks),
        Part({"head": 1.0, "head_up": 8.0, "head_front": -30.0}, {"upper_neck": 0.6, "neck": 0.4, "head_front": -52.0},
             ({"head_depth": 1.02}, {"head_depth": 0.72}), hair, "hair_long", flat=("head_front", 0.2), **locks),
        Part({"head": 1.0, "head_up": 50.0, "head_front": -105.0}, {"upper_neck": 1.0, "head_up": -40.0, "head_front": -110.0},
             ({"head_width": 0.36}, {"head_width": 0.2}), hair, "hair_tail", **locks),
        Part({"head": 1.0, "head_up": 95.0, "head_front": -70.0}, {"head": 1.0, "head_up": 95.0, "head_front": -70.0},
             ({"head_width": 0.6}, {"head_width": 0.6}), hair, "hair_bun", **locks),
        Part({"head": 1.0, "head_up": 45.0, "head_front": -6.0}, {"head": 1.0, "head_up": 48.0, "head_front": -2.0},
             ({"head_depth": 1.02}, {"head_depth": 1.02}), hat, "hair_cap", flat=narrow),
        Part({"head": 1.0, "head_up": 62.0, "head_front": 55.0}, {"head": 1.0, "head_up": 50.0, "head_front": 110.0},
             ({"head_width": 0.85}, {"head_width": 0.7}), hat, "hair_cap", flat=("head_up", 6.0)),
        Part({"head": 1.0, "head_up": 68.0}, {"head": 1.0, "head_up": 120.0},
             ({"head_depth": 1.0}, {"head_depth": 0.75}), hat, "hair_hat", flat=narrow),
        Part({"head": 1.0, "head_up": 62.0}, {"head": 1.0, "head_up": 64.0},
             ({"head_depth": 1.85}, {"head_depth": 1.85}), hat, "hair_hat", flat=("head_up", 10.0)),
    ]  # fmt: skip
    for side in ("r", "l"):
        ear = {f"{side}_ear": 1.0}
        parts.append(Part(ear | {"head_up": 12.0}, ear | {"head_up": -10.0}, ({"head_width": 0.22}, {"head_width": 0.16}),
                          ("skin",) * 3))  # fmt: skip
    return parts


def _arm(side: str) -> list[Part]:
    shoulder, elbow, wrist, hand, thumb, finger = (
        f"{side}_{name}" for name in ("shoulder", "elbow", "wrist", "hand", "thumb", "finger")
    )
    sleeve = ("sleeve" if side == "l" else "shirt", "shirt_accent", "skin")
    skin, palm = ("skin",) * 3, (f"{side}_palm", 1.3)
    return [
        Part({shoulder: 1.0}, {elbow: 1.0}, ({"upper_arm": 1.1}, {"elbow": 0.98}), sleeve, "shirt", "upper_arm", shadow=0.6),
        Part({elbow: 1.0}, {elbow: 0.68, wrist: 0.32}, ({"elbow": 0.96}, {"forearm": 1.0}), sleeve, "shirt", "forearm",
             shadow=0.6),
        Part({elbow: 0.68, wrist: 0.32}, {wrist: 1.0}, ({"forearm": 1.0}, {"wrist": 1.0}), sleeve, "shirt", "forearm_end", shadow=0.6),
        Part({wrist: 0.9, hand: 0.1}, {hand: 0.95, wrist: 0.05}, ({"wrist": 0.95}, {"hand": 1.0}), skin, flat=palm),
        Part({hand: 1.0}, {finger: 0.85, hand: 0.15}, ({"hand": 0.95}, {"hand": 0.5}), skin, flat=palm, shadow=0.5),
        Part({wrist: 0.75, hand: 0.25}, {thumb: 1.0}, ({"wrist": 0.65}, {"wrist": 0.42}), skin),
    ]  # fmt: skip


def _leg(side: str) -> list[Part]:
    hip, knee, ankle, heel, foot, toe = (
        f"{side}_{name}" for name in ("hip", "knee", "ankle", "heel", "foot", "toe")
    )
    leg = ("leg" if side == "l" else "trousers", "trousers_accent", "skin")
    shoe = ("shoes",) * 3
    return [
        Part({hip: 0.88, "pelvis": 0.12}, {knee: 1.0}, ({"thigh": 0.96}, {"knee": 0.98}), leg, "trousers", "thigh", shadow=0.75),
        Part({knee: 1.0}, {knee: 0.68, ankle: 0.32}, ({"knee": 0.94}, {"calf": 1.0}), leg, "trousers", "calf", shadow=0.75),
        Part({knee: 0.68, ankle: 0.32}, {ankle: 1.0}, ({"calf": 1.0}, {"ankle": 1.0}), leg, "trousers", "calf_end", shadow=0.75),
        Part({heel: 0.5, ankle: 0.5}, {foot: 0.72, ankle: 0.28}, ({"foot": 0.95}, {"foot": 0.85}), shoe, shadow=0.8, gloss=0.3),
        Part({foot: 0.72, ankle: 0.28}, {toe: 0.9, ankle: 0.1}, ({"foot": 0.85}, {"foot": 0.55}), shoe, shadow=0.8, gloss=0.3),
    ]  # fmt: skip


@cache
def parts() -> tuple[Part, ...]:
    """Every part of a person; those that a look has not get no radius."""
    limbs = [part for side in ("r", "l") for part in (*_arm(side), *_leg(side))]
    return (*_trunk(), *_head(), *limbs)


@cache
def _matrices() -> tuple[Array, Array, Array, Array]:
    """Centres (N, P+D) of starts and ends, radii (2, N, girths), and the flattened direction's number (N,)."""
    table = parts()
    starts, ends = np.zeros((2, len(table), len(TERMS)))
    radii = np.zeros((2, len(table), len(GIRTHS)))
    for row, part in enumerate(table):
        for term, weight in part.start.items():
            starts[row, TERMS.index(term)] = weight
        for term, weight in part.end.items():
            ends[row, TERMS.index(term)] = weight
        for end in (0, 1):
            for girth, weight in part.radii[end].items():
                radii[end, row, GIRTHS.index(girth)] = weight
    flat = np.array([DIRECTIONS.index(part.flat[0]) for part in table])
    return starts, ends, radii, flat


@cache
def _columns() -> dict[str, np.ndarray]:
    """What does not depend on the figure, one row a part."""
    table = parts()
    return {
        "squash": np.array([part.flat[1] for part in table]),
        "material": np.array([part.material for part in table]),
        "frame": np.array([FRAMES.index(part.frame) for part in table]),
        "garment": np.array([GARMENTS.index(part.garment) for part in table]),
        "cut": np.array([CUTS.index(part.cut) for part in table]),
        "paint": np.array([[PALETTE.index(name) for name in (*part.paint, "skin")] for part in table]),
        "shadow": np.array([part.shadow for part in table]),
        "gloss": np.array([part.gloss for part in table]),
        "bearing": np.array(
            [
                part.cut in ("upper_arm", "forearm", "forearm_end", "thigh", "calf", "calf_end")
                for part in table
            ]
        ),
    }


@inlined
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
        for part in range(3):
            a, b, low, high = triads[part]
            ux, uy, uz = t[high, 0] - t[low, 0], t[high, 1] - t[low, 1], t[high, 2] - t[low, 2]
            ax, ay, az = t[b, 0] - t[a, 0], t[b, 1] - t[a, 1], t[b, 2] - t[a, 2]
            row = first + 3 * part
            if part < 2:  # across × up = front; front stands square on the spine
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


def _dressed(look: Look, female: bool) -> tuple[Array, Array, Array, Array]:
    """A look's palette (C,3), widths by garment (G,), patterns by garment (G,) and cuts."""
    colours = {name: getattr(look, name) for name in PALETTE[:-2]}
    colours["sleeve"] = look.shirt_accent if look.asymmetry == 1 else look.shirt
    colours["leg"] = look.trousers_accent if look.asymmetry == 2 else look.trousers
    widths = dict.fromkeys(GARMENTS, 0.0) | {"none": 1.0, "shirt": 1.0 + 0.5 * look.loose, "trousers": 1.0}
    widths["skirt"] = 1.0 if look.skirt else 0.0
    widths["bust"] = 1.0 + 0.3 * look.loose if female else 0.0
    widths["hair_any"] = 0.0 if look.hair_style in ("bald", "cap") else 1.0
    if f"hair_{look.hair_style}" in widths:
        widths[f"hair_{look.hair_style}"] = 1.0
    patterns = {"shirt": look.shirt_pattern, "bust": look.shirt_pattern, "trousers": look.trousers_pattern}
    cuts = {
        "all": 9.0,
        "bare": -9.0,
        "upper_arm": look.sleeves,
        "forearm": (look.sleeves - 1.0) / BULGE,
        "forearm_end": (look.sleeves - 1.0 - BULGE) / (1.0 - BULGE),
        "thigh": look.legs,
    }
    cuts |= {
        "calf": (look.legs - 1.0) / BULGE,
        "calf_end": (look.legs - 1.0 - BULGE) / (1.0 - BULGE),
    }
    cuts |= {"skirt": look.skirt, "hem": look.hem}
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
    """What does not change with the pose of a figure, one row a part."""

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
    second = np.where(frame == FRAMES.index("head"), float(look.beard), look.neckline)
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
    radius, pattern, colours, numbers = (np.concatenate(part) for part in zip(*outfits, strict=True))
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
