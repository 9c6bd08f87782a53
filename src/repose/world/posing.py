"""From what a person wants (where are hands and feet, how is the back bent) to the points of the body.

Two-bone inverse kinematics in closed form for arms and legs, inside the limits of the joints.
Legend: T frames, sides 0 right and 1 left; `out` is away from the body's middle plane.
"""

from dataclasses import dataclass

import numpy as np

from repose.world.body import LEG, POINTS, SEGMENTS, SIDES, TRUNK, Subject, ancestors, forward, tree
from repose.world.frames import Array, apply, cross, dot, frame, smooth_step, turned, unit, yaw

OUT = np.array([-1.0, 1.0])  # y of `out`, right and left
FRAMES = ("shoulder", "head", "hip", "floor")  # what a hand's place is given in
BEND = {"lumbar": 0.35, "middle_back": 0.7, "upper_back": 0.9, "chest": 1.0}  # share of the spine's bend
FREE = 9.0  # no bound on the component of a unit vector
ARM_AWAY = np.array([[0.0, 0.6, -0.6], [1.0, 0.0, 0.0]])  # from too far back; from too far in
LEG_AWAY = np.array([[0.0, 0.0, -1.0], [0.7, 0.0, -0.7]])
TRUNK_POINTS = [i for i, carrier in enumerate(tree()[1]) if SEGMENTS[carrier] in TRUNK]


@dataclass
class Controls:
    """What a movement sets, all in millimetres and radians."""

    root: Array  # (T, 3) pelvis over the floor
    pelvis: Array  # (T, 3) to the right side, forward, turned left
    spine: Array  # (T, 3) likewise, chest against pelvis
    head: Array  # (T, 3) likewise, head against chest
    clavicle: Array  # (2, T, 2) up, forward
    hand: Array  # (2, T, 16) four weights of FRAMES, then weight · (forward, out, up) in each
    elbow: Array  # (2, T) turned away from the body about the line from shoulder to wrist
    palm: Array  # (2, T, 2) thumb turned in, fingers bent in
    ankle: Array  # (2, T, 3) in the world
    knee: Array  # (2, T) turned outward
    foot: Array  # (2, T, 3) direction of the foot in the world
    loose: Array  # (2, T) 1 where the foot follows the shank instead, toes down as `foot` is


def soft_above(values: Array, low: Array | float, width: Array | float) -> Array:
    """Values that bend smoothly away from `low` and never fall below it."""
    over = values - low
    return low + 0.5 * (over + np.sqrt(over * over + width * width))


def soft_between(values: Array, low: float, high: float, width: float = 0.08) -> Array:
    """Values kept smoothly within bounds."""
    inside = -soft_above(-soft_above(values, low, width), -high, width)
    return np.clip(inside, low, high)


def bend_two_bones(
    reach: Array, upper: Array, lower: Array, pole: Array, flexion_deg: float, soft: float
) -> tuple[Array, Array, Array]:
    """Directions (T, 3) of upper and lower bone, and of the bend, that bring the end near `reach` (T, 3).

    From the share `soft` of the straight limb on, the reach is shortened smoothly: the joint's speed stays
    finite.
    """
    length = np.sqrt(dot(reach, reach)) + 1e-9
    line = reach / length
    angle = np.cos(np.pi - np.deg2rad(flexion_deg - 2))
    shortest = np.sqrt(upper**2 + lower**2 - 2 * upper * lower * angle)
    length = soft_above(length, shortest, 0.06 * (upper + lower))
    longest = 0.9995 * (upper + lower)
    knee = soft * longest
    over = np.maximum(length - knee, 0.0)
    length = np.minimum(length, knee) + (longest - knee) * (1 - np.exp(-over / (longest - knee)))
    c = np.clip((upper**2 + length**2 - lower**2) / (2 * upper * length), -1.0, 1.0)
    s = np.sqrt(np.maximum(1 - c * c, 0.0))
    bend = unit(pole - dot(pole, line) * line)
    first = c * line + s * bend
    return first, (length * line - upper * first) / lower, bend


