"""How pelvis and legs are held: standing, sitting, kneeling, on the floor.

Millimetres of a person 1.70 m tall, relative to the floor below the pelvis, as forward, out, up; degrees.
"""

from dataclasses import dataclass, field

import numpy as np

Draw = np.random.Generator
ANKLE = 58.0  # height of the ankle over a flat foot
BALL, HEEL = 126.0, 51.0  # of the ball ahead of the ankle, of the heel behind it
STRAIGHT = 894.0  # height of the pelvis over the floor with straight legs
SEAT = 92.0  # height of the pelvis over what one sits on


def sole(dip_deg: float) -> float:
    """Height of the ankle over a foot that stands on its ball (toes down) or on its heel (toes up)."""
    c, s = np.cos(np.deg2rad(dip_deg)), np.sin(np.deg2rad(dip_deg))
    return float(ANKLE * c + (BALL * s if dip_deg > 0 else -HEEL * s))


@dataclass(frozen=True)
class Leg:
    """One foot: place of the ankle and attitude of the foot."""

    at: tuple[float, float, float]
    toe_out: float = 8.0
    dip: float = 0.0  # toes down
    knee: float = 4.0  # turned outward
    loose: float = 0.0  # 1: the foot follows the shank


@dataclass(frozen=True)
class Posture:
    """Pelvis and legs; angles of the pelvis to the right side and forward, and of the back likewise."""

    height: float
    legs: tuple[Leg, Leg]  # right, left
    pelvis: tuple[float, float] = (0.0, 0.0)
    back: tuple[float, float, float] = (0.0, 0.0, 0.0)
    shift: tuple[float, float] = (0.0, 0.0)  # of the pelvis against the feet: forward, left
    tags: tuple[str, ...] = field(default=())


def mirrored(posture: Posture) -> Posture:
    """The same with left and right exchanged."""
    (side, lean), (bend, forward, turn) = posture.pelvis, posture.back
    return Posture(
        posture.height,
        (posture.legs[1], posture.legs[0]),
        (-side, lean),
        (-bend, forward, -turn),
        (posture.shift[0], -posture.shift[1]),
        posture.tags,
    )


def either(posture: Posture, draw: Draw) -> Posture:
    """The posture or its mirror image."""
    return mirrored(posture) if draw.random() < 0.5 else posture


def standing(draw: Draw, stance: float = 1.0) -> Posture:
    """On both feet, the weight more on one of them, perhaps one foot ahead."""
    kind = draw.choice(3, p=[0.45, 0.4, 0.15])
    wide = float(np.clip(draw.normal(115, 35) * stance, 75, 260))
    if kind == 0:
        legs = (Leg((draw.normal(0, 25), wide, ANKLE)), Leg((draw.normal(0, 25), wide, ANKLE)))
        return Posture(STRAIGHT - 14 - wide**2 / 2600, legs, (0, draw.normal(0, 2)))
    lean = draw.uniform(35, 70)  # of the pelvis toward the right foot, which carries
    ahead = draw.uniform(20, 150)
    rest = Leg((ahead, wide + lean * 0.5, ANKLE), toe_out=draw.uniform(5, 30), knee=draw.uniform(0, 15))
    carry = Leg((-20, wide - lean * 0.5, ANKLE))
    if kind == 2:  # crossed in front
        rest = Leg((120, -40, sole(12)), toe_out=15, dip=12, knee=10)
        carry = Leg((-15, 60, ANKLE))
    tilt = draw.uniform(1, 5)
    return either(Posture(STRAIGHT - 24, (carry, rest), (-tilt, 0), (tilt * 1.4, 1, 0)), draw)


def lunge(draw: Draw, depth: float = 1.0) -> Posture:
    """One foot far ahead, both knees bent."""
    half = draw.uniform(170, 330) * depth
    front = Leg((half, draw.uniform(60, 130), ANKLE))
    behind = Leg((-half, draw.uniform(60, 120), sole(32)), dip=32, toe_out=12)
    return either(Posture(STRAIGHT - 60 - 0.38 * half, (front, behind), (0, draw.uniform(0, 12))), draw)


def crouch(draw: Draw, depth: float = 1.0) -> Posture:
    """Knees bent, feet flat, the pelvis behind them."""
    low = draw.uniform(150, 330) * depth
    wide = draw.uniform(110, 190)
    legs = (
        Leg((0.32 * low, wide, ANKLE), knee=8),
        Leg((0.32 * low + draw.normal(0, 40), wide, ANKLE), knee=8),
    )
    return Posture(STRAIGHT - low, legs, (0, 8 + 0.07 * low), (0, 0.05 * low, draw.normal(0, 8)))


def squat(draw: Draw) -> Posture:
    """Deep down on the balls of the feet."""
    wide = draw.uniform(100, 190)
    leg = Leg((90, wide, sole(30)), dip=30, knee=draw.uniform(5, 25), toe_out=15)
    return Posture(
        draw.uniform(320, 380), (leg, leg), (0, draw.uniform(-5, 12)), (0, draw.uniform(20, 40), 0)
    )


def kneeling(draw: Draw) -> Posture:
    """On both knees, upright."""
    leg = Leg((-375, draw.uniform(85, 150), 78), dip=42, loose=1)
    return Posture(470, (leg, leg), (0, draw.uniform(-4, 8)), (0, draw.uniform(-3, 12), 0))


