"""Targets of batches: against loops over cells and people, and what they must not depend on."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repose.dgcn.encode import confidence_targets, counted_cells, encode, person_scales
from repose.dgcn.fields import FieldShape
from repose.foundations.rng import rng
from tests.dgcn.poses import nobody, shape_of, standing, targets_of, whole

LIMBS = np.array([[0, 1], [1, 2], [3, 0]])


def batch(seed, whole_numbers=False):
    """Random people, boxes and borders."""
    draw = rng(seed, "test", "encode")
    pictures, people, joints = 3, 4, 4
    size, stride = int(draw.integers(1, 14)), int(draw.choice([4, 8]))
    px = size * stride
    points = draw.uniform(-0.2 * px, 1.2 * px, (pictures, people, joints, 2))
    points = np.round(points) if whole_numbers else points
    ignored = draw.uniform(0, px, (pictures, 2, 4))
    ignored[..., 2:] = ignored[..., :2] + draw.uniform(0, 0.3 * px, (pictures, 2, 2))
    ignored[draw.random((pictures, 2)) < 0.4] = np.nan
    valid = np.concatenate(
        [draw.uniform(-3, 0.3 * px, (pictures, 2)), draw.uniform(0.7 * px, px, (pictures, 2))], 1
    )
    labelled = draw.random((pictures, people, joints)) < 0.7
    arrays = (array.astype(np.float32) for array in (points, ignored, valid))
    points, ignored, valid = arrays
    return points, labelled, ignored, valid, FieldShape(joints, LIMBS, stride, size)


def slow_scale(points, labelled):
    known = points[labelled]
    return math.sqrt((known[:, 0].max() - known[:, 0].min()) * (known[:, 1].max() - known[:, 1].min()))


def blocks_of_joint(x, y):
    return [(round(x - 1.5) + a, round(y - 1.5) + b) for a in range(4) for b in range(4)]


def blocks_of_limb(first, second):
    length = math.dist(first, second)
    margin = min(0.4, 2 / length) if length else 0.4
    cells = []
    for t in np.linspace(margin, 1 - margin, max(2, math.ceil(length))):
        middle = first + t * (second - first)
        cells += [
            (math.floor(middle[0] + 0.5) + a, math.floor(middle[1] + 0.5) + b)
            for a in (-1, 0, 1)
            for b in (-1, 0, 1)
        ]
    return cells


def slow_plane(points, labelled, ends, inside, size):
    """{(row, column): (vectors to the ends, scale)} of one joint or limb in one picture."""
    best = {}
    for person, known in zip(points, labelled, strict=True):
        if not known[list(ends)].all():
            continue
        marks = [person[e] for e in ends]
        for column, row in blocks_of_joint(*marks[0]) if len(ends) == 1 else blocks_of_limb(*marks):
            if 0 <= row < size and 0 <= column < size and inside(row, column):
                vectors = [mark - (column, row) for mark in marks]
                near = min(float(vector @ vector) for vector in vectors)
                if (row, column) not in best or near < best[row, column][0]:
                    best[row, column] = near, vectors, slow_scale(person, known)
    return best


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_targets_are_those_of_loops_over_people_and_cells(seed):
    joints, labelled, ignored, valid, shape = batch(seed)
    found = encode(joints, labelled, ignored, valid, shape)
    points, stride, size = joints.astype(float) / shape.stride, shape.stride, shape.size
    kinds = (
        (
            [(j,) for j in range(shape.joints)],
            found.pif_c,
            found.pif_cell,
            found.pif_vec[:, None],
            found.pif_scale,
        ),
        (LIMBS.tolist(), found.paf_c, found.paf_cell, found.paf_vec, found.paf_scale),
    )
    for planes, c, cell, vec, scale in kinds:
        number, expected = 0, np.zeros_like(c)
        for b, (x0, y0, x1, y1) in enumerate(valid):

            def inside(row, column, x0=x0, y0=y0, x1=x1, y1=y1):
                return x0 <= column * stride <= x1 and y0 <= row * stride <= y1

            for plane, ends in enumerate(planes):
                slow = slow_plane(points[b], labelled[b], ends, inside, size)
                for (row, column), (_, vectors, size_of_person) in sorted(slow.items()):
                    expected[b, plane, row, column] = 1
                    assert cell[number] == ((b * len(planes) + plane) * size + row) * size + column
                    np.testing.assert_allclose(vec[number], vectors, atol=1e-5)
                    np.testing.assert_allclose(scale[number], size_of_person, rtol=1e-5, atol=1e-5)
                    number += 1
        assert number == len(cell) == len(vec) == len(scale)
        np.testing.assert_array_equal(c, expected)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_background_counts_inside_the_picture_two_cells_clear_of_ignored_boxes(seed):
    _, _, ignored, valid, shape = batch(seed)
    counted = counted_cells(ignored, valid, shape.stride, shape.size)
    for b in range(len(valid)):
        for row, column in np.ndindex(counted.shape[1:]):
            x, y, margin = column * shape.stride, row * shape.stride, 2 * shape.stride
            inside = valid[b, 0] <= x <= valid[b, 2] and valid[b, 1] <= y <= valid[b, 3]
            near = any(
                box[0] - margin <= x <= box[2] + margin and box[1] - margin <= y <= box[3] + margin
                for box in ignored[b].astype(float)
            )
            assert counted[b, row, column] == (inside and not near)


@pytest.mark.parametrize("whole_numbers", [True, False])
def test_the_order_of_people_changes_nothing(whole_numbers):
    for seed in range(30):
        joints, labelled, ignored, valid, shape = batch(seed, whole_numbers)
        order = rng(seed, "test", "order").permutation(joints.shape[1])
        first = encode(joints, labelled, ignored, valid, shape)
        second = encode(joints[:, order], labelled[:, order], ignored, valid, shape)
        for a, b in zip(first, second, strict=True):
            np.testing.assert_array_equal(a, b)


def test_padded_people_change_nothing():
    joints, labelled, ignored, valid, shape = batch(3)
    more = np.concatenate([joints, np.full_like(joints, np.nan)], 1)
    padded = encode(more, np.concatenate([labelled, np.zeros_like(labelled)], 1), ignored, valid, shape)
    for a, b in zip(encode(joints, labelled, ignored, valid, shape), padded, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("stride", [4, 8])
def test_every_vector_leads_from_its_cell_to_the_labelled_pixel(stride):
    shape = shape_of("coco17", stride, 40)
    person = standing("coco17", 70.3, 20.7, 110.0)
    found = targets_of(person[None], shape)
    _, joint, row, column = np.unravel_index(found.pif_cell, found.pif_c.shape)
    px = (np.stack([column, row], 1) + found.pif_vec) * stride
    np.testing.assert_allclose(px, person[joint], atol=1e-4)
    _, limb, row, column = np.unravel_index(found.paf_cell, found.paf_c.shape)
    px = (np.stack([column, row], 1)[:, None] + found.paf_vec) * stride
    np.testing.assert_allclose(px, person[shape.limbs[limb]], atol=1e-4)


def test_a_joint_marks_the_four_cells_nearest_to_it_in_each_direction():
    shape = FieldShape(1, np.empty((0, 2), int), 4, 12)
    c = encode(np.float32([[[[20.4, 23.2]]]]), np.ones((1, 1, 1), bool), nobody(1), whole(1, 48), shape).pif_c
    rows, columns = np.nonzero(c[0, 0])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (4, 7, 4, 7)
    assert len(rows) == 16


def test_a_person_in_a_crowd_box_is_still_taught():
    shape = shape_of("coco17", 4, 32)
    person = standing("coco17", 64, 10, 100)[None, None]
    box = np.float32([[[0, 0, 128, 128]]])
    found = encode(person, np.ones((1, 1, 17), bool), box, whole(1, 128), shape)
    assert not found.counted.any()
    assert found.pif_c.any((2, 3)).all()


def test_nothing_is_positive_outside_the_picture():
    shape = shape_of("coco17", 4, 32)
    person = standing("coco17", 64, 10, 100)[None, None]
    found = encode(person, np.ones((1, 1, 17), bool), nobody(1), np.float32([[0, 0, 127, 59]]), shape)
    for plane in (found.counted, found.pif_c, found.paf_c):
        assert plane[..., :15, :].any()
        assert not plane[..., 15:, :].any()


def test_confidences_alone_are_those_of_the_whole_encoding():
    joints, labelled, ignored, valid, shape = batch(5)
    alone = confidence_targets(joints, labelled, valid, shape.stride, shape.size)
    np.testing.assert_array_equal(alone, encode(joints, labelled, ignored, valid, shape).pif_c)


def test_pictures_without_people_or_cells_have_no_positive_cell():
    shape = shape_of("coco17", 4, 1)
    for people in (0, 2):
        none = np.zeros((2, people, 17), bool)
        joints = np.full((2, people, 17, 2), np.nan, np.float32)
        found = encode(joints, none, np.empty((2, 0, 4), np.float32), np.zeros((2, 4), np.float32), shape)
        assert found.counted.all()
        assert len(found.pif_cell) == len(found.paf_cell) == 0


def test_the_scale_is_that_of_the_labelled_joints_alone():
    points = np.array([[[[0.0, 0], [4, 9], [100, 100]]]])
    assert person_scales(points, np.array([[[True, True, False]]])) == 6
    assert person_scales(points, np.zeros((1, 1, 3), bool)) == 0
