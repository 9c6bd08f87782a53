"""The three walking actions of Human3.6M; each writes a script until its end."""

from repose.world import places as at
from repose.world.gait import Manner
from repose.world.script import Script


def _loop(script: Script, eights: float) -> tuple[tuple[float, float], bool]:
    """Half axes (m) of a round loop, or of a figure of eight; no turn is tighter than a metre or so."""
    draw = script.draw
    if draw.random() < eights:
        return (draw.uniform(1.5, 1.8), draw.uniform(0.7, 0.9)), True
    long = draw.uniform(1.2, 1.7)
    return (long * draw.uniform(0.78, 1.0), long), False


def walking(script: Script) -> None:
    """Walk round and round."""
    draw = script.draw
    loop, eight = _loop(script, 0.3)
    speed = draw.uniform(1.0, 1.35)
    script.walking = Manner(speed, 0.62 + 0.55 * speed, loop, eight)
    now = 0.0
    while now < script.end:
        script.look(now, 1.0, draw.normal(0, 15), draw.normal(4, 7))
        script.bend(now, 1.2, draw.uniform(-1, 6))
        now += draw.uniform(1.8, 4.0)


def walk_dog(script: Script) -> None:
    """Walk with a leash in the hand; the dog pulls, stops and wants to be patted."""
    draw = script.draw
    loop, eight = _loop(script, 0.4)
    speed = draw.uniform(0.8, 1.15)
    script.walking = Manner(speed, 0.55 + 0.5 * speed, loop, eight, pauses=True, pelvis_mm=850)
    side = script.main
    script.swing[side], script.swing[1 - side] = 0.1, 0.8
    script.arm(1 - side, 0, 1, at.HANG)
    now = 0.0
    while now < script.end:
        kind = draw.random()
        turn = draw.normal(0, 25)
        if kind < 0.22:  # pat it
            script.bend(now, 1.2, draw.uniform(45, 70), 0, draw.normal(0, 12))
            script.arm(side, now, 1.1, at.Place("shoulder", (330, 30, -400), spread=50))
            script.look(now, 0.9, turn, 25)
        else:
            script.bend(now, 1.1, draw.uniform(0, 18), 0, draw.normal(0, 8))
            place = (
                at.LEASH
                if draw.random() < 0.6
                else at.toward(draw.uniform(-10, 40), draw.uniform(-45, -15), 480)
            )
            script.arm(side, now, 0.9, place)
            if draw.random() < 0.25:
                script.arm(1 - side, now, 0.9, at.LEASH)
            else:
                script.arm(1 - side, now, 0.9, at.HANG)
            script.look(now, 0.9, turn, draw.uniform(10, 34))
            if draw.random() < 0.4:
                script.shake(side, now + 0.8, now + 1.8, (60, 20, 30), draw.uniform(1.0, 1.8))
        now += draw.uniform(1.6, 3.4)


def walk_together(script: Script) -> None:
    """Walk beside somebody: look over, talk with the free hand, give a hand or an arm."""
    draw = script.draw
    loop, eight = _loop(script, 0.25)
    speed = draw.uniform(0.85, 1.15)
    script.walking = Manner(speed, 0.6 + 0.5 * speed, loop, eight, pelvis_mm=851)
    near = int(draw.integers(2))  # the side on which the other one walks
    sign = 1.0 if near else -1.0
    contact = str(draw.choice(["none", "hand", "shoulder", "arm"], p=[0.4, 0.25, 0.15, 0.2]))
    script.swing[near] = {"none": 0.8, "hand": 0.3}.get(contact, 0.05)
    places = {
        "hand": at.OTHERS_HAND,
        "shoulder": at.OTHERS_SHOULDER,
        "arm": at.Place("shoulder", (180, 130, -330)),
    }
    script.arm(near, 0, 1, places.get(contact, at.HANG))
    script.swing[1 - near] = 0.7
    now = 0.0
    while now < script.end:
        if draw.random() < 0.6:
            script.look(now, 0.8, sign * draw.uniform(30, 65), draw.normal(0, 7))
            script.bend(now, 1.0, draw.uniform(-2, 7), sign * -3, sign * draw.uniform(0, 14))
        else:
            script.look(now, 0.8, draw.normal(0, 12), draw.normal(3, 6))
            script.bend(now, 1.0, draw.uniform(-2, 6))
        if draw.random() < 0.4:
            script.arm(1 - near, now, 0.8, [at.AHEAD, at.CHEST, at.ASIDE][int(draw.integers(3))])
            script.shake(1 - near, now + 0.6, now + 2.0, draw.normal(0, [40, 40, 50]), draw.uniform(1.0, 1.8))
        else:
            script.arm(1 - near, now, 0.9, at.HANG)
        now += draw.uniform(1.8, 3.6)
