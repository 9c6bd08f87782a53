"""Motion capture from BVH files, on a little one made here."""

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.world.body import POINTS, sample_subject, tree
from repose.world.bvh import joint_places, read_bvh
from repose.world.motion import MotionSource
from repose.world.retarget import joint_map, retarget, source, up_axis

PERSON = sample_subject(0, "S1")
CMU = {"thigh": "UpLeg", "knee": "Leg", "foot": "Foot", "toe": "ToeBase", "collar": "Shoulder", "arm": "Arm"}
CMU |= {"elbow": "ForeArm", "hand": "Hand"}
BIPED = {
    "thigh": "Thigh",
    "knee": "Calf",
    "foot": "Foot",
    "toe": "Toe0",
    "collar": "Clavicle",
    "arm": "UpperArm",
}
BIPED |= {"elbow": "Forearm", "hand": "Hand"}


def chain(side, names, out):
    leg = [(names["thigh"], (out, -1, 0)), (names["knee"], (0, -8, 0)), (names["foot"], (0, -8, 0))]
    arm = [(names["collar"], (out, 0, 0)), (names["arm"], (2 * out, 0, 0)), (names["elbow"], (5 * out, 0, 0))]
    return [
        [(side + name, offset) for name, offset in [*leg, (names["toe"], (0, -1, 3))]],
        [(side + name, offset) for name, offset in [*arm, (names["hand"], (4 * out, 0, 0))]],
    ]


def written(path, names=CMU, prefix="", sides=("Left", "Right"), swap=lambda v: v, frames=30):
    """A person who raises the left forearm; `swap` maps the file's axes."""
    lines, motion = ["HIERARCHY"], []

    def joint(kind, name, offset, inside):
        x, y, z = swap(offset)
        channels = "6 Xposition Yposition Zposition " if kind == "ROOT" else "3 "
        lines.extend([f"{kind} {prefix}{name}", "{", f"OFFSET {x} {y} {z}"])
        lines.append(f"CHANNELS {channels}Zrotation Xrotation Yrotation")
        motion.append((name, kind))
        inside()
        lines.append("}")

    def nested(items):
        if items:
            (name, offset), rest = items[0], items[1:]
            joint("JOINT", name, offset, lambda: nested(rest))
        else:
            x, y, z = swap((0, 0, 1))
            lines.extend(["End Site", "{", f"OFFSET {x} {y} {z}", "}"])

    (left_leg, left_arm), (right_leg, right_arm) = chain(sides[0], names, 1), chain(sides[1], names, -1)

    def chest():
        nested([("Neck", (0, 2, 0)), ("Head", (0, 1, 0))])
        nested(left_arm)
        nested(right_arm)

    def spine():
        joint("JOINT", "Spine1", (0, 4, 0), chest)

    def body():
        joint("JOINT", "Spine", (0, 1, 0), spine)
        nested(left_leg)
        nested(right_leg)

    joint("ROOT", "Hips", (0, 0, 0), body)
    lines += ["MOTION", f"Frames: {frames}", "Frame Time: 0.02"]
    for frame in range(frames):
        row = []
        for name, kind in motion:
            row += [*swap((0.01 * frame, 18, 0))] if kind == "ROOT" else []
            turn = 3.0 * frame if name == left_arm[2][0] else 0.0  # about the axis ahead
            row += [turn * swap((0, 0, 1))[axis] for axis in (2, 0, 1)]
        lines.append(" ".join(f"{value:.4f}" for value in row))
    path.write_text("\n".join(lines) + "\n")
    return path


def test_places_follow_the_hierarchy(tmp_path):
    clip = read_bvh(written(tmp_path / "a.bvh"))
    places, _ = joint_places(clip)
    names = [joint.name for joint in clip.joints]
    np.testing.assert_allclose(places[0, names.index("LeftForeArm")], [8, 23, 0])
    hand = places[20, names.index("LeftHand")] - places[20, names.index("LeftForeArm")]
    np.testing.assert_allclose(hand, 4 * np.array([np.cos(np.pi / 3), np.sin(np.pi / 3), 0]), atol=1e-3)


@pytest.mark.parametrize(
    ("names", "prefix", "sides"),
    [(CMU, "", ("Left", "Right")), (CMU, "mixamorig:", ("Left", "Right")), (BIPED, "Bip01 ", ("L ", "R "))],
)
def test_skeletons_of_three_families_are_understood(tmp_path, names, prefix, sides):
    clip = read_bvh(written(tmp_path / "a.bvh", names, prefix, sides))
    found = joint_map(clip)
    expected = prefix + sides[0] + names["arm"]
    assert clip.joints[found["l_shoulder"]].name == expected
    assert clip.joints[found["r_ankle"]].name == prefix + sides[1] + names["foot"]
    assert clip.joints[found["neck"]].name == prefix + "Neck"


@pytest.mark.parametrize("swap", [lambda v: v, lambda v: (v[0], -v[2], v[1])], ids=["y up", "z up"])
def test_limbs_point_as_recorded_and_keep_our_lengths(tmp_path, swap):
    clip = read_bvh(written(tmp_path / "a.bvh", swap=swap))
    points = retarget(source(clip), PERSON)
    assert up_axis(clip, joint_map(clip))[1] == 1.0
    for child, parent in enumerate(tree()[0]):
        if parent >= 0:
            lengths = np.linalg.norm(points[:, child] - points[:, parent], axis=-1)
            np.testing.assert_allclose(lengths, PERSON.length(POINTS[child]), atol=1e-6)
    at = {name: points[:, index] for index, name in enumerate(POINTS)}
    assert (at["head"][:, 2] > at["pelvis"][:, 2] + 400).all()
    left = at["l_hip"] - at["r_hip"]
    ahead = at["nose"] - at["head"]
    assert (np.cross(ahead, left)[:, 2] > 0).all()  # left is left
    raised = at["l_wrist"] - at["l_elbow"]
    rise = raised[:, 2] / np.linalg.norm(raised, axis=1)
    np.testing.assert_allclose(rise, np.sin(np.deg2rad(3.0 * np.arange(len(rise)))), atol=2e-3)
    assert points[..., 2].min() > -40


def test_recordings_drive_sequences_and_poses(tmp_path):
    written(tmp_path / "a.bvh")
    motion = MotionSource("bvh", 0, tmp_path)
    points = motion.sequence(PERSON, "Walking", 1, 80)
    assert points.shape == (80, len(POINTS), 3)
    np.testing.assert_array_equal(points, motion.sequence(PERSON, "Walking", 1, 80))
    assert motion.pose(PERSON, "frontal", "flic", 3).shape == (len(POINTS), 3)


def broken(path, old, new):
    text = written(path).read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("OFFSET 0 0 0", "OFFSET 0 zero 0", r"a\.bvh, line 4: found 'OFFSET 0 zero 0'"),
        ("CHANNELS 3 ", "CHANNELS 4 ", r"a\.bvh, line \d+: .*expected CHANNELS"),
        ("Frames: 30", "Frames: 31", "ends too early"),
        ("Frame Time: 0.02", "Frame Time: 0", "line"),
        ("HIERARCHY", "HIERARCHIE", r"line 1: .*expected HIERARCHY"),
        ("LeftLeg", "LeftThing", "left knee"),
    ],
)
def test_broken_files_are_named_with_their_line(tmp_path, old, new, message):
    path = broken(tmp_path / "a.bvh", old, new)
    with pytest.raises(ReposeError, match=message):
        joint_map(read_bvh(path))


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(ReposeError, match=r"no \.bvh file"):
        MotionSource("bvh", 0, tmp_path).sequence(PERSON, "Walking", 1, 10)
