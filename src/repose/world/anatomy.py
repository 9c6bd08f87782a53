"""The parts that make up a person: round cones between body points, as a table.

Centres are weighted sums of body points and of the unit directions of chest, pelvis, head and hands (weights
in mm); radii are weighted sums of girths. Paint is named by a palette, which a look fills.
"""

from dataclasses import dataclass
from functools import cache, partial

from repose.world.body import POINTS
from repose.world.paint import HAIR, HEAD, LIMB, TORSO

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
    "sleeve",
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

Weights = dict[str, float]


@dataclass(frozen=True)
class Part:
    """One round cone: centres by points and directions, radii by girths, paint by names of the palette."""

    start: Weights
    end: Weights
    radii: tuple[Weights, Weights]
    paint: tuple[str, str, str]  # main, accent, and bare skin (on the trunk: what is below the hem)
    garment: str = "none"  # what widens it, patterns it, or decides whether it is there
    cut: str = "all"
    material: int = LIMB
    frame: str = "limb"
    flat: tuple[str, float] = ("chest_front", 0.0)  # flattened along a direction, by 1 + this
    shadow: float = 0.0
    gloss: float = 0.1


def _trunk() -> list[Part]:
    shirt, trousers = ("shirt", "shirt_accent", "trousers"), ("trousers", "trousers_accent", "skin")
    trunk = partial(Part, paint=shirt, garment="shirt", cut="hem", material=TORSO, frame="chest")
    hips = partial(trunk, frame="pelvis")
    parts = [
        trunk(
            {"spine": 0.6, "belly": 0.4},
            {"spine3": 1.0, "chest_up": 5.0},
            ({"waist_width": 1.0}, {"chest_width": 0.98}),
            flat=("chest_front", 0.36),
            shadow=0.75,
        ),
        hips(
            {"pelvis": 0.8, "belly": 0.2},
            {"spine": 0.8, "belly": 0.2},
            ({"hip_width": 0.9}, {"waist_width": 1.0}),
            flat=("pelvis_front", 0.38),
            shadow=0.75,
        ),
        trunk(
            {"spine4": 0.5, "r_shoulder": 0.5, "chest_up": -36.0},
            {"spine4": 0.5, "l_shoulder": 0.5, "chest_up": -36.0},
            ({"chest_depth": 0.84}, {"chest_depth": 0.84}),
            shadow=0.75,
        ),
        hips(
            {"r_hip": 0.52, "pelvis": 0.48, "pelvis_front": -12.0},
            {"l_hip": 0.52, "pelvis": 0.48, "pelvis_front": -12.0},
            ({"hip_depth": 0.98}, {"hip_depth": 0.98}),
            shadow=0.75,
        ),
        trunk(
            {"spine3": 0.55, "spine4": 0.1, "r_shoulder": 0.35, "chest_front": 52.0, "chest_up": -40.0},
            {"spine3": 0.55, "spine4": 0.1, "l_shoulder": 0.35, "chest_front": 52.0, "chest_up": -40.0},
            ({"chest_depth": 0.62}, {"chest_depth": 0.62}),
            garment="bust",
        ),
        Part(
            {"pelvis": 1.0, "pelvis_up": 20.0},
            {"r_knee": 0.25, "l_knee": 0.25, "r_hip": 0.25, "l_hip": 0.25},
            ({"hip_width": 1.0}, {"hip_width": 1.25}),
            trousers,
            "skirt",
            "all",
            LIMB,
            "limb",
            ("pelvis_front", 0.3),
            0.6,
        ),
        Part(
            {"neck": 1.0},
            {"upper_neck": 0.75, "head": 0.25},
            ({"neck": 1.08}, {"neck": 0.95}),
            ("skin",) * 3,
            gloss=0.15,
        ),
    ]
    for side in ("r", "l"):
        shoulder = f"{side}_shoulder"
        parts += [
            trunk(
                {"neck": 0.4, "upper_neck": 0.45, shoulder: 0.15},
                {shoulder: 0.97, "neck": 0.03},
                ({"neck": 0.85}, {"upper_arm": 0.99}),
            ),
            trunk(
                {shoulder: 0.72, "spine4": 0.28, "chest_up": -70.0},
                {shoulder: 0.35, "spine2": 0.65},
                ({"upper_arm": 1.05}, {"upper_arm": 1.3}),
            ),
        ]
    return parts


