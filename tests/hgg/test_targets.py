"""Labels of crops: against loops over cells and people, and what must not depend on padding."""

import math

import numpy as np
import pytest
import torch

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.hgg.simulation import drawn_poses
from repose.hgg.targets import PEAK, LabelMaker, areas

PX, SIZE, SIGMA = 48, 12, 1.0
MAKER = LabelMaker("coco17", PX, SIGMA, 3)
WHOLE = np.float32([[-0.5, -0.5, PX - 0.5, PX - 0.5]])
NOTHING = np.full((1, 1, 4), np.nan, np.float32)


def batch(seed, pictures=3, people=4):
    """Random people, as crops show them, ignored boxes and borders."""
    draw = rng(seed, "test", "hgg targets")
    joints = draw.uniform(-0.5, PX - 0.51, (pictures, people, 17, 2)).astype(np.float32)
    labelled = draw.random((pictures, people, 17)) < 0.4
    ignored = draw.uniform(0, PX, (pictures, 2, 4))
    ignored[..., 2:] = ignored[..., :2] + draw.uniform(0, 0.5 * PX, (pictures, 2, 2))
    ignored[draw.random((pictures, 2)) < 0.4] = np.nan
    valid = np.concatenate([draw.uniform(-0.5, 9, (pictures, 2)), draw.uniform(38, 47.5, (pictures, 2))], 1)
    return joints * labelled[..., None], labelled, ignored.astype(np.float32), valid.astype(np.float32)


def holds(box, row, column):
    x, y = 4 * column + 1.5, 4 * row + 1.5
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def slow_heat(points, labelled, valid, row, column, j, exact):
    """The largest bell of a joint in a cell of one picture."""
    if not holds(valid, row, column):
        return 0.0
    largest = 0.0
    for (x, y), known in zip(points[:, j].astype(float), labelled[:, j], strict=True):
        if not known:
            continue
        x, y = (x + 0.5) / 4, (y + 0.5) / 4
        if exact:
            dx, dy = x - (column + 0.5), y - (row + 0.5)
        else:
            dx, dy = math.floor(x) - column, math.floor(y) - row
        if max(abs(dx), abs(dy)) <= 3 * SIGMA:
            largest = max(largest, math.exp(-(dx**2 + dy**2) / (2 * SIGMA**2)))
    return largest


@pytest.mark.parametrize("exact", [False, True])
def test_heat_maps_are_those_of_loops_over_cells_and_people(exact):
    joints, labelled, ignored, valid = batch(0)
    made = LabelMaker("coco17", PX, SIGMA, 3, exact)(joints, labelled, ignored, valid)
    assert made.heat.dtype == torch.uint8
    for b, j in ((0, 0), (0, 9), (1, 3), (2, 16)):
        wanted = [
            [slow_heat(joints[b], labelled[b], valid[b], row, column, j, exact) for column in range(SIZE)]
            for row in range(SIZE)
        ]
        np.testing.assert_allclose(made.heat[b, j].numpy() / PEAK, wanted, atol=0.51 / PEAK)


def test_a_joint_is_at_the_peak_of_its_bell_in_the_cell_of_its_pixel():
    joints, labelled = np.zeros((1, 1, 17, 2), np.float32), np.zeros((1, 1, 17), bool)
    joints[0, 0, 5], labelled[0, 0, 5] = (23, 8), True  # the last pixel of column 5, the first of row 2
    made = MAKER(joints, labelled, NOTHING, WHOLE)
    assert made.cell[0, 0, 5].tolist() == [5, 2]
    assert made.heat[0, 5].argmax() == 2 * SIZE + 5
    assert made.heat[0, 5, 2, 5] == PEAK
    assert made.heat.sum() == made.heat[0, 5].sum()


def test_background_counts_inside_the_picture_and_outside_of_ignored_boxes():
    joints, labelled, ignored, valid = batch(1)
    counted = MAKER(joints, labelled, ignored, valid).counted
    for b, row, column in np.ndindex(counted.shape):
        ignores = any(holds(box, row, column) for box in ignored[b])
        assert counted[b, row, column] == (holds(valid[b], row, column) and not ignores)


def test_a_whole_picture_without_ignored_boxes_counts_everywhere():
    joints, labelled, _, _ = batch(2, pictures=1)
    assert MAKER(joints, labelled, NOTHING, WHOLE).counted.all()


def test_people_beyond_the_most_are_in_heat_maps_alone():
    joints, labelled, ignored, valid = batch(3)
    few, all_of_them = (LabelMaker("coco17", PX, SIGMA, n)(joints, labelled, ignored, valid) for n in (3, 30))
    assert few.cell.shape == (3, 3, 17, 2)
    assert few.labelled.shape == (3, 3, 17)
    assert all_of_them.joints2d_px.shape == (3, 4, 17, 2)
    assert torch.equal(few.heat, all_of_them.heat)
    for name in ("cell", "labelled", "joints2d_px", "area"):
        assert torch.equal(getattr(few, name), getattr(all_of_them, name)[:, :3])


def test_padded_people_change_nothing():
    joints, labelled, ignored, valid = batch(4, people=2)
    more = np.concatenate([joints, np.full_like(joints, np.nan)], 1)
    padded = MAKER(more, np.concatenate([labelled, np.zeros_like(labelled)], 1), ignored, valid)
    made = MAKER(joints, labelled, ignored, valid)
    assert torch.equal(padded.heat, made.heat)
    for name in ("cell", "labelled", "joints2d_px", "area"):
        assert torch.equal(getattr(padded, name)[:, :2], getattr(made, name))
    assert not padded.labelled[:, 2:].any()
    assert padded.joints2d_px.isfinite().all()


def test_a_standing_figures_area_grows_with_its_height_also_where_half_of_it_is_seen():
    figures = drawn_poses(200, 1)[:, None].astype(np.float32)  # B, 1, J, 2
    whole, upper = np.ones((200, 1, 17), bool), np.arange(17) < 11
    half = whole & upper
    for height in (60, 120):
        side = 0.44 * height
        assert np.median(np.sqrt(areas(height * figures, whole, "coco17"))) == pytest.approx(side, rel=0.05)
        seen = height * figures * half[..., None]
        assert np.median(np.sqrt(areas(seen, half, "coco17"))) == pytest.approx(side, rel=0.1)


def test_a_lone_joint_has_the_least_area():
    joints, labelled = np.full((1, 1, 17, 2), 30, np.float32), np.zeros((1, 1, 17), bool)
    labelled[0, 0, 3] = True
    assert areas(joints * labelled[..., None], labelled, "coco17") == 16**2
    assert areas(0 * joints, labelled & False, "coco17") == 16**2


def test_crops_that_cells_do_not_fill_are_refused():
    with pytest.raises(ReposeError, match="found 50, expected a multiple of 4"):
        LabelMaker("coco17", 50, SIGMA, 3)
