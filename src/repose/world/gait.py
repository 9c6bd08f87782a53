"""Walking: a path through the room, feet that stay where they are put, and what the body does meanwhile.

Phases and angles follow gait analysis (Perry & Burnfield, "Gait Analysis": stance 62 % of a stride, heel-off
near 30 %, two bobs of the pelvis per stride). Legend: T frames, sides 0 right and 1 left.
"""

from dataclasses import dataclass

import numpy as np

from repose.world.body import Subject
from repose.world.frames import Array, smooth_step
from repose.world.places import MODEL_HEIGHT_MM
from repose.world.posing import OUT
from repose.world.postures import ANKLE
from repose.world.tracks import Track, sway

STANCE = 0.62  # share of a stride
OVER_FOOT = 0.26  # where in a stride the pelvis passes over the foot
BALL_MM, HEEL_MM = 132.0, 51.0  # of the ankle over the ground, ahead and behind (1.70 m tall)


@dataclass(frozen=True)
class Manner:
    """How a person walks: speed m/s, stride m, loop of two half axes m, share of arm swing, pauses."""

    speed: float
    stride: float
    loop: tuple[float, float]
    eight: bool = False
    pauses: bool = False
    pelvis_mm: float = 849.0
    sway: float = 1.0


@dataclass(frozen=True)
class Gait:
    """What walking sets, each over T frames; see `posing.Controls`."""

    root: Array  # (T, 3)
    pelvis: Array  # (T, 3)
    ankle: Array  # (2, T, 3)
    yaw: Array  # (2, T) of the feet
    dip: Array  # (2, T)
    swing: Array  # (T) −1 … 1: right arm behind … ahead
    vigour: Array  # (T) 0 at rest, 1 at full speed


def _path(manner: Manner, start: float, way: float) -> tuple[Array, Array, Array, Array]:
    """Distance along one loop (N), places (N, 2), heading (N, unwrapped), and the loop's length."""
    angle = start + way * np.linspace(0.0, 2 * np.pi, 1500)
    a, b = np.array(manner.loop) * 1000.0
    if manner.eight:
        places = np.stack([a * np.sin(angle), b * np.sin(2 * angle)], axis=1)
        slope = np.stack([a * np.cos(angle), 2 * b * np.cos(2 * angle)], axis=1) * way
    else:
        places = np.stack([a * np.cos(angle), b * np.sin(angle)], axis=1)
        slope = np.stack([-a * np.sin(angle), b * np.cos(angle)], axis=1) * way
    along = np.concatenate([[0.0], np.cumsum(np.sqrt((np.diff(places, axis=0) ** 2).sum(1)))])
    heading = np.unwrap(np.arctan2(slope[:, 1], slope[:, 0]))
    return along, places, heading, along[-1:]


def _on_path(path: tuple[Array, Array, Array, Array], distance: Array) -> tuple[Array, Array]:
    """Places (…, 2) and heading (…) after a distance, round after round."""
    along, places, heading, length = path
    rounds = np.floor(distance / length)
    rest = distance - rounds * length
    x, y = (np.interp(rest, along, places[:, axis]) for axis in (0, 1))
    turn = heading[-1] - heading[0]
    return np.stack([x, y], axis=-1), np.interp(rest, along, heading) + rounds * turn


def _progress(manner: Manner, draw: np.random.Generator, seconds: Array, tempo: float) -> tuple[Array, Array]:
    """Distance (T) mm and share of full speed (T)."""
    speed = Track(1.0)
    if manner.pauses:
        now = draw.uniform(1.0, 4.0)
        while now < seconds[-1]:
            speed.to(now, 1.2, draw.uniform(0.12, 0.5))
            now += draw.uniform(2.5, 4.5)
            speed.to(now, 1.2, draw.uniform(0.85, 1.15))
            now += draw.uniform(2.5, 6.0)
    share = speed.at(seconds)[:, 0] * (1 + 0.05 * sway(draw, seconds, 1, 0.1)[:, 0])
    share = np.maximum(share, 0.08)
    return np.cumsum(share) * manner.speed * tempo * 1000.0 / 50.0, np.minimum(share, 1.0)


