import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repose.foundations.rng import rng
from repose.geometry import fit_similarity
from repose.labels import depth_scale

SEEN = np.ones((200, 16), bool)


def pinhole(focal_px=1150.0, distance_mm=5000.0):
    """People of a body's proportions in front of a pinhole camera, and the depth of their roots."""
    generator = rng(0, "people")
    bodies = generator.normal(size=(200, 16, 3)) * [150, 450, 60]
    bodies -= bodies[:, :1]
    roots = generator.uniform([-800, -300, 0], [800, 300, 2000], size=(200, 3)) + np.array(
        [0, 0, distance_mm]
    )
    points = bodies + roots[:, None]
    return bodies, points[..., :2] / points[..., 2:] * focal_px + 500, points[..., 2].mean(1)


def test_the_scale_is_focal_length_over_distance():
    bodies, image, depth = pinhole()
    np.testing.assert_allclose(depth_scale(bodies, image, SEEN), 1150.0 / depth, rtol=0.02)


def test_the_scale_is_that_of_the_general_similarity_over_the_labelled_joints():
    bodies, image, _ = pinhole()
    labelled = rng(0, "labelled").random((200, 16)) < 0.4
    expected, _, _ = fit_similarity(bodies[..., :2], image, labelled.astype(float))
    np.testing.assert_allclose(depth_scale(bodies, image, labelled), expected, rtol=1e-9, atol=1e-12)


@given(st.floats(0.01, 3), st.floats(-3.1, 3.1), st.floats(-1000, 1000))
def test_turning_and_moving_the_image_changes_nothing(scale, angle, shift):
    bodies = pinhole()[0][:5]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    image = scale * bodies[..., :2] @ turn.T + shift
    np.testing.assert_allclose(depth_scale(bodies, image, SEEN[:5]), scale, rtol=1e-9)


def test_what_an_unlabelled_joint_holds_does_not_matter():
    bodies, image, _ = pinhole()
    labelled = SEEN.copy()
    labelled[:, [2, 7]] = False
    expected = depth_scale(bodies, image, labelled)
    bodies[:, 2], image[:, 7] = np.nan, 1e9
    np.testing.assert_array_equal(depth_scale(bodies, image, labelled), expected)


@pytest.mark.parametrize("joints", [0, 1])
def test_fewer_than_two_labelled_joints_have_no_scale(joints):
    bodies, image, _ = pinhole()
    labelled = np.zeros_like(SEEN)
    labelled[:, :joints] = True
    assert (depth_scale(bodies, image, labelled) == 0).all()


def test_joints_in_one_point_have_no_scale():
    bodies, image, _ = pinhole()
    bodies[:, :, :2] = 123.4567
    assert (depth_scale(bodies, image, SEEN) == 0).all()
    assert (depth_scale(pinhole()[0], np.full_like(image, 7.0), SEEN) == 0).all()
