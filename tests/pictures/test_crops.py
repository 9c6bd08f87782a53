"""Crops and augmentation: a label stays on its pixel, whatever is done to the picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repose.foundations.rng import rng
from repose.fusion.batches import labels_of
from repose.pictures.augment import Augment, augmented
from repose.pictures.crops import Crops, from_crop, in_crop, person_crops, upright
from repose.pictures.pack import MARGIN, Person, cut_out, warped
from repose.skeletons import get_skeleton
from tests.fusion.sets import split_of_points

PAPER = Augment(0.25, 30.0, 0.6, 0.5)


def picture_with_dots(points, size):
    """White dots of one pixel on black, where the points are."""
    picture = np.zeros((size, size, 3), np.uint8)
    for x, y in points.astype(int):
        picture[y, x] = 255
    return picture


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_in_crop_and_from_crop_undo_each_other(seed):
    draw = rng(seed, "test", "crops")
    crops = augmented(
        draw.uniform(0, 99, (4, 2)), draw.uniform(20, 90, 4), np.full(4, 500), np.ones(4), PAPER, seed
    )
    points = draw.uniform(-50, 150, (4, 16, 2))
    np.testing.assert_allclose(from_crop(in_crop(points, crops), crops), points, atol=1e-9)


def test_a_point_at_the_crops_edge_has_the_coordinate_zero():
    crops = upright(np.array([[10.0, 20.0]]), np.array([8.0]))
    edges = np.array([[[6.0, 16.0], [14.0, 24.0], [10.0, 20.0]]])
    np.testing.assert_allclose(in_crop(edges, crops)[0], [[0, 0], [1, 1], [0.5, 0.5]])


@pytest.mark.parametrize("seed", range(12))
def test_a_label_sits_on_the_same_pixel_before_and_after_the_warp(seed, tmp_path):
    """A bright 3-pixel dot under each label is under it after cutting out, turning, scaling and mirroring."""
    from PIL import Image

    draw = rng(seed, "test", "dot")
    size, point = 160, draw.integers(60, 100, 2)
    picture = np.zeros((size, size, 3), np.uint8)
    picture[point[1] - 1 : point[1] + 2, point[0] - 1 : point[0] + 2] = 255
    Image.fromarray(picture).save(tmp_path / "a.png")
    center, side = np.array([80.0, 78.0]) + draw.uniform(-1, 1, 2), 64.0 + draw.uniform(-8, 8)
    square = cut_out(Person(str(tmp_path), "a.png", *center.tolist(), MARGIN * side, 80))
    crops = augmented(center[None], np.array([side]), np.array([500.0]), np.ones(1), PAPER, seed)
    crop = warped(square[None], crops, np.array([MARGIN * side]), 64)[0].astype(float).mean(-1)
    place = in_crop(point[None, None].astype(float), crops)[0, 0] * 64  # edges of pixels
    if (place > 2).all() and (place < 62).all():
        y, x = (np.arange(64) + 0.5 for _ in range(2))
        found = np.array([(crop.sum(0) * x).sum(), (crop.sum(1) * y).sum()]) / crop.sum()
        np.testing.assert_allclose(found, place, atol=0.12)
        column, row = np.floor(place).astype(int)
        assert crop[row, column] > 0.5 * crop.max()


def test_left_and_right_change_places_with_their_depth_in_a_mirrored_crop():
    skeleton = get_skeleton("mpii16")
    points = rng(0, "test", "points").uniform(30, 70, (1, 16, 2)).astype(np.float32)
    depth = np.arange(16.0)[None]
    split = split_of_points(points, depth)
    plain, mirrored = (
        labels_of(split, Crops(np.full((1, 2), 50.0), np.array([64.0]), np.zeros(1), np.array([flip])), 16)
        for flip in (False, True)
    )
    right, left = skeleton.index("r_wrist"), skeleton.index("l_wrist")
    assert mirrored.points[0, left, 0] == pytest.approx(1 - plain.points[0, right, 0])
    assert mirrored.points[0, left, 1] == pytest.approx(plain.points[0, right, 1])
    assert mirrored.depth[0, left] == plain.depth[0, right]
    assert mirrored.labelled[0, left] == plain.labelled[0, right]


def test_crops_of_3d_sets_are_never_turned_and_no_crop_exceeds_its_picture():
    turned = np.arange(400) % 2 == 0
    crops = augmented(np.zeros((400, 2)), np.full(400, 100.0), np.full(400, 110.0), turned, PAPER, 3)
    assert (crops.angle[~turned] == 0).all()
    assert 0.4 < (crops.angle[turned] != 0).mean() < 0.8
    assert np.abs(np.rad2deg(crops.angle)).max() <= 60
    assert crops.side.max() <= 110
    assert crops.side.min() >= 75
    assert 0.4 < crops.flip.mean() < 0.6


def test_depth_is_in_sides_of_the_augmented_crop():
    split = split_of_points(np.full((1, 16, 2), 50.0, np.float32), np.full((1, 16), 6.4))
    labels = labels_of(
        split, Crops(np.full((1, 2), 50.0), np.array([32.0]), np.zeros(1), np.zeros(1, bool)), 16
    )
    np.testing.assert_allclose(labels.depth, 0.2, rtol=1e-6)


def test_the_cell_of_a_label_is_the_one_that_its_pixels_belong_to():
    points = np.full((1, 16, 2), 50.0, np.float32)
    points[0, 0] = 18.0 + 4.0 * 5 + 0.4, 18.0 + 4.0 * 9 + 3.9  # cells of 4 px from the edge at 18
    labels = labels_of(split_of_points(points), upright(np.full((1, 2), 50.0), np.array([64.0])), 16)
    assert labels.cell[0, 0].tolist() == [5, 9]


def test_joints_outside_a_crop_are_labelled_but_not_inside():
    points = np.full((1, 16, 2), 50.0, np.float32)
    points[0, 3] = 500.0, 50.0
    labels = labels_of(split_of_points(points), upright(np.full((1, 2), 50.0), np.array([64.0])), 16)
    assert labels.labelled[0, 3]
    assert not labels.inside[0, 3]
    assert labels.inside[0].sum() == 15


def test_mpii_crops_follow_its_center_and_scale_others_the_joints(tmp_path):
    from tests.fusion.sets import table_of

    plain = table_of(2)
    center, side = person_crops(plain)
    low, high = plain.joints2d.min(1), plain.joints2d.max(1)
    np.testing.assert_allclose(center, (low + high) / 2, atol=1e-4)
    np.testing.assert_allclose(side, np.minimum(1.25 * (high - low).max(1), 160), rtol=1e-5)
    mpii = table_of(2, extra={"person_center": np.full((2, 2), 60.0), "person_scale": np.array([0.4, 9.0])})
    center, side = person_crops(mpii)
    np.testing.assert_allclose(center[0], [60, 66])
    np.testing.assert_allclose(side, [100, 160])  # the second is as large as its picture
