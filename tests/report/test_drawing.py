"""Poses are drawn where they are, left and right apart, and always with the same bytes."""

import numpy as np
import pytest
from PIL import Image

from repose.report.drawing import LEFT, RIGHT, Cell, Sheet, draw_pose, draw_pose_3d, side_colour, turned
from repose.skeletons import get_skeleton
from tests.report.poses import standing

CELL = Cell(10, 10, 100, 200)


def drawn(path, **changes):
    skeleton = get_skeleton("mpii16")
    every = np.ones(16, bool)
    points = 0.1 * standing("mpii16")[:, :2] + CELL.center
    sheet = Sheet(160, 220)
    draw_pose(sheet, CELL, skeleton, **{"points": points, "labelled": every, "visible": every} | changes)
    sheet.save(path)
    return np.asarray(Image.open(path).convert("RGB")).astype(int)


def amount(image, colour):
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return int((np.abs(image - wanted).sum(axis=-1) < 40).sum())


def test_a_bone_of_one_side_has_its_colour():
    assert side_colour("l_hip", "l_knee") == side_colour("pelvis", "l_hip") == LEFT
    assert side_colour("r_hip", "l_hip") == side_colour("pelvis", "thorax") != RIGHT


def test_left_limbs_are_drawn_where_the_left_joints_are(tmp_path):
    image = drawn(tmp_path / "a.png")
    left, right = image[:, :60], image[:, 60:]  # the person faces us: the left is on the right
    assert amount(right, LEFT) > 100 > 10 > amount(left, LEFT)
    assert amount(left, RIGHT) > 100 > 10 > amount(right, RIGHT)


def test_joints_without_a_label_are_not_drawn_and_hidden_ones_are_hollow(tmp_path):
    image = drawn(tmp_path / "a.png")
    hollow = drawn(tmp_path / "b.png", visible=np.zeros(16, bool))
    bare = drawn(tmp_path / "c.png", labelled=np.zeros(16, bool))
    assert amount(hollow, LEFT) < amount(image, LEFT)
    assert (bare == 255).all()


def test_nothing_is_drawn_outside_the_cell(tmp_path):
    far = np.linspace(-500, 500, 32).reshape(16, 2)
    image = drawn(tmp_path / "a.png", points=far)
    image[10:210, 10:110] = 255
    assert (image == 255).all()


def test_the_same_pose_gives_the_same_bytes_without_any_metadata(tmp_path):
    drawn(tmp_path / "a.png")
    drawn(tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert not image.info


@pytest.mark.parametrize(
    ("point", "seen"), [((0, 0, -1), (1, 0, 0)), ((1, 0, 0), (0, 0, 1)), ((0, 1, 0), (0, 1, 0))]
)
def test_from_the_left_of_the_camera_the_camera_is_on_the_right(point, seen):
    np.testing.assert_allclose(turned(np.array(point), 90, 0), seen, atol=1e-12)


def test_turning_keeps_lengths():
    points = np.random.default_rng(0).normal(size=(5, 3))
    norms = np.linalg.norm(turned(points, 37, 12), axis=1)
    np.testing.assert_allclose(norms, np.linalg.norm(points, axis=1))


def test_a_3d_pose_fits_its_cell(tmp_path):
    sheet = Sheet(160, 220)
    draw_pose_3d(sheet, CELL, get_skeleton("mpii16"), standing("mpii16"), 80)
    sheet.save(tmp_path / "a.png")
    image = np.asarray(Image.open(tmp_path / "a.png").convert("RGB"))
    inner = image[14:206, 14:106]
    assert (image < 250).sum() == (inner < 250).sum() > 500