def _head() -> list[Part]:
    hair, hat, skin = ("hair",) * 3, ("hat",) * 3, ("skin", "hair", "skin")
    narrow = ("head_left", 0.27)
    face = partial(Part, material=HEAD, cut="hairline", frame="head", gloss=0.2)
    locks = partial(Part, material=HAIR, frame="head", gloss=0.35)
    parts = [
        face(
            {"head": 1.0, "head_up": 26.0, "head_front": -4.0},
            {"head": 1.0, "head_up": -56.0, "head_front": 34.0},
            ({"head_depth": 0.97}, {"head_depth": 0.5}),
            skin,
            flat=narrow,
            shadow=0.7,
        ),
        Part(
            {"nose": 1.0, "head_up": 14.0, "head_front": -30.0},
            {"nose": 1.0, "head_up": -4.0, "head_front": -12.0},
            ({"head_width": 0.13}, {"head_width": 0.2}),
            skin[:1] * 3,
            gloss=0.2,
        ),
        locks(
            {"head": 1.0, "head_up": 35.0, "head_front": -24.0},
            {"head": 1.0, "head_up": 10.0, "head_front": -26.0},
            ({"head_depth": 1.02}, {"head_depth": 0.99}),
            hair,
            "hair_any",
            flat=narrow,
        ),
        locks(
            {"head": 1.0, "head_up": 8.0, "head_front": -30.0},
            {"upper_neck": 0.6, "neck": 0.4, "head_front": -52.0},
            ({"head_depth": 1.02}, {"head_depth": 0.72}),
            hair,
            "hair_long",
            flat=("head_front", 0.2),
        ),
        locks(
            {"head": 1.0, "head_up": 50.0, "head_front": -105.0},
            {"upper_neck": 1.0, "head_up": -40.0, "head_front": -110.0},
            ({"head_width": 0.36}, {"head_width": 0.2}),
            hair,
            "hair_tail",
        ),
        locks(
            {"head": 1.0, "head_up": 95.0, "head_front": -70.0},
            {"head": 1.0, "head_up": 95.0, "head_front": -70.0},
            ({"head_width": 0.6}, {"head_width": 0.6}),
            hair,
            "hair_bun",
        ),
        Part(
            {"head": 1.0, "head_up": 58.0, "head_front": -12.0},
            {"head": 1.0, "head_up": 62.0, "head_front": -4.0},
            ({"head_depth": 0.98}, {"head_depth": 0.94}),
            hat,
            "hair_cap",
            flat=narrow,
        ),
        Part(
            {"head": 1.0, "head_up": 70.0, "head_front": 52.0},
            {"head": 1.0, "head_up": 66.0, "head_front": 108.0},
            ({"head_width": 0.85}, {"head_width": 0.7}),
            hat,
            "hair_cap",
            flat=("head_up", 6.0),
        ),
        Part(
            {"head": 1.0, "head_up": 68.0},
            {"head": 1.0, "head_up": 120.0},
            ({"head_depth": 1.0}, {"head_depth": 0.75}),
            hat,
            "hair_hat",
            flat=narrow,
        ),
        Part(
            {"head": 1.0, "head_up": 62.0},
            {"head": 1.0, "head_up": 64.0},
            ({"head_depth": 1.85}, {"head_depth": 1.85}),
            hat,
            "hair_hat",
            flat=("head_up", 10.0),
        ),
    ]
    for side in ("r", "l"):
        ear = {f"{side}_ear": 1.0}
        parts.append(
            Part(
                ear | {"head_up": 12.0},
                ear | {"head_up": -10.0},
                ({"head_width": 0.22}, {"head_width": 0.16}),
                ("skin",) * 3,
            )
        )
    return parts


