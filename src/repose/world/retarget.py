"""Motion capture on the bodies of the world: limbs take the directions of the recording, lengths stay ours.

Joints are found by names as CMU's, Mixamo's and 3ds Max's skeletons use them: elbows and knees are known
by name, their neighbours by their place in the hierarchy. Face and collar bones follow the nearest frame.
Legend: F frames of the file, T frames at 50 Hz, P points, S segments.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from repose.foundations.errors import ReposeError
from repose.world.body import POINTS, SEGMENTS, SIDES, Subject, forward, tree
from repose.world.bvh import Clip, joint_places
from repose.world.frames import Array, apply, cross, frame, turned, unit
from repose.world.posing import BEND, limb_frames

HERTZ = 50.0
SPACE_MM = 1900.0  # radius of the capture space
ELBOW = ("forearm", "elbow", "lowerarm", "lowarm", "larm")
KNEE = ("leg", "knee", "calf", "shin", "lowerleg", "lowleg", "shank")
Put = Callable[[str, Array], None]  # names a segment and gives its frame
SIDE_WORDS = {"r": ("right", "r"), "l": ("left", "l")}


@dataclass(frozen=True)
class Source:
    """A recording at 50 Hz, z up, in the file's unit of length."""

    places: dict[str, Array]  # point → (T, 3); `ahead` is a point before the face
    leg: float  # length of thigh and shank

    def at(self, moments: Array) -> "Source":
        """The recording at fractional frames."""
        low = np.minimum(moments.astype(int), max(len(self.places["pelvis"]) - 2, 0))
        share = (moments - low)[:, None]
        high = np.minimum(low + 1, len(self.places["pelvis"]) - 1)
        mixed = {point: (1 - share) * path[low] + share * path[high] for point, path in self.places.items()}
        return Source(mixed, self.leg)


def _plain(name: str) -> str:
    """A joint's name without name space, figure's name and signs, in small letters."""
    name = name.rsplit(":", 1)[-1].lower()
    name = re.sub(r"[^a-z0-9]", "", name)
    return re.sub(r"^(mixamorig\d*|bip\d*|valvebiped|hip01)", "", name)


def _find(clip: Clip, side: str, parts: tuple[str, ...], what: str) -> int:
    names = [_plain(joint.name) for joint in clip.joints]
    for part in parts:
        for word in SIDE_WORDS[side]:
            for wanted in (word + part, part + word):
                if wanted in names:
                    return names.index(wanted)
    wished = " or ".join(f"{SIDE_WORDS[side][0].title()}{part.title()}" for part in parts[:2])
    raise ReposeError(
        f"{clip.path}: no joint for the {SIDE_WORDS[side][0]} {what} was found, "
        f"expected a name like {wished} (CMU, Mixamo or 3ds Max style); rename the joint or remove the file"
    )


def _children(clip: Clip, joint: int) -> list[int]:
    return [index for index, other in enumerate(clip.joints) if other.parent == joint]


def _child(clip: Clip, joint: int, *words: str) -> int | None:
    """The child with one of the words in its name, else the first that is no thumb, else none."""
    children = _children(clip, joint)
    for index in children:
        if any(word in _plain(clip.joints[index].name) for word in words):
            return index
    others = [index for index in children if "thumb" not in _plain(clip.joints[index].name)]
    return others[0] if others else None


def joint_map(clip: Clip) -> dict[str, int]:
    """Body point → joint of the file, for all points that the file has."""
    found: dict[str, int] = {}
    for side in SIDES:
        elbow, knee = _find(clip, side, ELBOW, "elbow"), _find(clip, side, KNEE, "knee")
        found[f"{side}_elbow"], found[f"{side}_knee"] = elbow, knee
        found[f"{side}_shoulder"], found[f"{side}_hip"] = clip.joints[elbow].parent, clip.joints[knee].parent
        chain: list[tuple[int, str, tuple[str, ...]]]
        chain = [(elbow, "wrist", ("hand", "wrist")), (knee, "ankle", ("foot", "ankle"))]
        for start, point, words in chain:
            end = _child(clip, start, *words)
            if end is None:
                raise ReposeError(
                    f"{clip.path}: joint {clip.joints[start].name} has nothing below it, "
                    f"expected the {point}; remove the file"
                )
            found[f"{side}_{point}"] = end
        tips: list[tuple[str, str, tuple[str, ...]]]
        tips = [("wrist", "finger", ("finger", "middle", "index", "hand")), ("wrist", "thumb", ("thumb",))]
        for above, point, words in [
            *tips,
            ("ankle", "foot", ("toe", "ball")),
            ("foot", "toe", ("toe",)),
        ]:
            below = found.get(f"{side}_{above}")
            end = None if below is None else _child(clip, below, *words)
            if end is not None and (point != "thumb" or "thumb" in _plain(clip.joints[end].name)):
                found[f"{side}_{point}"] = end
    return found | _trunk_map(clip, found)


