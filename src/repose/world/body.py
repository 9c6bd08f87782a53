"""The articulated body: 42 points, 23 rigid segments, and subjects who differ in size, shape and manner.

Legend: T frames, P points, S segments. Millimetres; x forward, y left, z up; left is the person's left.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import yaml

from repose.foundations.rng import rng
from repose.world.frames import Array

SIDES = ("r", "l")
MIDDLE = ("pelvis", "belly", "spine", "spine2", "spine3", "spine4", "neck", "thorax", "upper_neck", "head")
ARM = ("clavicle", "shoulder", "elbow", "wrist", "hand", "thumb", "finger")
LEG = ("hip", "knee", "ankle", "heel", "foot", "toe")
POINTS = (
    *(*MIDDLE, "head_top", "nose", "l_eye", "r_eye", "l_ear", "r_ear"),
    *(f"{side}_{name}" for side in SIDES for name in (*ARM, *LEG)),
)
TRUNK = ("pelvis", "lumbar", "middle_back", "upper_back", "chest", "neck", "head")
LIMB = ("clavicle", "upper_arm", "forearm", "hand", "thigh", "shank", "foot", "toe")
SEGMENTS = (*TRUNK, *(f"{side}_{name}" for side in SIDES for name in LIMB))

# Motion style: mean, spread, and how small and large it may get. Factors unless a unit is given.
STYLE = {
    "tempo": (1.0, 0.12, 0.75, 1.3),
    "reach": (1.0, 0.12, 0.7, 1.25),  # size of gestures
    "sway": (1.0, 0.3, 0.4, 1.8),
    "stride": (1.0, 0.07, 0.85, 1.15),
    "arm_swing": (1.0, 0.3, 0.4, 1.7),
    "stance": (1.0, 0.25, 0.6, 1.6),  # distance of the feet
    "lean_deg": (2.0, 4.0, -5.0, 11.0),  # habitual bend of the back
    "head_deg": (4.0, 6.0, -8.0, 16.0),  # habitual bend of the neck
    "elbow_deg": (0.0, 12.0, -25.0, 25.0),  # elbows away from the body
    "toe_out_deg": (8.0, 5.0, -2.0, 20.0),
    "left_handed": (0.12, 0.1, 0.0, 0.5),  # share of one-handed gestures made with the left hand
}


@dataclass(frozen=True, eq=False)
class Subject:
    """One person: `lengths` (P, 3) offsets from the parent in the rest pose, limb radii, manner of moving."""

    name: str
    sex: str
    height_mm: float
    lengths: Array
    girth: dict[str, float]
    style: dict[str, float]
    limits: dict[str, float]  # degrees

    def length(self, point: str) -> float:
        """Distance of a point from its parent."""
        return float(np.linalg.norm(self.lengths[POINTS.index(point)]))


@cache
def proportions() -> dict[str, dict]:
    """The published proportions of `proportions.yaml`."""
    return yaml.safe_load(resources.files("repose.world").joinpath("proportions.yaml").read_text())


@cache
def tree() -> tuple[tuple[int, ...], tuple[int, ...], Array]:
    """Parents (P) (−1 for the pelvis), the segment that carries each point (P), fractional offsets (P, 3)."""
    data = proportions()
    parents, carriers, offsets = [], [], []
    for point in POINTS:
        side, _, name = point.partition("_")
        sided = side in SIDES
        parent, segment, *offset = data["sided"][name] if sided else data["middle"][point]
        own = f"{side}_{parent}"
        parent = own if sided and own in POINTS else parent
        segment = f"{side}_{segment}" if sided and f"{side}_{segment}" in SEGMENTS else segment
        parents.append(-1 if parent is None else POINTS.index(parent))
        carriers.append(SEGMENTS.index(segment))
        offsets.append([offset[0], -offset[1] if side == "r" else offset[1], offset[2]])
    return tuple(parents), tuple(carriers), np.array(offsets, dtype=np.float64)


@cache
def ancestors() -> Array:
    """(P, P): 1 where the column's offset lies on the way from the pelvis to the row's point."""
    parents, _, _ = tree()
    matrix = np.eye(len(POINTS))
    for point, parent in enumerate(parents):
        if parent >= 0:
            matrix[point] = matrix[parent]
            matrix[point, point] = 1.0
    # eyes and the middle come before the limbs, so every parent's row was complete
    return matrix


def rest_pose(lengths: Array) -> Array:
    """Points (…, P, 3) of the rest pose relative to the pelvis."""
    return ancestors() @ lengths


def standing_mm(subject: Subject) -> float:
    """Height of the pelvis over the floor with straight legs and flat feet."""
    return float(-rest_pose(subject.lengths)[:, 2].min())


def forward(lengths: Array, segments: Array, root_mm: Array) -> Array:
    """Points (T, P, 3) from the segments' frames (T, S, 3, 3) in the world and the pelvis (T, 3).

    `lengths` (P, 3) of one subject, or (T, P, 3) of one subject per frame.
    """
    _, carriers, _ = tree()
    offsets = (
        segments[:, list(carriers)] @ np.broadcast_to(lengths, (len(segments), len(POINTS), 3))[..., None]
    )
    points: Array = ancestors() @ offsets[..., 0] + root_mm[:, None]
    return points


def _varied_lengths(height_mm: float, generator: np.random.Generator, sex: str) -> Array:
    """Rest offsets (P, 3) with the subject's own ratios, left and right alike."""
    _, _, fractions = tree()
    lengths = fractions * height_mm
    leg, arm, hips, shoulders, trunk = generator.normal(1.0, [0.02, 0.025, 0.06, 0.05, 0.02])
    widen = {"male": (1.04, 0.97), "female": (0.95, 1.04)}[sex]
    factors = np.ones((len(POINTS), 3))
    own = {part: generator.normal(1.0, 0.02) for part in ("elbow", "wrist", "hand", "knee", "ankle", "foot")}
    for index, point in enumerate(POINTS):
        name = point[2:] if point[:2] in ("r_", "l_") else point
        if name in ("elbow", "wrist", "hand", "thumb", "finger"):
            factors[index] = arm * own.get(name, own["hand"])
        elif name in ("knee", "ankle"):
            factors[index] = leg * own[name]
        elif name in ("heel", "foot", "toe"):
            factors[index] = [own["foot"], 1.0, 1.0]
        elif name in ("clavicle", "shoulder"):
            factors[index, 1] = shoulders * widen[0]
        elif name == "hip":
            factors[index, 1] = hips * widen[1]
        elif name in ("belly", "spine", "spine2", "spine3", "spine4", "neck"):
            factors[index, 2] = trunk
    lengths = lengths * factors
    rest = ancestors() @ lengths
    scaled: Array = lengths * (height_mm / (rest[POINTS.index("head_top"), 2] - rest[:, 2].min()))
    return scaled


def _style(generator: np.random.Generator) -> dict[str, float]:
    return {
        name: float(np.clip(generator.normal(mean, spread), low, high))
        for name, (mean, spread, low, high) in STYLE.items()
    }


def sample_subject(seed: int, *key: str | int) -> Subject:
    """The person of a key: sex, height, limb ratios, girths and manner of moving."""
    generator = rng(seed, "subject", *key)
    data = proportions()
    sex = ("female", "male")[int(generator.integers(2))]
    mean, spread, low, high = data["height_mm"][sex]
    height_mm = float(np.clip(generator.normal(mean, spread), low, high))
    lengths = _varied_lengths(height_mm, generator, sex)
    bulk = float(np.clip(generator.normal(1.0, 0.12), 0.8, 1.35))  # trunk and upper limbs vary most
    fixed = ("head_width", "head_depth", "hand", "foot", "wrist", "ankle", "knee", "elbow")
    girth = {
        part: height_mm * radii[sex == "male"] * (bulk if part not in fixed else bulk**0.35)
        for part, radii in data["girth"].items()
    }
    name = "-".join(str(part) for part in key)
    limits = {joint: float(angle) for joint, angle in data["limits"].items()}
    return Subject(name, sex, height_mm, lengths, girth, _style(generator), limits)
