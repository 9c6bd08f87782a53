"""Actions that are done on a chair or on the floor, or that may be; each writes a script until its end."""

from repose.world import places as at
from repose.world import postures
from repose.world.gait import Manner
from repose.world.postures import Posture
from repose.world.script import Script
from repose.world.standing import rest_place, stand


def _chair(script: Script, every: tuple[float, float], manners: tuple[str, ...] = postures.CHAIR) -> None:
    """Sit on a chair and change the legs now and then."""
    draw, now = script.draw, 0.0
    seat = draw.uniform(400, 500)
    script.settle(0, 1, postures.on_chair(draw, seat, str(draw.choice(manners))))
    while (now := now + draw.uniform(*every)) < script.end:
        script.settle(now, draw.uniform(0.9, 1.5), postures.on_chair(draw, seat, str(draw.choice(manners))))
        now += 1.5


def _walk_slowly(script: Script) -> None:
    draw = script.draw
    long = draw.uniform(0.9, 1.5)
    loop = (long * draw.uniform(0.8, 1.0), long)
    script.walking = Manner(draw.uniform(0.55, 0.8), draw.uniform(0.85, 1.0), loop, pelvis_mm=866)


def sitting(script: Script) -> None:
    """Sit on a chair: upright, leaning back, elbows on the knees, legs crossed."""
    draw, now = script.draw, 0.0
    _chair(script, (2.0, 5.0))
    pairs = [
        (at.LAP, at.LAP, 0),
        (at.ON_KNEE, at.ON_KNEE, 8),
        (at.BETWEEN_KNEES, at.BETWEEN_KNEES, 38),
        (at.SEAT_EDGE, at.SEAT_EDGE, 6),
        (at.CROSSED_OVER, at.CROSSED_UNDER, -3),
        (at.BEHIND_HEAD, at.BEHIND_HEAD, -14),
        (at.CHIN, at.LAP, 26),
        (at.OVER_BACKREST, at.ON_KNEE, -8),
        (at.LAP, at.ON_KNEE, 2),
        (at.ROUND_SHINS, at.CHIN, 30),
        (at.HANG, at.HANG, -8),
        (at.CROWN, at.ON_KNEE, 4),
    ]
    while now < script.end:
        first, second, forward = pairs[int(draw.integers(len(pairs)))]
        side = int(draw.integers(2))
        last = draw.uniform(0.9, 1.4)
        script.arm(side, now, last, first)
        script.arm(1 - side, now, last, second)
        script.bend(now, 1.2, forward + draw.normal(0, 5), draw.normal(0, 6), draw.normal(0, 9))
        script.look(now, 1.0, draw.normal(0, 28), draw.normal(4, 11), draw.normal(0, 6))
        now += draw.uniform(1.6, 4.0)


FLOOR_HANDS = {
    "cross_legged": [(at.ON_KNEE, at.ON_KNEE), (at.LAP, at.LAP), (at.CHIN, at.LAP), (at.AHEAD, at.ON_KNEE)],
    "knees_up": [(at.ROUND_SHINS, at.ROUND_SHINS), (at.ROUND_SHINS, at.CHIN), (at.ON_KNEE, at.ON_KNEE)],
    "heel_sitting": [(at.LAP, at.LAP), (at.LAP, at.CHIN), (at.HANG, at.HANG), (at.CROWN, at.LAP)],
}


def _floor_hands(script: Script, now: float, name: str) -> None:
    """Hands for a posture on the floor; on the floor itself where they carry weight."""
    draw = script.draw
    if name == "long_sitting":
        for side in range(2):
            script.lean_on(side, now, 1.2, draw.uniform(-400, -300), draw.uniform(210, 320))
    elif name == "lying_back":
        for side in range(2):
            script.lean_on(side, now, 1.2, draw.uniform(-260, -160), draw.uniform(220, 300))
    elif name == "side_sitting":  # lean on the lower hand
        low = 0 if script.posture is not None and script.posture.pelvis[0] > 0 else 1
        script.lean_on(low, now, 1.2, draw.uniform(-120, 20), draw.uniform(330, 400))
        script.arm(1 - low, now, 1.2, at.ON_KNEE if draw.random() < 0.5 else at.LAP)
    else:
        first, second = FLOOR_HANDS[name][int(draw.integers(len(FLOOR_HANDS[name])))]
        side = int(draw.integers(2))
        script.arm(side, now, 1.1, first)
        script.arm(1 - side, now, 1.1, second)


def _get_down(script: Script, now: float) -> float:
    """From standing to the floor by way of a crouch, a squat or one knee."""
    draw = script.draw
    way = [postures.squat, postures.half_kneeling, postures.crouch][int(draw.integers(3))]
    posture: Posture = way(draw)
    script.settle(now, 1.3, posture, keep=True)
    script.hands(now, 1.2, at.Place("shoulder", (260, 80, -420), spread=60))
    script.bend(now, 1.2, draw.uniform(15, 35))
    script.look(now, 0.9, draw.normal(0, 20), 18)
    return now + draw.uniform(1.2, 1.8)