def _trunk_map(clip: Clip, found: dict[str, int]) -> dict[str, int]:
    """Head, base of the neck and the middle of the back."""
    names = [_plain(joint.name) for joint in clip.joints]
    if "head" not in names:
        raise ReposeError(f"{clip.path}: no joint named Head was found; rename the joint or remove the file")
    head = names.index("head")
    chain = [head]
    while clip.joints[chain[-1]].parent >= 0:
        chain.append(clip.joints[chain[-1]].parent)
    arms = {found["r_elbow"], found["l_elbow"]}
    while any(clip.joints[index].parent >= 0 for index in arms) and not arms & set(chain):
        arms = {clip.joints[index].parent if index not in chain else index for index in arms}
    chest = next(index for index in chain if index in arms or index == chain[-1])
    above = chain[: chain.index(chest)]  # from the head down to the chest, without it
    below = chain[chain.index(chest) :]
    rest = clip.rest
    low, neck = rest[[found["r_hip"], found["l_hip"]]].mean(0), above[-1]
    part = [np.linalg.norm(rest[index] - low) / (np.linalg.norm(rest[neck] - low) + 1e-9) for index in below]
    middle = below[int(np.argmin(np.abs(np.array(part) - 0.5)))]
    crown = _child(clip, head)
    result = {"head": head, "neck": neck, "spine": middle}
    return result | ({} if crown is None else {"head_top": crown})


def up_axis(clip: Clip, found: dict[str, int]) -> tuple[int, float]:
    """The file's upward axis and its sign: along it the rest pose (or else the motion) has head over feet."""
    rest = clip.rest
    feet = [found["r_ankle"], found["l_ankle"]]
    rise = rest[found["head"]] - rest[feet].mean(0)
    if np.abs(rise).max() < 1.3 * np.sort(np.abs(rise))[1]:  # no upright rest pose
        places, _ = joint_places(clip)
        rise = np.median(places[:, found["head"]] - places[:, feet].mean(1), axis=0)
    axis = int(np.abs(rise).argmax())
    return axis, float(np.sign(rise[axis]))


def _upright(clip: Clip, found: dict[str, int]) -> Array:
    """Rotation (3, 3) that takes the file's up to z."""
    axis, sign = up_axis(clip, found)
    rows = np.roll(np.eye(3), axis + 1, axis=1)  # cyclic: stays right-handed
    if sign < 0:
        rows = rows * np.array([[1.0], [-1.0], [-1.0]])
    return rows


def _first_frame(clip: Clip) -> int:
    """1 where the file starts with its rest pose, as CMU's do; what follows is another moment."""
    kinds = [channel for joint in clip.joints for channel in joint.channels]
    angles = clip.values[:, [kind.endswith("rotation") for kind in kinds]]
    jump = np.abs(angles[1] - angles[0]).max()
    return int(len(angles) > 8 and jump > 5 * np.abs(angles[3] - angles[2]).max() + 5)


def source(clip: Clip) -> Source:
    """A clip's joints at 50 Hz with z up."""
    from scipy.interpolate import CubicSpline

    found = joint_map(clip)
    places, rotations = joint_places(clip)
    first = _first_frame(clip)
    places, rotations = places[first:], rotations[first:]
    rest = clip.rest
    left = rest[found["l_hip"]] - rest[found["r_hip"]]
    rise = rest[found["head"]] - rest[[found["r_hip"], found["l_hip"]]].mean(0)
    front = unit(cross(left, rise))
    chosen = {point: places[:, index] for point, index in found.items()}
    size = float(np.linalg.norm(rise))
    chosen["ahead"] = chosen["head"] + size * apply(rotations[:, found["head"]], front)
    chosen["pelvis"] = 0.5 * (chosen["r_hip"] + chosen["l_hip"])
    old = np.arange(len(places)) * clip.seconds
    new = np.arange(0.0, old[-1] + 1e-9, 1 / HERTZ)
    upright = _upright(clip, found).T
    moved = {point: CubicSpline(old, path)(new) @ upright for point, path in chosen.items()}
    leg = np.linalg.norm(rest[found["l_knee"]] - rest[found["l_hip"]])
    leg += np.linalg.norm(rest[found["l_ankle"]] - rest[found["l_knee"]])
    return Source(moved, float(leg))


