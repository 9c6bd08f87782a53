"""Actions that are mostly done standing; each writes a script until its end."""

import numpy as np

from repose.world import places as at
from repose.world import postures
from repose.world.script import Script

IDLE = (at.HANG, at.HANG, at.POCKET, at.ON_HIP, at.BEHIND_BACK, at.BELLY, at.HELD_LOW)


def stand(script: Script, every: tuple[float, float] = (3.0, 7.0), turn_deg: float = 35.0) -> None:
    """Stand, shifting the weight and now and then stepping to another spot and heading."""
    draw, now = script.draw, 0.0
    script.settle(0, 1, postures.standing(draw, script.subject.style["stance"]))
    while (now := now + draw.uniform(*every)) < script.end:
        stays = draw.random() < 0.45
        if not stays:
            heading = script.heading + np.deg2rad(draw.normal(0, turn_deg))
            script.turn_to(heading, script.spot + draw.normal(0, 130.0, 2))
        posture = postures.standing(draw, script.subject.style["stance"])
        script.settle(now, draw.uniform(1.0, 1.5), posture, steps=True)
        now += 1.5


def rest_place(script: Script) -> at.Place:
    """Where an idle hand is."""
    return IDLE[int(script.draw.integers(len(IDLE)))]


def directions(script: Script) -> None:
    """Point somewhere with the whole arm, look there, and point somewhere else."""
    draw, now = script.draw, 0.0
    stand(script, (3.0, 6.0), 45)
    other = rest_place(script)
    script.arm(1 - script.main, 0, 1, other)
    while now < script.end:
        side = script.main if draw.random() < 0.7 else 1 - script.main
        out, up = draw.uniform(-35, 95), draw.uniform(-25, 35)
        sign = 1 if side else -1
        script.arm(side, now, draw.uniform(0.6, 0.9), at.toward(out, up, draw.uniform(480, 610)))
        if draw.random() < 0.2:
            script.arm(1 - side, now, 0.9, at.toward(draw.uniform(-20, 60), up, 480))
        script.look(now, 0.6, sign * np.clip(out, -40, 60), -0.4 * up)
        script.bend(now, 0.8, draw.uniform(-4, 8), 0, sign * out * 0.15)
        now += draw.uniform(1.2, 2.6)
        if draw.random() < 0.55:  # beckon along the way
            script.shake(side, now - 1.0, now + 0.6, (50, 60 * draw.random(), 70), draw.uniform(1.0, 1.8))
        now += draw.uniform(0.3, 0.8)
        if draw.random() < 0.6:
            script.arm(side, now, 0.8, rest_place(script))
            script.look(now, 0.7, draw.normal(0, 12), 4)
            now += draw.uniform(0.9, 1.6)


def discussion(script: Script) -> None:
    """Talk with both hands; the other person stands to one side."""
    draw, now = script.draw, 0.0
    stand(script, (2.5, 6.0), 40)
    partner = draw.uniform(-45, 45)
    talk = [at.CHEST, at.AHEAD, at.AHEAD, at.ASIDE, at.ASIDE, at.WIDE, at.BELLY]
    idle = [at.CROSSED_UNDER, at.ON_HIP, at.BELLY, at.HANG]
    while now < script.end:
        if draw.random() < 0.72:
            place = talk[int(draw.integers(len(talk)))]
            both = draw.random() < 0.65
            for side in range(2):
                if both or side == script.main:
                    mine = place if draw.random() < 0.75 else talk[int(draw.integers(len(talk)))]
                    script.arm(side, now, draw.uniform(0.4, 0.8), mine)
            lasts = draw.uniform(0.8, 2.4)
            for side in range(2) if both else [script.main]:
                path = draw.normal(0, [45, 45, 60])
                script.shake(side, now + 0.3, now + lasts + 0.3, path, draw.uniform(1.0, 2.0))
            script.bend(now, 0.9, draw.uniform(-3, 12), draw.normal(0, 4), draw.normal(0, 8))
        else:
            place = idle[int(draw.integers(len(idle)))]
            script.hands(now, 0.9, place)
            lasts = draw.uniform(1.0, 2.6)
        script.look(now, 0.6, partner + draw.normal(0, 14), draw.normal(2, 7), draw.normal(0, 6))
        now += lasts + 0.2


