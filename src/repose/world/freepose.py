"""Single poses for pictures in the wild: sport, frontal upper bodies, everyday life, crowds.

A pose is sketched as numbers (where the hands and feet go), and all sketches are solved at once. Millimetres
of a person 1.70 m tall, as forward, out, up; degrees. `frontal` faces along +x, the others any way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.world import places as at
from repose.world import postures
from repose.world.body import POINTS, Subject
from repose.world.frames import Array, turned, yaw
from repose.world.places import MODEL_HEIGHT_MM, Place
from repose.world.posing import OUT, Controls, solve
from repose.world.postures import ANKLE, STRAIGHT, Draw, Leg, Posture

KINDS = ("sport", "frontal", "everyday", "crowd")
FRONTAL_SPREAD = float(np.deg2rad(24))  # of the heading about +x


@dataclass
class Sketch:
    """One pose before it is solved."""

    posture: Posture
    hands: tuple[Place, Place]  # right, left
    back: tuple[float, float, float] = (0.0, 0.0, 0.0)  # to the right side, forward, turned left
    gaze: tuple[float, float, float] = (0.0, 0.0, 0.0)
    lift: float = 0.0  # of the lowest point over the floor
    whole: tuple[float, float, float] = field(default=(0.0, 0.0, 0.0))  # the body turned as a whole


def _flip(sketch: Sketch) -> Sketch:
    """The mirror image."""
    bend, forward, turn = sketch.back
    tilt, down, aside = sketch.gaze
    roll, pitch, spin = sketch.whole
    return Sketch(
        postures.mirrored(sketch.posture),
        (sketch.hands[1], sketch.hands[0]),
        (-bend, forward, -turn),
        (-tilt, down, -aside),
        sketch.lift,
        (-roll, pitch, -spin),
    )


def _gaze(draw: Draw) -> tuple[float, float, float]:
    return (draw.normal(0, 7), draw.normal(3, 13), draw.normal(0, 26))


def _running(draw: Draw) -> Sketch:
    knee, back = draw.uniform(0.3, 1.0), draw.uniform(0.4, 1.0)
    front = Leg((120 + 260 * knee, 90, 160 + 330 * knee), loose=0.8)
    rear = Leg((-300 - 250 * back, 80, 110 + 260 * draw.random() * back), loose=0.9)
    posture = Posture(STRAIGHT - 30, (front, rear), (0, draw.uniform(0, 14)))
    swing = draw.uniform(0.5, 1.2)
    hands = (
        Place("shoulder", (-190 * swing, 120, -330), spread=50),
        Place("shoulder", (270 * swing, -40, -170), spread=50),
    )
    return Sketch(
        posture, hands, (0, draw.uniform(4, 22), 10 * swing), (0, -5, draw.normal(0, 12)), draw.uniform(0, 90)
    )


def _jumping(draw: Draw) -> Sketch:
    tuck = draw.random()
    if draw.random() < 0.4:  # a split leap
        wide = draw.uniform(0.5, 1.0)
        legs = (Leg((620 * wide, 90, 420), loose=1), Leg((-560 * wide, 90, 380), loose=1))
    else:
        a, b = np.clip(tuck + draw.normal(0, 0.15, 2), 0, 1)
        legs = (
            Leg((-60 + 260 * a, 130, 80 + 420 * a), knee=12, loose=1),
            Leg((-150 + 260 * b, 130, 80 + 420 * b), knee=12, loose=1),
        )
    posture = Posture(STRAIGHT, legs, (draw.normal(0, 8), draw.normal(2, 12)))
    arms = [at.UP, at.HIGH, at.WIDE, at.toward(90, 20), at.toward(20, 40), at.AHEAD]
    first, second = draw.integers(len(arms), size=2)
    hands = (arms[first], arms[first if draw.random() < 0.5 else second])
    back = (draw.normal(0, 8), draw.normal(4, 14), draw.normal(0, 12))
    return Sketch(posture, hands, back, _gaze(draw), draw.uniform(80, 600), (0, draw.normal(0, 6), 0))


def _kicking(draw: Draw) -> Sketch:
    high = draw.uniform(0.0, 1.0)
    angle = np.deg2rad(draw.uniform(-15, 70))
    far = 780 - 180 * high
    kick = Leg((far * np.cos(angle), 90 + far * np.sin(angle) * 0.8, 180 + 750 * high), loose=1, knee=20)
    if draw.random() < 0.3:  # drawn back for the kick
        kick = Leg((-420, 130, 420), loose=1)
    stand = Leg((-20, 60, ANKLE), toe_out=25)
    posture = Posture(STRAIGHT - 35, (kick, stand), (-14 * high, -14 * high + draw.normal(0, 6)))
    arms = [at.WIDE, at.ASIDE, at.CHEST, at.toward(70, 10), at.HELD_LOW, Place("shoulder", (-180, 300, -200))]
    first, second = draw.integers(len(arms), size=2)
    return Sketch(
        posture, (arms[first], arms[second]), (draw.normal(0, 10), draw.normal(4, 10), 15), _gaze(draw)
    )


def _throwing(draw: Draw) -> Sketch:
    """Pitch, serve, javelin: one arm high behind, or just after the release; a long stride."""
    posture = postures.lunge(draw, draw.uniform(0.8, 1.5))
    if draw.random() < 0.25:  # the front knee drawn up before the throw
        legs = (Leg((-20, 70, ANKLE)), Leg((260, 60, 430 + 200 * draw.random()), loose=1))
        posture = Posture(STRAIGHT - 20, legs, (0, -6))
    cocked = draw.random() < 0.55
    if cocked:
        hand, twist, bend = Place("shoulder", (-170, 230, 190), elbow=10, spread=70), -34.0, -8.0
    else:
        hand, twist, bend = Place("shoulder", (330, -180, -120), spread=110), 28.0, 28.0
    other = [at.toward(10, 15), at.toward(60, 40), at.CHEST, at.HELD_LOW][int(draw.integers(4))]
    back = (draw.normal(0, 10), bend + draw.normal(0, 8), twist + draw.normal(0, 8))
    return Sketch(posture, (hand, other), back, (0, 0, -twist * 0.6))


def _racket(draw: Draw) -> Sketch:
    make = [postures.lunge, postures.crouch, postures.standing, postures.crouch]
    posture = make[int(draw.integers(4))](draw)
    angle, high = draw.uniform(-60, 110), draw.uniform(-45, 70)
    hand = at.toward(angle, high, draw.uniform(380, 530))
    other = at.CHEST if draw.random() < 0.4 else at.toward(draw.uniform(20, 90), draw.uniform(-40, 40), 430)
    if draw.random() < 0.35:  # both hands on the grip: bat, club, backhand
        shift = (hand.at[0] - 20, -hand.at[1] - 280, hand.at[2] - 60)
        other = Place("shoulder", shift)
    back = (draw.normal(0, 10), draw.uniform(0, 25), -0.35 * angle + draw.normal(0, 8))
    return Sketch(posture, (hand, other), back, (0, draw.normal(0, 10), 0.3 * angle))


def _upside_down(draw: Draw) -> Sketch:
    """Handstand, cartwheel, somersault."""
    kind = draw.random()
    split = draw.uniform(0, 1.0) if draw.random() < 0.6 else 0.0
    legs = (
        Leg((380 * split, 90 + 250 * split, ANKLE + 170 * split), loose=1, dip=40),
        Leg((-300 * split, 90 + 250 * split, ANKLE + 170 * split), loose=1, dip=40),
    )
    bend = draw.normal(0, 9)
    if kind < 0.25:  # a tucked somersault in the air
        legs = (Leg((240, 110, 480), loose=1), Leg((240, 110, 500), loose=1))
        hands, bend = (at.AHEAD, at.AHEAD), 35.0
    else:
        hands = (at.UP, at.UP) if draw.random() < 0.7 else (at.toward(100, 65, 540),) * 2
    posture = Posture(STRAIGHT, legs, (0, draw.normal(0, 6)))
    roll, pitch = (draw.uniform(80, 180), 0.0) if kind > 0.7 else (draw.normal(0, 10), draw.uniform(140, 215))
    lift = draw.uniform(200, 800) if kind < 0.25 else 0.0
    return Sketch(posture, hands, (draw.normal(0, 5), bend, 0), (0, -20, 0), lift, (roll, pitch, 0))


def _floor_exercise(draw: Draw) -> Sketch:
    """Stretching, getting up, resting on the ground."""
    make = postures.FLOOR[int(draw.integers(len(postures.FLOOR)))]
    arms = [at.ROUND_SHINS, at.ON_KNEE, at.AHEAD, at.toward(10, -5), at.UP, at.WIDE]
    first, second = draw.integers(len(arms), size=2)
    return Sketch(
        make(draw), (arms[first], arms[second]), (draw.normal(0, 10), draw.uniform(0, 30), 0), _gaze(draw)
    )


IDLE = (
    at.HANG, at.HANG, at.HANG, at.POCKET, at.ON_HIP, at.BELLY, at.CHEST, at.HELD_LOW, at.AHEAD, at.ASIDE,
    at.BEHIND_BACK,
)  # fmt: skip
DOING = (
    at.EAR, at.MOUTH, at.CHIN, at.CROWN, at.VIEWFINDER, at.WAVE, at.SHAKE, at.WIDE, at.HIGH, at.UP,
    at.CROSSED_UNDER, at.PLATE, at.LEASH, at.SCREEN, at.BEHIND_HEAD, at.OTHERS_SHOULDER,
)  # fmt: skip
SEATED = (
    at.LAP,
    at.LAP,
    at.ON_KNEE,
    at.ON_KNEE,
    at.BETWEEN_KNEES,
    at.CHEST,
    at.PLATE,
    at.CHIN,
    at.AHEAD,
    at.HANG,
)


def _hands(draw: Draw, idle: Sequence[Place], busy: float) -> tuple[Place, Place]:
    """A place for each hand; with probability `busy` one that does something."""
    picks = [DOING if draw.random() < busy else idle for _ in range(2)]
    first = picks[0][int(draw.integers(len(picks[0])))]
    return first, first if draw.random() < 0.3 else picks[1][int(draw.integers(len(picks[1])))]


def _upright(draw: Draw) -> Sketch:
    """Standing about, doing something with the hands."""
    posture = postures.standing(draw)
    back = (draw.normal(0, 5), draw.uniform(-5, 16), draw.normal(0, 10))
    return Sketch(posture, _hands(draw, IDLE, 0.4), back, _gaze(draw))


def _strolling(draw: Draw) -> Sketch:
    """A moment of walking."""
    half = draw.uniform(120, 330)
    front = Leg((half, 75, ANKLE + 8), dip=-12)
    rear = Leg((-half, 75, ANKLE + 40 + 0.12 * half), dip=20 + 0.08 * half)
    if draw.random() < 0.4:  # the rear foot swings through
        rear = Leg((-half * draw.uniform(-0.3, 1.0), 75, ANKLE + 90), dip=25)
    posture = Posture(STRAIGHT - 18 - 0.1 * half, (front, rear), (0, 3))
    hands = _hands(draw, IDLE, 0.25)
    if draw.random() < 0.6:
        hands = (Place("shoulder", (-half * 0.6, 60, -500)), Place("shoulder", (half * 0.7, 50, -480)))
    return Sketch(posture, hands, (0, draw.uniform(0, 8), draw.normal(6, 4)), _gaze(draw))


def _on_chair(draw: Draw) -> Sketch:
    posture = postures.on_chair(draw, draw.uniform(380, 560), str(draw.choice(postures.CHAIR)))
    back = (draw.normal(0, 6), draw.uniform(-5, 32), draw.normal(0, 10))
    return Sketch(posture, _hands(draw, SEATED, 0.3), back, _gaze(draw))


def _stooping(draw: Draw) -> Sketch:
    """Work near the ground."""
    make = [postures.crouch, postures.squat, postures.half_kneeling, postures.kneeling, postures.lunge]
    posture = make[int(draw.integers(5))](draw)
    low = Place("shoulder", (330, -30, -360), spread=90)
    hands = (low, low if draw.random() < 0.7 else at.ON_KNEE)
    return Sketch(posture, hands, (draw.normal(0, 8), draw.uniform(12, 55), draw.normal(0, 10)), _gaze(draw))


def _talking(draw: Draw) -> Sketch:
    """As people are filmed: upright, the hands in sight now and then."""
    sketch = _upright(draw) if draw.random() < 0.8 else _on_chair(draw)
    hands = [
        at.CHEST,
        at.AHEAD,
        at.ASIDE,
        at.BELLY,
        at.HANG,
        at.HANG,
        at.ON_HIP,
        at.CROSSED_UNDER,
        *DOING[:6],
    ]
    first, second = draw.integers(len(hands), size=2)
    sketch.hands = (hands[first], hands[first if draw.random() < 0.3 else second])
    sketch.gaze = (draw.normal(0, 6), draw.normal(2, 7), draw.normal(0, 18))
    return sketch


MIXES: dict[str, tuple[tuple[Callable[[Draw], Sketch], ...], tuple[float, ...]]] = {
    "sport": (
        (
            _running,
            _jumping,
            _kicking,
            _throwing,
            _racket,
            _upside_down,
            _stooping,
            _floor_exercise,
            _upright,
        ),
        (0.16, 0.16, 0.13, 0.15, 0.16, 0.09, 0.06, 0.04, 0.05),
    ),
    "frontal": ((_talking,), (1.0,)),
    "everyday": (
        (
            _upright,
            _strolling,
            _on_chair,
            _stooping,
            _floor_exercise,
            _running,
            _jumping,
            _racket,
            _throwing,
            _kicking,
        ),
        (0.28, 0.14, 0.16, 0.13, 0.07, 0.06, 0.04, 0.06, 0.03, 0.03),
    ),
    "crowd": (
        (_upright, _strolling, _on_chair, _running, _stooping, _racket),
        (0.42, 0.26, 0.16, 0.06, 0.05, 0.05),
    ),
}


def _sketch(kind: str, draw: Draw) -> tuple[Sketch, float]:
    """A sketch of a kind and the heading of its person."""
    makers, chances = MIXES[kind]
    # one uniform draw against the cumulated chances: `Generator.choice` takes ten times as long
    pick = int(np.searchsorted(np.cumsum(chances), draw.random() * sum(chances)))
    sketch = makers[min(pick, len(makers) - 1)](draw)
    if draw.random() < 0.5:
        sketch = _flip(sketch)
    heading = draw.normal(0, FRONTAL_SPREAD) if kind == "frontal" else draw.uniform(0, 2 * np.pi)
    return sketch, float(heading)


def _numbers(sketch: Sketch, subject: Subject, draw: Draw) -> Array:
    """A sketch as the 74 numbers that `_controls` takes apart."""
    k = subject.height_mm / MODEL_HEIGHT_MM
    posture, style = sketch.posture, subject.style
    hands = [place.near(draw).vector(subject.height_mm) for place in sketch.hands]
    legs = []
    for side, leg in enumerate(posture.legs):
        angle = OUT[side] * np.deg2rad(leg.toe_out)
        dip = np.deg2rad(leg.dip)
        direction = [np.cos(angle) * np.cos(dip), np.sin(angle) * np.cos(dip), -np.sin(dip)]
        place = [k * leg.at[0], k * OUT[side] * leg.at[1], k * leg.at[2]]
        legs += [*place, *direction, np.deg2rad(leg.knee), leg.loose]
    forward = style["lean_deg"] + draw.normal(0, 3)
    back = np.deg2rad(np.add(np.add(sketch.back, posture.back), [0.0, forward, 0.0]))
    pelvis = np.deg2rad([*posture.pelvis, draw.normal(0, 3)])
    gaze = np.deg2rad(np.add(sketch.gaze, [0.0, style["head_deg"], 0.0]))
    gaze[1] -= 0.5 * (back[1] + pelvis[1])
    return np.concatenate([[posture.height * k], pelvis, back, gaze, *hands, legs])


def _controls(numbers: Array) -> Controls:
    """All sketches (N, 74) as controls of N frames."""
    arms = numbers[:, 10:52].reshape(-1, 2, 21).swapaxes(0, 1)
    legs = numbers[:, 52:].reshape(-1, 2, 8).swapaxes(0, 1)
    root = np.zeros((len(numbers), 3))
    root[:, 2] = numbers[:, 0]
    return Controls(
        root, numbers[:, 1:4], numbers[:, 4:7], numbers[:, 7:10],
        arms[:, :, 19:21], arms[:, :, :16], arms[:, :, 16], arms[:, :, 17:19],
        legs[:, :, :3], legs[:, :, 6], legs[:, :, 3:6], legs[:, :, 7],
    )  # fmt: skip


def free_poses(
    subjects: Sequence[Subject], kind: str, seed: int, keys: Sequence[tuple[str | int, ...]]
) -> Array:
    """Points (N, P, 3) of one pose per subject and key, with the pelvis over the origin.

    The lowest point is on the floor, or as high above it as a jump goes.
    """
    if kind not in KINDS:
        raise ReposeError(f"unknown kind of pose {kind!r}, expected one of {', '.join(KINDS)}")
    numbers, wholes, lifts = [], [], []
    for subject, key in zip(subjects, keys, strict=True):
        draw = rng(seed, "free pose", kind, *key)
        sketch, heading = _sketch(kind, draw)
        numbers.append(_numbers(sketch, subject, draw))
        wholes.append([*np.deg2rad(sketch.whole), heading])
        lifts.append(sketch.lift * subject.height_mm / MODEL_HEIGHT_MM)
    lengths = np.stack([subject.lengths for subject in subjects])
    points = solve(lengths, subjects[0].limits, _controls(np.array(numbers)))
    whole = np.array(wholes)
    points = points - points[:, :1]
    points = points @ np.swapaxes(yaw(whole[:, 3]) @ turned(whole[:, :3]), 1, 2)
    points[:, :, 2] += (np.array(lifts) - points[:, :, 2].min(1))[:, None]
    return points


def free_pose(subject: Subject, kind: str, seed: int, *key: str | int) -> Array:
    """Points (P, 3) of the pose of a key."""
    pose: Array = free_poses([subject], kind, seed, [key])[0]
    assert pose.shape == (len(POINTS), 3)
    return pose