def sitting_down(script: Script) -> None:
    """Get down to the floor and sit there in one way after another; perhaps get up and do it again."""
    draw, now = script.draw, 0.0
    script.settle(0, 1, postures.standing(draw))
    script.hands(0, 1, at.HANG)
    now = draw.uniform(0.2, 1.2) if draw.random() < 0.6 else 0.0
    up = now > 0
    while now < script.end:
        if up:
            now, up = _get_down(script, now), False
        make = postures.FLOOR[int(draw.choice(6, p=[0.2, 0.22, 0.22, 0.14, 0.14, 0.08]))]
        script.turn_to(script.heading + draw.normal(0, 0.25))
        script.settle(now, 1.4, make(draw), keep=True)
        _floor_hands(script, now, make.__name__)
        script.bend(now, 1.3, draw.normal(0, 5), draw.normal(0, 4), draw.normal(0, 8))
        script.look(now, 1.0, draw.normal(0, 28), draw.normal(2, 12), draw.normal(0, 6))
        now += draw.uniform(2.6, 5.0)
        if draw.random() < 0.16:
            script.settle(now, 1.8, postures.squat(draw), keep=True)
            script.hands(now, 1.4, at.Place("shoulder", (240, 120, -440), spread=60))
            now += 1.9
            script.settle(now, 1.4, postures.standing(draw), keep=True)
            script.bend(now, 1.2)
            script.hands(now, 1.2, at.HANG)
            now += draw.uniform(1.6, 2.6)
            up = True


def eating(script: Script) -> None:
    """Bring food to the mouth again and again, mostly sitting; the other hand holds the plate."""
    draw, now = script.draw, 0.0
    seated = draw.random() < 0.75
    if seated:
        _chair(script, (5.0, 9.0), ("flat", "apart", "under", "crossed_ankles", "one_ahead"))
    else:
        stand(script, (4.0, 8.0), 25)
    plate = at.PLATE if draw.random() < 0.6 else (at.LAP if seated else at.BELLY)
    script.arm(1 - script.main, 0, 1, plate)
    stoop = draw.uniform(8, 22)
    while now < script.end:
        script.arm(script.main, now, 0.8, at.PLATE)
        script.look(now, 0.7, draw.normal(0, 8), draw.uniform(12, 28))
        script.bend(now, 0.9, stoop + draw.normal(0, 4), 0, draw.normal(0, 4))
        now += draw.uniform(0.8, 1.5)
        script.arm(script.main, now, draw.uniform(0.6, 0.9), at.MOUTH)
        script.look(now, 0.7, draw.normal(0, 10), draw.uniform(2, 12))
        script.bend(now, 0.8, stoop * 0.6)
        now += draw.uniform(1.0, 2.0)
        if draw.random() < 0.25:  # a word in between
            script.arm(script.main, now, 0.7, at.AHEAD)
            script.arm(1 - script.main, now, 0.7, plate)
            script.look(now, 0.7, draw.normal(0, 35), 0)
            now += draw.uniform(0.9, 1.6)


def phoning(script: Script) -> None:
    """Hold a hand to an ear; stand, walk about or sit; talk with the other hand."""
    draw, now = script.draw, 0.0
    way = str(draw.choice(["stand", "walk", "sit"], p=[0.4, 0.4, 0.2]))
    {"stand": lambda: stand(script, (2.5, 6.0), 50), "walk": lambda: _walk_slowly(script),
     "sit": lambda: _chair(script, (4.0, 8.0))}[way]()  # fmt: skip
    side, other = script.main, 1 - script.main
    script.swing[side], script.swing[other] = 0.0, 0.4 if way == "walk" else 0.0
    script.arm(side, 0, 1, at.EAR)
    tilt = (-1.0 if side else 1.0) * draw.uniform(0, 8)
    while now < script.end:
        kind = draw.random()
        if kind < 0.4:
            place = [at.AHEAD, at.ASIDE, at.CHEST][int(draw.integers(3))]
            script.arm(other, now, 0.7, place)
            script.shake(other, now + 0.5, now + 2.0, draw.normal(0, [40, 40, 55]), draw.uniform(0.9, 1.6))
        else:
            idle = (
                [at.LAP, at.ON_KNEE, at.CROSSED_UNDER]
                if way == "sit"
                else [at.POCKET, at.CROSSED_UNDER, at.HANG]
            )
            script.arm(
                other, now, 0.9, idle[int(draw.integers(3))] if draw.random() < 0.7 else rest_place(script)
            )
        script.look(now, 0.8, draw.normal(0, 20), draw.normal(8, 9), tilt)
        script.bend(now, 1.0, draw.uniform(-3, 9), draw.normal(0, 3), draw.normal(0, 6))
        if draw.random() < 0.3:
            script.arm(side, now, 0.8, at.EAR)
        now += draw.uniform(1.8, 4.0)


def smoking(script: Script) -> None:
    """Draw on a cigarette, let the hand sink, blow; sitting or standing."""
    draw, now = script.draw, 0.0
    seated = draw.random() < 0.5
    if seated:
        _chair(script, (4.0, 8.0))
    else:
        stand(script, (3.0, 6.0), 40)
    side, other = script.main, 1 - script.main
    idle = (
        [at.LAP, at.ON_KNEE, at.CROSSED_UNDER]
        if seated
        else [at.POCKET, at.CROSSED_UNDER, at.HANG, at.ON_HIP]
    )
    script.arm(other, 0, 1, idle[int(draw.integers(len(idle)))])
    low = (
        [at.ON_KNEE, at.ASIDE] if seated else [at.ASIDE, at.HELD_LOW, at.Place("shoulder", (200, 130, -330))]
    )
    while now < script.end:
        script.arm(side, now, draw.uniform(0.8, 1.1), at.MOUTH)
        script.look(now, 0.9, draw.normal(0, 8), draw.uniform(0, 12))
        now += draw.uniform(1.5, 2.4)
        script.arm(side, now, draw.uniform(0.8, 1.2), low[int(draw.integers(len(low)))])
        script.look(now + 0.2, 0.9, draw.normal(0, 30), draw.uniform(-20, 2))
        script.bend(now, 1.2, draw.uniform(-8, 8), draw.normal(0, 4), draw.normal(0, 7))
        if draw.random() < 0.35:
            script.arm(other, now, 1.0, idle[int(draw.integers(len(idle)))])
        now += draw.uniform(1.3, 3.2)