def greeting(script: Script) -> None:
    """Wave, bow, shake hands, salute, open the arms."""
    draw, now = script.draw, 0.0
    stand(script, (3.5, 7.0), 50)
    while now < script.end:
        side = script.main if draw.random() < 0.75 else 1 - script.main
        kind = draw.choice(["wave", "wave", "wave", "both", "bow", "shake", "salute", "hug"])
        lasts = draw.uniform(1.4, 2.8)
        script.look(now, 0.6, draw.normal(0, 15), 0)
        if kind in ("wave", "both"):
            for hand in [side] if kind == "wave" else [0, 1]:
                script.arm(hand, now, draw.uniform(0.6, 0.9), at.WAVE if draw.random() < 0.65 else at.HIGH)
                script.shake(
                    hand, now + 0.5, now + lasts + 0.5, (0, draw.uniform(90, 150), 20), draw.uniform(1.3, 2.1)
                )
        elif kind == "bow":
            script.hands(now, 0.8, at.HANG if draw.random() < 0.6 else at.BELLY)
            script.bend(now, 1.0, draw.uniform(35, 60))
            script.look(now, 0.8, 0, 18)
        elif kind == "shake":
            script.arm(side, now, 0.8, at.SHAKE)
            script.shake(side, now + 0.7, now + lasts, (0, 0, 55), draw.uniform(1.8, 2.5))
            script.bend(now, 0.8, draw.uniform(5, 16), 0, -10 if side else 10)
        elif kind == "salute":
            script.arm(side, now, 0.7, at.BROW)
        else:
            script.hands(now, 0.9, at.toward(draw.uniform(20, 60), draw.uniform(-10, 15), 470))
            script.bend(now, 0.9, draw.uniform(0, 12))
        now += lasts + 0.7
        script.hands(now, 0.9, at.HANG if draw.random() < 0.8 else rest_place(script))
        script.bend(now, 0.9)
        script.look(now, 0.7, draw.normal(0, 10), 3)
        now += draw.uniform(1.0, 1.6)


def photo(script: Script) -> None:
    """Hold a camera before the face, turn, crouch and stretch for the picture."""
    draw, now = script.draw, 0.0
    script.settle(0, 1, postures.standing(draw, script.subject.style["stance"]))
    screen = draw.random() < 0.35
    while now < script.end:
        place = at.SCREEN if screen else at.VIEWFINDER
        script.hands(now, 0.9, place)
        low = draw.random()
        if now > 0 or low < 0.6:
            make = [postures.standing, postures.lunge, postures.crouch, postures.half_kneeling]
            posture = make[int(draw.choice(4, p=[0.5, 0.16, 0.19, 0.15]))](draw)
            script.turn_to(script.heading + draw.normal(0, 0.5), script.spot + draw.normal(0, 120, 2))
            script.settle(now, 1.4, posture, steps=posture.height > 780)
        script.bend(now, 1.2, draw.uniform(-6, 14), draw.normal(0, 7), draw.normal(0, 8))
        script.look(now, 0.9, draw.normal(0, 10), draw.normal(0, 12))
        now += draw.uniform(2.2, 4.2)
        if draw.random() < 0.35:  # look at the picture
            script.hands(now, 0.8, at.CHEST)
            script.look(now, 0.8, 0, 28)
            now += draw.uniform(1.4, 2.4)


def posing(script: Script) -> None:
    """Strike a pose, hold it, strike another."""
    draw, now = script.draw, 0.0
    hand = [
        at.ON_HIP,
        at.ON_HIP,
        at.BEHIND_HEAD,
        at.HANG,
        at.CROWN,
        at.UP,
        at.WIDE,
        at.CHIN,
        at.BEHIND_BACK,
        at.HIGH,
    ]
    make = [postures.standing, postures.lunge, postures.half_kneeling, postures.crouch, postures.kneeling]
    while now < script.end:
        posture = make[int(draw.choice(5, p=[0.56, 0.2, 0.1, 0.09, 0.05]))](draw)
        script.turn_to(script.heading + draw.normal(0, 0.6), script.spot + draw.normal(0, 100, 2))
        script.settle(now, 1.2, posture, steps=posture.height > 780)
        both = draw.random()
        if both < 0.15:
            script.arm(0, now + 0.01, 1.0, at.CROSSED_OVER)
            script.arm(1, now + 0.01, 1.0, at.CROSSED_UNDER)
        else:
            first, second = draw.integers(len(hand), size=2)
            script.arm(0, now, 1.0, hand[first])
            script.arm(1, now, 1.0, hand[first if both < 0.45 else second])
        script.bend(now, 1.1, draw.uniform(-12, 10), draw.normal(0, 9), draw.normal(0, 14))
        script.look(now, 0.9, draw.normal(0, 28), draw.normal(-2, 12), draw.normal(0, 9))
        now += draw.uniform(2.0, 3.8)


