"""Crops of larger pictures: labels stay on their pixels, sides change places, regions and borders follow."""

import numpy as np

from repose.foundations.rng import rng
from repose.pictures.crops import Crops
from repose.pictures.scene_crops import SceneAugment, cropped, labels_of, scene_crops
from repose.pictures.scenes import scenes_of
from repose.skeletons import get_skeleton
from tests.pictures.scenes import scenes_with, table_of_people

HOW = SceneAugment(flip=0.5, scale=(0.7, 1.4), rotation=15.0, near=0.7, spread=0.2)
SIZE, STORED, PX = (160, 120), 80, 64


def crops_of(center, side, angle=0.0, flip=False):
    return Crops(np.array([center], float), np.array([float(side)]), np.array([angle]), np.array([flip]))


def people_at(*places, joints=17):
    return np.array([np.tile(place, (joints, 1)) for place in places], np.float32)


def test_a_drawn_square_lands_where_its_joint_says():
    """A coloured square around a joint, in a stored picture of half the size, under forty draws."""
    y, x = np.mgrid[:PX, :PX]
    inside = 0
    for seed in range(40):
        point = (
            rng(seed, "test", "square").integers([40, 30], [120, 90]) // 2 * 2 + 1.0
        )  # a stored pixel's centre
        scenes = scenes_with(people_at(point), SIZE)
        stored = np.zeros((1, STORED, STORED, 3), np.uint8)
        column, row = (point // 2).astype(int)
        stored[0, row - 1 : row + 2, column - 1 : column + 2] = 250, 120, 0
        crops = scene_crops(scenes, np.array([0]), PX, STORED, HOW, seed, 0, 0)
        labels = labels_of(scenes, np.array([0]), crops, PX)
        picture = cropped(stored, crops, scenes.shrink(STORED), PX)[0].astype(float)
        place = labels.joints[0, 0, 0]
        if (place < 4).any() or (place > PX - 5).any():
            continue
        inside += 1
        weight = picture[..., 0] / picture[..., 0].sum()
        np.testing.assert_allclose([(weight * x).sum(), (weight * y).sum()], place, atol=0.1)
        column, row = np.round(place).astype(int)
        np.testing.assert_allclose(picture[row, column], [250, 120, 0], atol=40)
    assert inside > 25


def test_an_unchanged_crop_is_a_cut_out_of_the_stored_picture():
    stored = rng(0, "test", "noise").integers(0, 255, (1, 160, 160, 3), dtype=np.uint8)
    found = cropped(stored, crops_of((70, 52), 64), np.ones(1), 64)[0]
    np.testing.assert_array_equal(found, stored[0, 20:84, 38:102])
    mirrored = cropped(stored, crops_of((70, 52), 64, flip=True), np.ones(1), 64)[0]
    np.testing.assert_array_equal(mirrored, stored[0, 20:84, 38:102][:, ::-1])


def test_warping_is_pillows_bilinear_within_rounding():
    from PIL import Image

    from repose.pictures.scene_crops import affines

    stored = rng(0, "test", "noise").integers(0, 255, (1, 96, 96, 3), dtype=np.uint8)
    crops = crops_of((47.3, 50.9), 40.0, 0.3, True)
    numbers = affines(crops, np.ones(1), 48)[0].tolist()
    expected = Image.fromarray(stored[0]).transform(
        (48, 48), Image.Transform.AFFINE, numbers, Image.Resampling.BILINEAR
    )
    found = cropped(stored, crops, np.ones(1), 48)[0]
    assert np.abs(found.astype(int) - np.asarray(expected, int)).max() <= 3


def test_beyond_the_stored_picture_it_is_black():
    found = cropped(np.full((1, 32, 32, 3), 200, np.uint8), crops_of((16, 16), 64), np.ones(1), 64)[0]
    assert (found[16:48, 16:48] == 200).all()
    assert found.sum() == 200 * 32 * 32 * 3


def test_left_and_right_change_places_in_a_mirrored_crop():
    skeleton = get_skeleton("coco17")
    points = rng(0, "test", "points").uniform(40, 80, (1, 17, 2))
    scenes = scenes_with(points, SIZE)
    plain, mirrored = (
        labels_of(scenes, np.array([0]), crops_of((60, 60), 64, flip=flip), 64) for flip in (False, True)
    )
    right, left = skeleton.index("r_wrist"), skeleton.index("l_wrist")
    x, y = plain.joints[0, 0, right]
    np.testing.assert_allclose(mirrored.joints[0, 0, left], [63 - x, y], atol=1e-4)
    scenes.labelled[0, right] = False
    again = labels_of(scenes, np.array([0]), crops_of((60, 60), 64, flip=True), 64)
    assert not again.labelled[0, 0, left]
    assert again.labelled[0, 0, right]


def test_joints_outside_a_crop_lose_their_label_and_people_without_any_are_left_out():
    scenes = scenes_with(people_at((60, 60), (150, 10), (90.5, 60)), SIZE)
    scenes.joints2d_px[0, 0] = 20, 60
    labels = labels_of(scenes, np.array([0]), crops_of((60, 60), 64), 64)
    assert labels.joints.shape == (1, 2, 17, 2)
    assert not labels.labelled[0, 0, 0]
    assert (labels.joints[0, 0, 0] == 0).all()
    assert labels.labelled[0].sum() == 16 + 17
    np.testing.assert_allclose(labels.joints[0, 0, 1], [31.5, 31.5])


def test_ignored_boxes_follow_turns_and_mirrors_and_are_cut_at_the_crop():
    box = np.array([[50.0, 40, 10, 30], [0, 0, 10, 10]], np.float32)
    scenes = scenes_with(people_at((60, 60), (5, 5)), SIZE, box=box)
    scenes.crowd[:] = True
    plain = labels_of(scenes, np.array([0]), crops_of((60, 60), 64), 64).ignored
    np.testing.assert_allclose(plain, [[[22 - 0.5, 12 - 0.5, 32 - 0.5, 42 - 0.5]]])  # the other lies outside
    mirrored = labels_of(scenes, np.array([0]), crops_of((60, 60), 64, flip=True), 64).ignored
    np.testing.assert_allclose(mirrored[0, 0], [32 - 0.5, 12 - 0.5, 42 - 0.5, 42 - 0.5])
    turned = labels_of(scenes, np.array([0]), crops_of((60, 60), 64, np.pi / 2), 64).ignored
    np.testing.assert_allclose(turned[0, 0], [12 - 0.5, 32 - 0.5, 42 - 0.5, 42 - 0.5], atol=1e-4)
    cut = labels_of(scenes, np.array([0]), crops_of((60, 60), 32), 64).ignored
    np.testing.assert_allclose(cut[0, 0], [12 - 0.5, -0.5, 32 - 0.5, 52 - 0.5])


def test_without_regions_the_box_to_ignore_is_nan_and_without_people_nothing_is_labelled():
    scenes = scenes_of(table_of_people())
    labels = labels_of(scenes, np.array([4]), crops_of((20, 10), 64), 64)
    assert np.isnan(labels.ignored).all()
    assert labels.ignored.shape == (1, 1, 4)
    assert not labels.labelled.any()


def test_valid_is_where_the_picture_is():
    scenes = scenes_with(people_at((60, 60)), SIZE)
    inside = labels_of(scenes, np.array([0]), crops_of((60, 60), 64), 64).valid
    np.testing.assert_allclose(inside, [[-0.5, -0.5, 63.5, 63.5]])
    beyond = labels_of(scenes, np.array([0]), crops_of((80, 60), 160), 80).valid
    np.testing.assert_allclose(beyond, [[-0.5, 10 - 0.5, 79.5, 70 - 0.5]])
    stored = np.zeros((1, 160, 160, 3), np.uint8)
    stored[0, :120] = 255
    shown = cropped(stored, crops_of((80, 60), 160), np.ones(1), 80)[0, 40, :, 0], beyond[0]
    assert (shown[0] == 255).all()


def test_crops_lie_in_their_picture_near_people_and_all_draws_follow_from_the_key():
    scenes = scenes_of(table_of_people(200, people=600))
    rows = np.flatnonzero(np.diff(scenes.first) > 0)
    how = SceneAugment(flip=0.3, scale=(1.5, 3.0), rotation=0.0, near=1.0, spread=0.0)
    crops = scene_crops(scenes, rows, 64, 160, how, 1, 2, 3)
    size = scenes.size_px[rows]
    fits = size >= crops.side[:, None]
    low, high = crops.center - crops.side[:, None] / 2, crops.center + crops.side[:, None] / 2
    assert (low[fits] > -1e-9).all()
    assert (high[fits] < size[fits] + 1e-9).all()
    assert (low[~fits] < 1e-9).all()
    assert (high[~fits] > size[~fits] - 1e-9).all()
    enlarged = 64 / (crops.side * scenes.shrink(160)[rows])
    assert 1.5 <= enlarged.min() < 1.7
    assert 2.7 < enlarged.max() <= 3.0
    assert 0.2 < crops.flip.mean() < 0.4
    again = scene_crops(scenes, rows, 64, 160, how, 1, 2, 3)
    np.testing.assert_array_equal(crops.center, again.center)
    other = scene_crops(scenes, rows, 64, 160, how, 1, 2, 4)
    assert (crops.side != other.side).any()


def test_a_crop_near_somebody_holds_the_middle_of_a_persons_box():
    scenes = scenes_with(people_at((30, 30)), SIZE, box=np.array([[20, 20, 20, 20]], np.float32))
    how = SceneAugment(flip=0.0, scale=(3.0, 3.0), rotation=0.0, near=1.0, spread=0.0)
    crops = scene_crops(scenes, np.array([0]), 64, 160, how, 0)
    np.testing.assert_allclose(crops.center, [[30, 30]])