def half_kneeling(draw: Draw) -> Posture:
    """On one knee, the other foot ahead."""
    front = Leg((draw.uniform(300, 420), draw.uniform(100, 150), ANKLE))
    behind = Leg((-340, 100, 130), dip=62)
    return either(Posture(485, (front, behind), (0, draw.uniform(-4, 8)), (0, draw.uniform(0, 15), 0)), draw)


def heel_sitting(draw: Draw) -> Posture:
    """Kneeling, sitting on the heels."""
    leg = Leg((-75, draw.uniform(80, 120), 78), dip=42, loose=1, knee=draw.uniform(0, 15))
    return Posture(
        298, (leg, leg), (0, draw.uniform(-5, 8)), (0, draw.uniform(0, 18), 0), tags=("floor", "heels")
    )


def cross_legged(draw: Draw) -> Posture:
    """On the floor, the shanks crossed."""
    knee = draw.uniform(52, 66)
    front = Leg((draw.uniform(290, 350), -60, 62), knee=knee, loose=1)
    behind = Leg((draw.uniform(220, 270), -70, 72), knee=knee, loose=1)
    return either(
        Posture(
            112, (front, behind), (0, draw.uniform(-18, -5)), (0, draw.uniform(12, 32), 0), tags=("floor",)
        ),
        draw,
    )


def knees_up(draw: Draw) -> Posture:
    """On the floor, knees drawn up, feet flat."""
    a, b = draw.uniform(330, 480, 2)
    wide = draw.uniform(70, 130)
    legs = (Leg((a, wide, ANKLE)), Leg((a if draw.random() < 0.6 else b, wide, ANKLE)))
    return Posture(
        110, legs, (0, draw.uniform(-28, -14)), (0, draw.uniform(15, 38), 0), tags=("floor", "knees")
    )


def long_sitting(draw: Draw) -> Posture:
    """On the floor, legs stretched, leaning back; perhaps one knee drawn up."""
    far = draw.uniform(740, 800)
    wide = draw.uniform(70, 200)
    leg = Leg((far, wide, 62), loose=1, knee=12)
    other = leg if draw.random() < 0.5 else Leg((draw.uniform(400, 560), wide, ANKLE))
    return either(
        Posture(
            108,
            (leg, other),
            (0, draw.uniform(-30, -14)),
            (0, draw.uniform(-5, 12), 0),
            tags=("floor", "back"),
        ),
        draw,
    )


def side_sitting(draw: Draw) -> Posture:
    """On the floor, leaning to the right on one hand, both shanks to the left."""
    near = Leg((draw.uniform(230, 300), -190, 62), knee=52, loose=1)
    far = Leg((-60, draw.uniform(290, 350), 66), knee=10, loose=1)
    return either(Posture(125, (near, far), (14, -8), (-16, 14, 6), tags=("floor", "side")), draw)


def lying_back(draw: Draw) -> Posture:
    """On the floor, half lying on the elbows, knees up or stretched."""
    far = draw.uniform(400, 780)
    leg = Leg((far, 110, ANKLE + 4), loose=float(far > 650))
    other = Leg((draw.uniform(400, 650), 110, ANKLE))
    return Posture(115, (leg, other), (0, -58), (0, 14, 0), tags=("floor", "elbows"))


def on_chair(draw: Draw, seat: float, manner: str) -> Posture:
    """On a seat of a height, the legs held in one of the manners of CHAIR."""
    lean, bend = draw.uniform(-14, 4), draw.uniform(2, 14)
    wide, height = draw.uniform(85, 140), seat + SEAT
    left = right = Leg((draw.uniform(370, 430), wide, ANKLE))
    if manner == "apart":
        left = right = Leg((draw.uniform(340, 430), wide + 120, ANKLE), toe_out=25, knee=18)
    elif manner == "ahead":
        left, right = (Leg((draw.uniform(540, 660), wide, sole(-20)), dip=-20) for _ in range(2))
    elif manner == "under":
        left, right = (Leg((draw.uniform(200, 290), wide, sole(38)), dip=38) for _ in range(2))
    elif manner == "crossed_ankles":
        far = draw.uniform(430, 600)
        right, left = Leg((far, -30, ANKLE), knee=12), Leg((far + 50, -55, ANKLE + 45), knee=12, dip=8)
    elif manner == "crossed_legs":  # the left thigh over the right one
        right = Leg((draw.uniform(370, 420), 40, ANKLE))
        left = Leg((draw.uniform(560, 640), -190, height - 210), knee=-6, loose=1)
    elif manner == "figure_four":  # the left ankle on the right knee
        right = Leg((400, 100, ANKLE))
        left = Leg((395, -150, height + 40), knee=55, loose=1)
    elif manner == "one_ahead":
        left = Leg((draw.uniform(540, 640), wide, sole(-16)), dip=-16)
    return either(
        Posture(height, (right, left), (0, lean), (0, bend, draw.normal(0, 4)), tags=("chair",)), draw
    )


CHAIR = ("flat", "apart", "ahead", "crossed_ankles", "crossed_legs", "under", "figure_four", "one_ahead")
FLOOR = (cross_legged, knees_up, long_sitting, side_sitting, heel_sitting, lying_back)