def purchases(script: Script) -> None:
    """Take things from the floor, from low and high shelves, look at them and put them into a bag."""
    draw, now = script.draw, 0.0
    script.settle(0, 1, postures.standing(draw))
    bag = 1 - script.main
    carry = at.HANG if draw.random() < 0.6 else at.BELLY
    script.arm(bag, 0, 1, carry)
    script.arm(script.main, 0, 1, at.HELD_LOW)
    now = 0.2
    while now < script.end:
        where = draw.choice(["floor", "low", "low", "middle", "high"])
        both = draw.random() < 0.35
        script.turn_to(script.heading + draw.normal(0, 0.5), script.spot + draw.normal(0, 160, 2))
        if where == "floor":
            posture = [postures.crouch, postures.squat, postures.lunge][int(draw.integers(3))](draw)
            script.settle(now, 1.3, posture)
            script.bend(now, 1.3, draw.uniform(25, 50))
            place = at.Place("shoulder", (330, -20, -400), spread=50)
        elif where == "low":
            script.settle(now, 1.2, postures.crouch(draw, 0.6))
            script.bend(now, 1.2, draw.uniform(25, 50), 0, draw.normal(0, 12))
            place = at.Place("shoulder", (330, 20, -380), spread=60)
        else:
            script.settle(now, 1.2, postures.standing(draw), steps=True)
            script.bend(now, 1.0, draw.uniform(-4, 12), draw.normal(0, 5), draw.normal(0, 12))
            place = at.toward(
                draw.uniform(-15, 40), draw.uniform(5, 55) if where == "high" else draw.uniform(-30, 0), 500
            )
        for side in range(2) if both else [script.main]:
            script.arm(side, now + 0.2, 1.1, place)
        script.look(now, 0.8, draw.normal(0, 10), {"high": -22, "middle": 5}.get(str(where), 22))
        now += draw.uniform(1.5, 2.3)
        script.settle(now, 1.2, postures.standing(draw))
        script.bend(now, 1.1, draw.uniform(4, 16))
        script.look(now, 0.9, draw.normal(0, 10), 20)
        script.arm(script.main, now, 0.9, at.CHEST)
        now += draw.uniform(1.2, 2.0)
        if draw.random() < 0.75:  # into the bag
            script.arm(script.main, now, 0.8, at.Place("shoulder", (190, -230, -420), spread=30))
            script.arm(bag, now, 0.8, at.HELD_LOW)
            script.bend(now, 0.8, draw.uniform(12, 28), 0, 10 if script.main == 0 else -10)
            now += draw.uniform(1.0, 1.5)
        script.arm(bag, now, 0.7, carry)


def waiting(script: Script) -> None:
    """Stand about: arms crossed, a look at the watch, hands behind the back, scratching the head."""
    draw, now = script.draw, 0.0
    stand(script, (1.8, 4.5), 55)
    idle = ["crossed", "crossed", "back", "hips", "pockets", "watch", "hang", "scratch", "hold"]
    while now < script.end:
        kind = str(draw.choice(idle))
        last = draw.uniform(0.8, 1.2)
        if kind == "crossed":
            over = int(draw.integers(2))
            script.arm(over, now, last, at.CROSSED_OVER)
            script.arm(1 - over, now, last, at.CROSSED_UNDER)
        elif kind == "watch":
            script.arm(1 - script.main, now, last, at.WATCH)
            script.arm(script.main, now, last, at.HANG if draw.random() < 0.5 else at.CHEST)
        elif kind == "scratch":
            script.arm(script.main, now, last, at.CROWN if draw.random() < 0.5 else at.CHIN)
            script.arm(1 - script.main, now, last, at.CROSSED_UNDER if draw.random() < 0.5 else at.HANG)
            script.shake(script.main, now + 0.9, now + 2.2, (15, 15, 20), 2.2)
        else:
            place = {
                "back": at.BEHIND_BACK,
                "hips": at.ON_HIP,
                "pockets": at.POCKET,
                "hang": at.HANG,
                "hold": at.BELLY,
            }
            script.hands(now, last, place[kind])
        script.bend(now, 1.0, draw.uniform(-6, 7), draw.normal(0, 4), draw.normal(0, 7))
        down = 30 if kind == "watch" else draw.normal(3, 10)
        script.look(now, 0.8, 10 if kind == "watch" else draw.normal(0, 35), down, draw.normal(0, 5))
        now += draw.uniform(1.8, 4.0)
        if draw.random() < 0.5:
            script.look(now, 0.7, draw.normal(0, 40), draw.normal(2, 8))
            now += draw.uniform(0.8, 1.6)
