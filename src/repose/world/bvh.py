"""Motion capture in BVH files: reading them, and where their joints are.

Legend: F frames, K joints of the file (end sites included).
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from repose.foundations.errors import ReposeError
from repose.world.frames import Array

AXES = "XYZ"


@dataclass
class Joint:
    """A joint of the hierarchy; `channels` are words such as `Zrotation`."""

    name: str
    parent: int  # −1 for the root
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    channels: tuple[str, ...] = ()
    end: bool = False


@dataclass(frozen=True)
class Clip:
    """A file's hierarchy and motion in the file's own units and axes."""

    path: Path
    joints: tuple[Joint, ...]
    seconds: float  # of a frame
    values: Array = field(repr=False)  # F, channels

    @property
    def rest(self) -> Array:
        """Places (K, 3) of the joints with all angles at zero, relative to the root."""
        places = np.zeros((len(self.joints), 3))
        for index, joint in enumerate(self.joints):
            if joint.parent >= 0:
                places[index] = places[joint.parent] + joint.offset
        return places


class _Lines:
    """The file's lines with their numbers, for messages that name both."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise ReposeError(f"{path}: cannot be read ({error.strerror}); check world.bvh.root") from None
        rows = ((number, line.split()) for number, line in enumerate(text.splitlines(), 1))
        self.rows = [(number, words) for number, words in rows if words]
        self.at = 0

    def wrong(self, expected: str) -> ReposeError:
        """The error for the present line."""
        if self.at >= len(self.rows):
            return ReposeError(
                f"{self.path}: the file ends too early, expected {expected}; fetch it again or remove it"
            )
        number, words = self.rows[self.at]
        found = " ".join(words)[:40]
        return ReposeError(
            f"{self.path}, line {number}: found '{found}', expected {expected}; mend or remove the file"
        )

    def take(self, *first: str, expected: str) -> list[str]:
        """The next line, which must start with one of the words."""
        if self.at >= len(self.rows) or (first and self.rows[self.at][1][0].upper() not in first):
            raise self.wrong(expected)
        self.at += 1
        return self.rows[self.at - 1][1]

    def numbers(self, words: list[str], count: int, expected: str) -> list[float]:
        """So many numbers of the line that was taken last."""
        try:
            values = [float(word) for word in words]
        except ValueError:
            values = []
        if len(values) != count or not np.isfinite(values).all():
            self.at -= 1
            raise self.wrong(expected)
        return values


def _hierarchy(lines: _Lines) -> tuple[Joint, ...]:
    """The joints in the file's order, which is the order of the channels."""
    joints: list[Joint] = []
    open_joints: list[int] = []
    lines.take("HIERARCHY", expected="HIERARCHY")
    while True:
        words = lines.take("ROOT", "JOINT", "END", "}", expected="ROOT, JOINT, End Site or }")
        kind = words[0].upper()
        if kind == "}":
            open_joints.pop()
            if not open_joints:
                return tuple(joints)
            continue
        parent = open_joints[-1] if open_joints else -1
        if (kind == "ROOT") != (parent < 0) or len(words) < 2:
            lines.at -= 1
            raise lines.wrong("one ROOT with named JOINTs inside it")
        name = " ".join(words[1:]) if kind != "END" else f"{joints[parent].name}_end"
        lines.take("{", expected="{")
        words = lines.take("OFFSET", expected="OFFSET and three numbers")
        x, y, z = lines.numbers(words[1:], 3, "OFFSET and three numbers")
        channels = () if kind == "END" else _channels(lines)
        joints.append(Joint(name, parent, (x, y, z), channels, kind == "END"))
        open_joints.append(len(joints) - 1)


def _channels(lines: _Lines) -> tuple[str, ...]:
    expected = "CHANNELS, their number, and words such as Xrotation or Yposition"
    words = lines.take("CHANNELS", expected=expected)
    names = tuple(word[:1].upper() + word[1:].lower() for word in words[2:])
    known = all(name[0] in AXES and name[1:] in ("rotation", "position") for name in names)
    if len(words) < 2 or not words[1].isdigit() or int(words[1]) != len(names) or not known:
        lines.at -= 1
        raise lines.wrong(expected)
    return names


def read_bvh(path: Path) -> Clip:
    """Parse a file; whatever is broken is reported with its line."""
    lines = _Lines(Path(path))
    joints = _hierarchy(lines)
    lines.take("MOTION", expected="MOTION")
    words = lines.take("FRAMES:", expected="Frames: and their number")
    frames = int(lines.numbers(words[1:], 1, "Frames: and their number")[0])
    words = lines.take("FRAME", expected="Frame Time: and seconds")
    seconds = lines.numbers(words[2:], 1, "Frame Time: and seconds")[0]
    width = sum(len(joint.channels) for joint in joints)
    if frames < 2 or seconds <= 0:
        lines.at -= 1
        raise lines.wrong("at least two frames and a frame time above zero")
    values = np.empty((frames, width))
    expected = f"{width} numbers of one of {frames} frames"
    for row in range(frames):
        values[row] = lines.numbers(lines.take(expected=expected), width, expected)
    return Clip(Path(path), joints, seconds, values)


def _about_axis(axis: int, degrees: Array) -> Array:
    """Rotations (F, 3, 3) about a coordinate axis."""
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.zeros((len(degrees), 3, 3))
    matrix[:, axis, axis] = 1.0
    matrix[:, first, first] = matrix[:, second, second] = c
    matrix[:, second, first], matrix[:, first, second] = s, -s
    return matrix


def joint_places(clip: Clip) -> tuple[Array, Array]:
    """Places (F, K, 3) and rotations (F, K, 3, 3) of all joints, in the file's axes."""
    frames, count = len(clip.values), len(clip.joints)
    places, rotations = np.zeros((frames, count, 3)), np.zeros((frames, count, 3, 3))
    column = 0
    for index, joint in enumerate(clip.joints):
        offset = np.broadcast_to(np.array(joint.offset), (frames, 3)).copy()
        turn = np.broadcast_to(np.eye(3), (frames, 3, 3))
        for channel in joint.channels:
            value, axis = clip.values[:, column], AXES.index(channel[0])
            column += 1
            if channel.endswith("position"):
                offset[:, axis] = value
            else:
                turn = turn @ _about_axis(axis, value)
        if joint.parent < 0:
            places[:, index], rotations[:, index] = offset, turn
        else:
            above = rotations[:, joint.parent]
            places[:, index] = places[:, joint.parent] + (above @ offset[..., None])[..., 0]
            rotations[:, index] = above @ turn
    return places, rotations
