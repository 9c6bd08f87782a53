"""From body points to solids: the round cones that make up a person, and what each is painted with.

A person is a table of parts. Centres are weighted sums of body points and of the unit directions of chest,
pelvis, head and hands (weights in mm); radii are weighted sums of girths. So all figures of a picture are
built by a few matrix products. Legend: K figures, P points, D directions, N parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from repose.world.body import POINTS, Subject
from repose.world.frames import Array, cross, unit
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
CUTS = ("all", "bare", "upper_arm", "forearm", "thigh", "calf", "skirt", "hem", "hairline")

Weights = dict[str, float]


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
        Part({elbow: 0.68, wrist: 0.32}, {wrist: 1.0}, ({"forearm": 1.0}, {"wrist": 1.0}), sleeve, "shirt", "forearm", shadow=0.6),
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
        Part({knee: 0.68, ankle: 0.32}, {ankle: 1.0}, ({"calf": 1.0}, {"ankle": 1.0}), leg, "trousers", "calf", shadow=0.75),
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
        "bearing": np.array([part.cut in ("upper_arm", "forearm", "thigh", "calf") for part in table]),
    }


def directions(points: Array) -> Array:
    """Unit directions (K, D, 3) of points (K, P, 3), in the order of DIRECTIONS."""
    at = {name: points[:, index] for index, name in enumerate(POINTS)}
    rows = []
    for left, right, low, high in (
        ("l_shoulder", "r_shoulder", "spine", "neck"),
        ("l_hip", "r_hip", "pelvis", "spine"),
    ):
        up = unit(at[high] - at[low])
        front = unit(cross(at[left] - at[right], up))
        rows += [cross(up, front), up, front]
    front = unit(at["nose"] - at["head"])
    side = unit(cross(at["head_top"] - at["head"], front))
    rows += [side, cross(front, side), front]
    for hand in ("r", "l"):
        along = at[f"{hand}_hand"] - at[f"{hand}_wrist"]
        rows.append(unit(cross(along, at[f"{hand}_thumb"] - at[f"{hand}_wrist"])))
    return np.stack(rows, axis=1)


@cache
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
        "forearm": look.sleeves - 1.0,
        "thigh": look.legs,
    }
    cuts |= {"calf": look.legs - 1.0, "skirt": look.skirt, "hem": look.hem}
    cuts["hairline"] = 999.0 if look.hair_style == "bald" else 74.0
    return (
        np.array([colours[name] for name in PALETTE]),
        np.array([widths[name] for name in GARMENTS]),
        np.array([patterns.get(name, 0) for name in GARMENTS]),
        np.array([cuts[name] for name in CUTS]),
    )


def limb_frames(starts: Array, ends: Array, front: Array) -> Array:
    """Painter's axes (K, N, 3, 3) of limbs: across, along (0 at the start, 1 at the end), and out."""
    along = ends - starts
    length2 = (along * along).sum(-1, keepdims=True) + 1e-6
    across = unit(cross(along, np.broadcast_to(front, along.shape)) + 1e-6)
    return np.stack([across, along / length2, unit(cross(across, along) + 1e-9)], axis=-2)


def trunk_frames(points: Array, axes: Array) -> Array:
    """Painter's axes (K, 3, 3, 3) of chest, pelvis and head: left, up (trunk: 0 pelvis – 1 neck), front."""
    frames = axes[:, :9].reshape(-1, 3, 3, 3).copy()
    neck, pelvis = points[:, POINTS.index("neck")], points[:, POINTS.index("pelvis")]
    frames[:, :2, 1] /= np.sqrt(((neck - pelvis) ** 2).sum(-1))[:, None, None]
    return frames


def figure_solids(points: Array, subjects: Sequence[Subject], looks: Sequence[Look]) -> Solids:
    """All figures' parts as solids; points (K, P, 3) in the camera frame."""
    starts_of, ends_of, radii_of, flat = _matrices()
    columns = _columns()
    axes = directions(points)
    terms = np.concatenate([points, axes], axis=1)
    starts, ends = starts_of @ terms, ends_of @ terms  # K, N, 3
    girths = np.array([[subject.girth[name] for name in GIRTHS] for subject in subjects])
    dressed = [_dressed(look, subject.sex == "female") for look, subject in zip(looks, subjects, strict=True)]
    palette, widths, patterns, cuts = (np.stack(part) for part in zip(*dressed, strict=True))
    garment, frame = columns["garment"], columns["frame"]
    cut = cuts[:, columns["cut"]]
    loose = np.array([look.loose for look in looks])[:, None] * (columns["bearing"] & (cut > 0.5))
    radius = np.einsum("eng,kg->kne", radii_of, girths) * (widths[:, garment] * (1.0 + loose))[..., None]
    frames = limb_frames(starts, ends, axes[:, None, 2])
    trunk = trunk_frames(points, axes)
    frames[:, frame > 0] = trunk[:, frame[frame > 0] - 1]
    origin = starts.copy()
    origin[:, (frame == 1) | (frame == 2)] = points[:, None, POINTS.index("pelvis")]
    origin[:, frame == 3] = points[:, None, POINTS.index("head")]
    length = np.sqrt(((ends - starts) ** 2).sum(-1))
    flags = np.array([[look.neckline, look.beard, look.pattern_mm, look.seed] for look in looks], np.float64)
    numbers = np.stack(
        [
            cut,
            np.where(frame == 0, length, np.where(frame == 3, flags[:, 1:2], flags[:, 0:1])),
            np.broadcast_to(flags[:, 2:3], cut.shape),
            np.broadcast_to(flags[:, 3:4], cut.shape),
        ],
        axis=-1,
    )
    count, size = len(points), len(frame)
    return flattened(
        Solids(
            kind=np.full((count, size), CONE),
            owner=np.repeat(np.arange(count), size).reshape(count, size),
            start=starts,
            end=ends,
            radius=radius,
            axis=axes[:, flat],
            squash=np.broadcast_to(columns["squash"], (count, size)),
            to_unit=np.zeros((count, size, 3, 3)),
            shadow=np.broadcast_to(columns["shadow"], (count, size)),
            material=np.broadcast_to(columns["material"], (count, size)),
            pattern=patterns[:, garment],
            frame=frames,
            origin=origin,
            colours=palette[:, columns["paint"]],
            numbers=numbers,
            gloss=np.broadcast_to(columns["gloss"], (count, size)),
        )
    )


def flattened(solids: Solids) -> Solids:
    """One long row of solids from (K, N, …); balls that hide the other end of their cone become balls."""
    flat = Solids(*(np.ascontiguousarray(part.reshape(-1, *part.shape[2:])) for part in solids))
    length = np.sqrt(((flat.end - flat.start) ** 2).sum(-1))
    swallowed = np.abs(flat.radius[:, 0] - flat.radius[:, 1]) >= length - 1e-3
    larger = (flat.radius[:, 1] > flat.radius[:, 0])[:, None]
    ball = np.where(larger, flat.end, flat.start)
    flat.start[swallowed] = flat.end[swallowed] = ball[swallowed]
    flat.radius[swallowed] = flat.radius[swallowed].max(-1, keepdims=True)
    return flat