def retarget(recording: Source, subject: Subject) -> Array:
    """Points (T, P, 3) of the subject doing what was recorded, feet on the floor, about the origin.

    Whoever would walk beyond the capture space walks less far.
    """
    at = recording.places
    segments = np.zeros((len(at["pelvis"]), len(SEGMENTS), 3, 3))

    def put(segment: str, value: Array) -> None:
        segments[:, SEGMENTS.index(segment)] = value

    chest = _trunk(at, put)
    pelvis = segments[:, SEGMENTS.index("pelvis")]
    for side in SIDES:
        _arm(at, side, chest, put)
        _leg(at, side, pelvis, put)
    leg = subject.length("l_knee") + subject.length("l_ankle")
    root = at["pelvis"] * (leg / recording.leg)
    root[:, :2] -= np.median(root[:, :2], axis=0)
    root[:, :2] *= min(1.0, SPACE_MM / (np.linalg.norm(root[:, :2], axis=1).max() + 1e-9))
    points = forward(subject.lengths, segments, root)
    points[..., 2] -= np.percentile(points[..., 2].min(1), 2)
    return points


def _trunk(at: dict[str, Array], put: Put) -> Array:
    """Frames from pelvis to head; the chest's is given back."""
    from scipy.spatial.transform import Rotation

    hips, shoulders = at["l_hip"] - at["r_hip"], at["l_shoulder"] - at["r_shoulder"]
    low, high = at["spine"] - at["pelvis"], at["neck"] - at["spine"]
    pelvis, chest = frame(low, cross(hips, low)), frame(high, cross(shoulders, high))
    put("pelvis", pelvis)
    bend = Rotation.from_matrix(np.swapaxes(pelvis, 1, 2) @ chest).as_rotvec()
    for name, share in BEND.items():
        put(name, pelvis @ turned(bend * share))
    ahead = at["ahead"] - at["head"]
    put("neck", frame(at["head"] - at["neck"], 0.5 * unit(ahead) + chest[..., 0]))
    crown = at.get("head_top", 2 * at["head"] - at["neck"]) - at["head"]
    crown = np.where(np.linalg.norm(crown, axis=1, keepdims=True) > 1e-6, crown, chest[..., 2])
    put("head", frame(unit(crown) + unit(at["head"] - at["neck"]), ahead))
    for side in SIDES:
        put(f"{side}_clavicle", chest)
    return chest


def _arm(at: dict[str, Array], side: str, chest: Array, put: Put) -> None:
    upper = unit(at[f"{side}_elbow"] - at[f"{side}_shoulder"])
    lower = unit(at[f"{side}_wrist"] - at[f"{side}_elbow"])
    hinge = lower + 0.15 * chest[..., 0]  # a bent forearm shows which way the elbow bends
    upper_arm, forearm = limb_frames(upper, lower, hinge)
    put(f"{side}_upper_arm", upper_arm)
    put(f"{side}_forearm", forearm)
    reach = at.get(f"{side}_finger", at[f"{side}_wrist"]) - at[f"{side}_wrist"]
    known = np.linalg.norm(reach, axis=1, keepdims=True) > 1e-6
    hand = np.where(known, unit(reach), lower)
    thumb = at.get(f"{side}_thumb")
    ahead = forearm[..., 0] if thumb is None else unit(thumb - at[f"{side}_wrist"])
    # a little of another axis: a hand bent at a right angle has no thumb's side otherwise
    put(f"{side}_hand", frame(-hand, ahead + 0.05 * (forearm[..., 0] + forearm[..., 2])))


def _leg(at: dict[str, Array], side: str, pelvis: Array, put: Put) -> None:
    upper = unit(at[f"{side}_knee"] - at[f"{side}_hip"])
    lower = unit(at[f"{side}_ankle"] - at[f"{side}_knee"])
    thigh, shank = limb_frames(upper, lower, 0.15 * pelvis[..., 0] - lower)
    put(f"{side}_thigh", thigh)
    put(f"{side}_shank", shank)
    _, _, offsets = tree()
    slope = -np.arctan2(offsets[POINTS.index(f"{side}_foot"), 2], offsets[POINTS.index(f"{side}_foot"), 0])
    ball = at.get(f"{side}_foot")
    ahead = (
        shank[..., 0] * np.cos(slope) + lower * np.sin(slope) if ball is None else ball - at[f"{side}_ankle"]
    )
    sole = frame(cross(ahead, cross(-lower, ahead)), ahead)
    foot = sole @ turned(np.array([0.0, -slope, 0.0]))
    put(f"{side}_foot", foot)
    tip = at.get(f"{side}_toe")
    toes = foot[..., 0] if tip is None or ball is None else tip - ball
    toes = np.where(np.linalg.norm(toes, axis=1, keepdims=True) > 1e-6, toes, foot[..., 0])
    put(f"{side}_toe", frame(cross(toes, cross(foot[..., 2], toes)), toes))