def _arm(side: str) -> list[Part]:
    shoulder, elbow, wrist, hand, thumb, finger = (
        f"{side}_{name}" for name in ("shoulder", "elbow", "wrist", "hand", "thumb", "finger")
    )
    sleeve = ("sleeve" if side == "l" else "shirt", "shirt_accent", "skin")
    skin, palm = ("skin",) * 3, (f"{side}_palm", 1.3)
    return [
        Part(
            {shoulder: 1.0, "chest_up": -8.0},
            {elbow: 1.0},
            ({"upper_arm": 0.98}, {"elbow": 0.98}),
            sleeve,
            "sleeve",
            "upper_arm",
            shadow=0.6,
        ),
        Part(
            {elbow: 1.0},
            {elbow: 0.68, wrist: 0.32},
            ({"elbow": 0.96}, {"forearm": 1.0}),
            sleeve,
            "shirt",
            "forearm",
            shadow=0.6,
        ),
        Part(
            {elbow: 0.68, wrist: 0.32},
            {wrist: 1.0},
            ({"forearm": 1.0}, {"wrist": 1.0}),
            sleeve,
            "shirt",
            "forearm_end",
            shadow=0.6,
        ),
        Part(
            {wrist: 0.9, hand: 0.1},
            {hand: 0.95, wrist: 0.05},
            ({"wrist": 0.95}, {"hand": 1.0}),
            skin,
            flat=palm,
        ),
        Part(
            {hand: 1.0},
            {finger: 0.85, hand: 0.15},
            ({"hand": 0.95}, {"hand": 0.5}),
            skin,
            flat=palm,
            shadow=0.5,
        ),
        Part({wrist: 0.75, hand: 0.25}, {thumb: 1.0}, ({"wrist": 0.65}, {"wrist": 0.42}), skin),
    ]


def _leg(side: str) -> list[Part]:
    hip, knee, ankle, heel, foot, toe = (
        f"{side}_{name}" for name in ("hip", "knee", "ankle", "heel", "foot", "toe")
    )
    leg = ("leg" if side == "l" else "trousers", "trousers_accent", "skin")
    shoe = ("shoes",) * 3
    return [
        Part(
            {hip: 0.88, "pelvis": 0.12},
            {knee: 1.0},
            ({"thigh": 0.96}, {"knee": 0.98}),
            leg,
            "trousers",
            "thigh",
            shadow=0.75,
        ),
        Part(
            {knee: 1.0},
            {knee: 0.68, ankle: 0.32},
            ({"knee": 0.94}, {"calf": 1.0}),
            leg,
            "trousers",
            "calf",
            shadow=0.75,
        ),
        Part(
            {knee: 0.68, ankle: 0.32},
            {ankle: 1.0},
            ({"calf": 1.0}, {"ankle": 1.0}),
            leg,
            "trousers",
            "calf_end",
            shadow=0.75,
        ),
        Part(
            {heel: 0.5, ankle: 0.5},
            {foot: 0.72, ankle: 0.28},
            ({"foot": 0.95}, {"foot": 0.85}),
            shoe,
            shadow=0.8,
            gloss=0.3,
        ),
        Part(
            {foot: 0.72, ankle: 0.28},
            {toe: 0.9, ankle: 0.1},
            ({"foot": 0.85}, {"foot": 0.55}),
            shoe,
            shadow=0.8,
            gloss=0.3,
        ),
    ]


@cache
def parts() -> tuple[Part, ...]:
    """Every part of a person; parts that a look lacks get no radius."""
    limbs = [part for side in ("r", "l") for part in (*_arm(side), *_leg(side))]
    return (*_trunk(), *_head(), *limbs)