def walk(subject: Subject, draw: np.random.Generator, seconds: Array, manner: Manner) -> Gait:
    """Walking along the manner's loop."""
    k = subject.height_mm / MODEL_HEIGHT_MM
    stride = manner.stride * 1000.0 * k * subject.style["stride"]
    path = _path(manner, draw.uniform(0, 2 * np.pi), float(draw.choice([-1.0, 1.0])))
    distance, share = _progress(manner, draw, seconds, subject.style["tempo"])
    phase = distance / stride + draw.random()
    width = draw.uniform(55, 95) * k * np.sqrt(subject.style["stance"])
    toe_out = np.deg2rad(subject.style["toe_out_deg"])
    ankle, yaw, dip = (np.zeros((2, len(seconds), n)) for n in (3, 1, 1))
    lift = draw.uniform(15, 45) * k
    for side in range(2):
        own = phase - 0.5 * side
        step = np.floor(own)
        part = own - step
        reach = smooth_step(part, STANCE, 1.0)[:, None]

        def put(count: Array, side: int = side) -> tuple[Array, Array]:
            where = (count + 0.5 * side + OVER_FOOT - phase[0]) * stride + distance[0]
            place, heading = _on_path(path, where)
            across = np.stack([-np.sin(heading), np.cos(heading)], axis=-1)
            return place + OUT[side] * width * across, heading

        (old, was), (new, will) = put(step), put(step + 1)
        turn = was + reach[:, 0] * (will - was)
        tip = _dip(part)
        rolled, raised = _roll(tip, k)
        ahead = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
        ankle[side, :, :2] = old + reach * (new - old) + rolled[:, None] * ahead
        u = np.clip((part - STANCE) / (1 - STANCE), 0, 1)
        ankle[side, :, 2] = raised + lift * np.sin(np.pi * u) ** 2
        yaw[side, :, 0] = turn + OUT[side] * toe_out
        dip[side, :, 0] = tip
    root, pelvis, arms = _body(path, distance, phase, manner, k, share)
    return Gait(root, pelvis, ankle, yaw[..., 0], dip[..., 0], arms, share)


def _dip(part: Array) -> Array:
    """Toes-down angle of the foot in a stride: heel strike, flat, heel-off, swing."""
    degrees = -15 + 15 * smooth_step(part, 0.0, 0.12)
    degrees = degrees + 44 * smooth_step(part, 0.30, STANCE + 0.02) - 44 * smooth_step(part, STANCE, 0.92)
    degrees = degrees - 15 * smooth_step(part, 0.75, 1.0)
    angles: Array = np.deg2rad(degrees)
    return angles


def _roll(dip: Array, k: float) -> tuple[Array, Array]:
    """How far ahead of its flat place, and how high, the ankle is when the foot rolls over ball or heel."""
    c, s = np.cos(dip), np.sin(dip)
    toe = (BALL_MM * (1 - c) + ANKLE * s, ANKLE * c + BALL_MM * s)
    heel = (-HEEL_MM * (1 - c) + ANKLE * s, ANKLE * c - HEEL_MM * s)
    ahead = np.where(dip > 0, toe[0], heel[0]) * k
    up = np.where(dip > 0, toe[1], heel[1]) * k
    return ahead, up


def _body(
    path: tuple[Array, Array, Array, Array],
    distance: Array,
    phase: Array,
    manner: Manner,
    k: float,
    share: Array,
) -> tuple[Array, Array, Array]:
    """Root (T, 3), pelvis angles (T, 3) and the arms' swing (T)."""
    place, heading = _on_path(path, distance)
    once = np.cos(2 * np.pi * phase)
    over_right = np.cos(2 * np.pi * (phase - 0.31))
    twice = np.cos(4 * np.pi * (phase - 0.31))
    across = np.stack([-np.sin(heading), np.cos(heading)], axis=-1)
    size = (manner.stride / 1.3) ** 2 * k
    flat = place - (16.0 * k * over_right)[:, None] * across
    root = np.concatenate([flat, (manner.pelvis_mm * k + 17.0 * size * twice)[:, None]], axis=1)
    wide = np.deg2rad(manner.sway)
    pelvis = np.stack(
        [-2.5 * wide * over_right, 0 * once + np.deg2rad(3.0), heading + 4 * wide * once], axis=1
    )
    return root, pelvis, -once * np.minimum(share * 1.2, 1.0)