def swing(old: Array, new: Array, vectors: Array) -> Array:
    """Turn vectors by the smallest rotation that takes the unit vector `old` to `new` (T, 3)."""
    axis = cross(old, new)
    c = dot(old, new)
    turned_part: Array = (
        vectors * c + cross(axis, vectors) + axis * dot(axis, vectors) / np.maximum(1 + c, 1e-3)
    )
    return turned_part


def _arm_pole(line: Array) -> Array:
    """Where the elbow points for a line shoulder→wrist (T, 3) as forward, out, up in the chest's frame."""
    low, high, behind = np.array([[-0.85, 0.35, -0.25], [0.35, 0.5, -0.75], [0.5, 0.8, 0.4]])
    raised = smooth_step(line[:, 2:], -0.85, 0.35)
    back = smooth_step(-line[:, :1], -0.75, 0.45) * smooth_step(line[:, 2:], -0.5, 0.6)
    pole: Array = low + raised * (high - low) + back * (behind - high)
    return pole


def _kept_direction(old: Array, low: Array, high: Array, away: Array) -> Array:
    """A unit vector (T, 3) whose components are brought within bounds one after another.

    What is beyond a bound is first led `away` (2, 3), so that no direction is left undefined.
    """
    beyond = soft_above(low[:2] - old[:, :2], 0.0, 0.05)  # T, 2
    new = unit(old + 1.5 * beyond @ away)
    for axis in (1, 0):
        value = soft_between(new[:, axis], low[axis], high[axis])
        rest = np.delete(new, axis, axis=1)
        size = np.sqrt((rest * rest).sum(1) + 1e-9)
        rest = rest * (np.sqrt(np.maximum(1 - value * value, 0.0)) / size)[:, None]
        new = np.insert(rest, axis, value, axis=1)
    return new


def limb_frames(first: Array, second: Array, hint: Array) -> tuple[Array, Array]:
    """Frames of both bones, hanging along −z, sharing the hinge; `hint` is ahead of the first bone."""
    upper = frame(-first, hint)
    z = unit(-second)
    hinge = unit(upper[..., 1] - dot(z, upper[..., 1]) * z)
    return upper, np.stack([cross(hinge, z), hinge, z], axis=-1)


def _mirror(vectors: Array, out: float) -> Array:
    return vectors * np.array([1.0, out, 1.0])


def _deg_sin(degrees: float) -> float:
    return float(np.sin(np.deg2rad(degrees)))


