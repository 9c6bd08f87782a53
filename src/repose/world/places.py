"""Where hands go: the wrist's place in a frame of the body, and how elbow, palm and collar bone follow.

Millimetres of a person 1.70 m tall, as forward, out, up; degrees.
"""

from dataclasses import dataclass, replace

import numpy as np

from repose.world.frames import Array
from repose.world.posing import FRAMES

MODEL_HEIGHT_MM = 1700.0


@dataclass(frozen=True)
class Place:
    """A wrist's place: from the shoulder (chest's frame), the head, the hip (pelvis), or on the floor."""

    frame: str
    at: tuple[float, float, float]
    elbow: float = 0.0  # away from the body
    thumb: float = 0.0  # turned in
    fold: float = 15.0  # fingers bent in
    spread: float = 25.0  # mm, how much the place differs from time to time

    def near(self, generator: np.random.Generator, reach: float = 1.0) -> "Place":
        """The place as taken this time; `reach` enlarges the gesture away from the shoulder."""
        at = np.array(self.at) * (reach if self.frame == "shoulder" and self.at[0] > 100 else 1.0)
        at = at + generator.normal(0.0, self.spread, 3)
        return replace(self, at=tuple(at), elbow=self.elbow + generator.normal(0.0, 6.0))

    def vector(self, height_mm: float) -> Array:
        """The 21 numbers of a hand's track: 4 weights, 4 · 3 offsets, elbow, palm (2), clavicle (2)."""
        scale = height_mm / MODEL_HEIGHT_MM
        weights = np.array([float(name == self.frame) for name in FRAMES])
        offsets = weights[:, None] * np.array(self.at) * scale
        high = {"shoulder": 0.0, "head": 180.0, "hip": -520.0, "floor": -520.0}[self.frame] + self.at[2]
        raised = np.deg2rad(np.interp(high, [-400, 0, 500], [0.0, 6.0, 28.0]))
        ahead = np.deg2rad(np.interp(self.at[0], [0, 300, 600], [0.0, 5.0, 16.0]))
        angles = np.deg2rad([self.elbow, self.thumb, self.fold])
        return np.concatenate([weights, offsets.ravel(), angles, [raised, ahead]])


HANG = Place("shoulder", (25, 55, -590), fold=20)
HELD_LOW = Place("shoulder", (170, 10, -450))
POCKET = Place("hip", (40, 75, -20), elbow=15)
ON_HIP = Place("hip", (10, 85, 95), elbow=35, thumb=-60, fold=60)
BELLY = Place("shoulder", (230, -150, -370), thumb=30)
CHEST = Place("shoulder", (250, -130, -200), thumb=20)
AHEAD = Place("shoulder", (380, -10, -200), spread=60)
ASIDE = Place("shoulder", (260, 240, -230), spread=60)
WIDE = Place("shoulder", (180, 450, -80), spread=60)
HIGH = Place("shoulder", (200, 160, 330), spread=50)
UP = Place("shoulder", (60, 120, 500), spread=40)
CROSSED_OVER = Place("shoulder", (215, -240, -240), fold=5, spread=15)
CROSSED_UNDER = Place("shoulder", (190, -215, -300), fold=5, spread=15)
BEHIND_BACK = Place("hip", (-150, -75, 60), elbow=-5, spread=15)
BEHIND_HEAD = Place("head", (-70, 110, -40), elbow=20, spread=20)
EAR = Place("head", (95, 128, -88), elbow=0, thumb=-30, fold=35, spread=10)
MOUTH = Place("head", (120, 55, -150), elbow=10, thumb=20, fold=45, spread=10)
CHIN = Place("head", (100, 30, -200), fold=40, spread=12)
CROWN = Place("head", (20, 80, 100), elbow=25, fold=30, spread=15)
BROW = Place("head", (110, 100, 10), elbow=35, thumb=60, fold=5, spread=12)
VIEWFINDER = Place("head", (150, 85, -60), elbow=5, thumb=10, fold=35, spread=10)
SCREEN = Place("head", (330, 70, -80), elbow=5, fold=20, spread=25)
WAVE = Place("shoulder", (180, 190, 180), fold=0, thumb=-60, spread=50)
SHAKE = Place("shoulder", (430, -60, -230), fold=5, spread=25)
WATCH = Place("shoulder", (290, -190, -120), elbow=15, thumb=70, spread=20)
LAP = Place("hip", (180, -50, 95), thumb=40, spread=25)
ON_KNEE = Place("hip", (330, 10, 75), thumb=40, spread=20)
BETWEEN_KNEES = Place("hip", (380, -75, 30), thumb=20, spread=20)
ROUND_SHINS = Place("hip", (395, -50, 190), spread=15)
SEAT_EDGE = Place("hip", (-10, 130, 20), elbow=10, spread=20)
OVER_BACKREST = Place("hip", (-110, 240, 330), elbow=30, spread=20)
PLATE = Place("shoulder", (260, -90, -330), thumb=-60, spread=20)
LEASH = Place("shoulder", (330, 30, -310), spread=25)
OTHERS_SHOULDER = Place("shoulder", (60, 470, 60), elbow=10, spread=25)
OTHERS_HAND = Place("shoulder", (40, 230, -500), spread=20)


def toward(out_deg: float, up_deg: float, reach_mm: float = 540.0) -> Place:
    """The arm stretched in a direction: degrees outward from ahead, and above the shoulder."""
    a, e = np.deg2rad([out_deg, up_deg])
    at = reach_mm * np.array([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)])
    return Place("shoulder", (float(at[0]), float(at[1]), float(at[2])), fold=0, spread=20)


ORIGINS = {"shoulder": (0, 0, 0), "head": (35, -180, 215), "hip": (25, -75, -490)}


def from_shoulder(place: Place) -> Array:
    """About where a place is, seen from the shoulder of one who stands upright."""
    if place.frame == "floor":  # wherever on the floor: below
        return np.array([0.0, 150.0, -450.0])
    return np.add(place.at, ORIGINS[place.frame])


def way_round(old: Place, new: Place) -> tuple[Place | None, float]:
    """A place to pass in front of the shoulder where the straight way leads through or behind it, and the
    seconds that the movement takes at least: who passes near a joint turns about it fast."""
    a, b = from_shoulder(old), from_shoulder(new)
    step = b - a
    far = float(np.linalg.norm(step))
    along = float(np.clip(-(a @ step) / (far * far + 1e-9), 0.0, 1.0))
    near = max(float(np.linalg.norm(a + along * step)), 90.0)
    apart = float(a @ b) / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-9)
    lasts = 0.3 + far / 1100.0
    if apart < 0.85:
        lasts = max(lasts, 1.9 * far / (5.0 * near))
    if apart > 0.3 or near > 230:
        return None, min(lasts, 1.6)
    middle = 0.5 * (a + b)
    by = (300.0, float(np.clip(middle[1], 0, 150)), float(0.6 * middle[2]))
    return Place("shoulder", by, fold=new.fold), 0.9 + far / 1000.0