class _Solver:
    """One call's workspace: the body's lengths and the segments' frames found so far."""

    def __init__(self, lengths: Array, limits: dict[str, float], controls: Controls) -> None:
        self.frames = len(controls.root)
        self.lengths = np.broadcast_to(lengths, (self.frames, len(POINTS), 3))
        self.limits, self.controls = limits, controls
        self.segments = np.zeros((self.frames, len(SEGMENTS), 3, 3))

    def offset(self, point: str) -> Array:
        return self.lengths[:, POINTS.index(point)]

    def size(self, point: str) -> Array:
        offset = self.offset(point)
        return np.sqrt(dot(offset, offset))

    def put(self, segment: str, value: Array) -> None:
        self.segments[:, SEGMENTS.index(segment)] = value

    def get(self, segment: str) -> Array:
        return self.segments[:, SEGMENTS.index(segment)]

    def trunk(self) -> None:
        """Frames from pelvis to head, and where their points lie."""
        c, limits = self.controls, {k: np.deg2rad(v) for k, v in self.limits.items()}
        spine = soft_between(c.spine, -limits["spine_bend"], limits["spine_bend"], 0.05)
        spine[:, 2] = soft_between(c.spine[:, 2], -limits["spine_twist"], limits["spine_twist"], 0.05)
        head = soft_between(c.head, -limits["neck_bend"], limits["neck_bend"], 0.05)
        head[:, 2] = soft_between(c.head[:, 2], -limits["neck_turn"], limits["neck_turn"], 0.05)
        pelvis = yaw(c.pelvis[:, 2]) @ turned(c.pelvis * np.array([1.0, 1.0, 0.0]))
        self.put("pelvis", pelvis)
        for name, share in BEND.items():
            self.put(name, pelvis @ turned(spine * share))
        chest = self.get("chest")
        level = chest[..., 0] - chest[:, 2:, 0] * chest[..., 2]  # ahead, however the back is bent
        self.level = frame(np.broadcast_to(np.array([0.0, 0.0, 1.0]), level.shape), level)
        self.put("neck", chest @ turned(head * 0.5))
        self.put("head", chest @ turned(head))
        _, carriers, _ = tree()
        own = self.segments[:, [carriers[i] for i in TRUNK_POINTS]]
        offsets = apply(own, self.lengths[:, TRUNK_POINTS])
        inner = ancestors()[np.ix_(TRUNK_POINTS, TRUNK_POINTS)]
        places = inner @ offsets + c.root[:, None]
        self.places = {POINTS[i]: places[:, k] for k, i in enumerate(TRUNK_POINTS)}

    def hand_target(self, side: int, shoulder: Array) -> Array:
        """The wrist's place in the world: its places in four frames, blended."""
        key = self.controls.hand[side]
        weights, offsets = key[:, :4], key[:, 4:].reshape(-1, 4, 3) * np.array([1.0, OUT[side], 1.0])
        hip = self.places[f"{SIDES[side]}_hip"]
        chest, head, pelvis = self.get("chest"), self.get("head"), self.get("pelvis")
        own = offsets[:, 0]
        size = np.sqrt(dot(own, own)) + 1e-6
        hangs = smooth_step(-own[:, 2:] / size, 0.3, 1.0)  # an arm hangs from a bent back, too
        target = weights[:, 0:1] * shoulder + (1 - hangs) * apply(chest, own) + hangs * apply(self.level, own)
        target += weights[:, 1:2] * self.places["head"] + apply(head, offsets[:, 1])
        target += weights[:, 2:3] * hip + apply(pelvis, offsets[:, 2])
        result: Array = target + offsets[:, 3]  # the floor's frame has its origin in the world's
        return result

    def arm(self, side: int) -> None:
        name, out, c = SIDES[side], float(OUT[side]), self.controls
        chest = self.get("chest")
        raised, ahead = c.clavicle[side].T
        girdle = chest @ turned(np.stack([out * raised, np.zeros_like(raised), -out * ahead], axis=-1))
        self.put(f"{name}_clavicle", girdle)
        shoulder = self.places[f"{name}_clavicle"] + apply(girdle, self.offset(f"{name}_shoulder"))
        reach = self.hand_target(side, shoulder) - shoulder
        local = _mirror(apply(np.swapaxes(chest, 1, 2), reach), out)  # forward, out, up
        line = unit(local)
        pole = _arm_pole(line)
        pole = unit(pole - dot(pole, line) * line)
        pole = apply(turned(line * c.elbow[side][:, None]), pole)
        upper, lower = self.size(f"{name}_elbow"), self.size(f"{name}_wrist")
        first, second, bend = bend_two_bones(local, upper, lower, pole, self.limits["elbow_flexion"], 0.90)
        low = np.array([-_deg_sin(self.limits["upper_arm_back"]), -_deg_sin(self.limits["upper_arm_in"])])
        kept = _kept_direction(first, low, np.array([FREE, FREE]), ARM_AWAY)
        second, bend, first = swing(first, kept, second), swing(first, kept, bend), kept
        world = [apply(chest, _mirror(vector, out)) for vector in (first, second, -bend)]
        upper_arm, forearm = limb_frames(*world)
        self.put(f"{name}_upper_arm", upper_arm)
        self.put(f"{name}_forearm", forearm)
        turn_in, fold = c.palm[side].T
        zero = np.zeros_like(fold)
        pronated = forearm @ yaw(-out * turn_in)
        self.put(f"{name}_hand", pronated @ turned(np.stack([out * -fold, zero, zero], axis=-1)))

    def leg(self, side: int) -> None:
        """Reach for the ankle's place; where the foot sinks into the floor, once more with it raised."""
        ankle = self.controls.ankle[side]
        self.reach_leg(side, ankle)
        foot = self.get(f"{SIDES[side]}_foot")
        heel, ball, toe = (apply(foot, self.offset(f"{SIDES[side]}_{point}"))[:, 2] for point in LEG[-3:])
        stiff = smooth_step(-foot[:, 2, 2], -0.3, 0.3)  # toes bend only toward the instep
        lowest = heel - soft_above(heel - ball - stiff * toe, 0.0, 8.0)
        sunk = soft_above(-4.0 - ankle[:, 2] - lowest, 0.0, 8.0)
        self.reach_leg(side, ankle + sunk[:, None] * np.array([0.0, 0.0, 1.0]))

    def reach_leg(self, side: int, ankle: Array) -> None:
        name, out, c = SIDES[side], float(OUT[side]), self.controls
        pelvis, hip = self.get("pelvis"), self.places[f"{name}_hip"]
        local = _mirror(apply(np.swapaxes(pelvis, 1, 2), ankle - hip), out)
        line = unit(local)
        down = np.broadcast_to(np.array([0.0, 0.0, -1.0]), line.shape)
        ahead = np.broadcast_to(np.array([1.0, 0.0, 0.0]), line.shape)
        pole = apply(turned(line * -c.knee[side][:, None]), swing(down, line, ahead))
        upper, lower = self.size(f"{name}_knee"), self.size(f"{name}_ankle")
        first, second, bend = bend_two_bones(local, upper, lower, pole, self.limits["knee_flexion"], 0.98)
        low = np.array([-_deg_sin(self.limits["thigh_back"]), -_deg_sin(self.limits["thigh_in"])])
        kept = _kept_direction(first, low, np.array([FREE, _deg_sin(self.limits["thigh_out"])]), LEG_AWAY)
        second, bend, first = swing(first, kept, second), swing(first, kept, bend), kept
        world = [apply(pelvis, _mirror(vector, out)) for vector in (first, second, bend)]
        thigh, shank = limb_frames(*world)
        self.put(f"{name}_thigh", thigh)
        self.put(f"{name}_shank", shank)
        self.foot(side, hip + upper * world[0] + lower * world[1], world[1], shank)

    def foot(self, side: int, ankle: Array, down: Array, shank: Array) -> None:
        """The foot's frame within the ankle's limits; the toes lie flat where the foot rolls over them."""
        name, c = SIDES[side], self.controls
        ahead = shank[..., 0]
        free = c.loose[side][:, None]
        pointed = np.arcsin(np.clip(-c.foot[side][:, 2:], -1.0, 1.0)) + 0.35
        wanted = unit((1 - free) * c.foot[side] + free * (np.cos(pointed) * ahead + np.sin(pointed) * down))
        along = dot(wanted, down)
        level = wanted - along * down
        level = unit(level + 1.5 * np.maximum(0.5 - dot(unit(level), ahead), 0.0) * ahead)
        up, low = self.limits["ankle_up"], self.limits["ankle_down"]
        along = soft_between(along, -_deg_sin(up), _deg_sin(low))
        direction = along * down + np.sqrt(1 - along * along) * level
        foot = frame(cross(direction, cross(-down, direction)), direction)
        self.put(f"{name}_foot", foot)
        self.toe(side, ankle, foot)

    def toe(self, side: int, ankle: Array, foot: Array) -> None:
        """Toes bend up as far as the floor asks."""
        name = SIDES[side]
        ball = ankle[:, 2] + apply(foot, self.offset(f"{name}_foot"))[:, 2]
        own = self.size(f"{name}_toe")[:, 0]
        level = np.arcsin(np.clip((4.0 - ball) / own, -0.98, 0.98))
        bent = soft_above(level - np.arcsin(np.clip(foot[:, 2, 0], -0.98, 0.98)), 0.0, 0.1)
        bent = np.minimum(bent, 1.2) * smooth_step(foot[:, 2, 2], -0.4, 0.2)  # not where the sole faces up
        self.put(f"{name}_toe", foot @ turned(np.stack([0 * bent, -bent, 0 * bent], axis=-1)))


def solve(lengths: Array, limits: dict[str, float], controls: Controls) -> Array:
    """Points (T, P, 3) of the body; `lengths` (P, 3) or one set a frame (T, P, 3)."""
    solver = _Solver(lengths, limits, controls)
    solver.trunk()
    for side in range(2):
        solver.arm(side)
        solver.leg(side)
    return forward(lengths, solver.segments, controls.root)


def pose(subject: Subject, controls: Controls) -> Array:
    """Points (T, P, 3) of a subject."""
    return solve(subject.lengths, subject.limits, controls)
