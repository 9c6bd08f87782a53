import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from repose.foundations.rng import rng
from repose.metrics import aligned_errors

AXES = {"body": [300, 400, 150], "flat": [300, 400, 0], "line": [0, 400, 0], "nearly a line": [2, 400, 2]}


def by_decomposition(predicted, truth):
    """Umeyama's solution of one frame, written out."""
    x, y = predicted - predicted.mean(0), truth - truth.mean(0)
    u, s, vt = np.linalg.svd(y.T @ x)
    sign = np.array([1, 1, 1 if np.linalg.det(u) * np.linalg.det(vt) > 0 else -1])
    size = (x**2).sum()
    scale = (s * sign).sum() / size if size > 0 else 0.0
    return np.linalg.norm(scale * x @ ((u * sign) @ vt).T - y, axis=1)


def poses(name, count=50):
    generator = rng(0, "poses", name)
    return generator.normal(size=(count, 16, 3)) * AXES[name], generator


def check_equal(predicted, truth):
    slow = np.array([by_decomposition(p, t) for p, t in zip(predicted, truth, strict=True)])
    np.testing.assert_allclose(aligned_errors(predicted, truth), slow, atol=1e-3, rtol=0)


@pytest.mark.parametrize("truth_axes", AXES)
@pytest.mark.parametrize("axes", AXES)
def test_errors_equal_the_decomposition_for_unrelated_poses(axes, truth_axes):
    check_equal(poses(axes)[0][::-1], poses(truth_axes)[0])


@pytest.mark.parametrize("axes", AXES)
def test_errors_equal_the_decomposition_for_noisy_and_mirrored_poses(axes):
    truth, generator = poses(axes)
    noisy = truth + generator.normal(size=truth.shape) * 30
    check_equal(noisy, truth)
    check_equal(noisy * [-1, 1, 1], truth)
    check_equal(truth * [1, 1, -1], truth)


def test_single_precision_and_more_than_one_chunk_change_nothing():
    truth = np.tile(poses("body")[0], (60, 1, 1))
    noisy = truth + rng(0, "noise").normal(size=truth.shape) * 30
    errors = aligned_errors(noisy.astype(np.float32), truth.astype(np.float32))
    np.testing.assert_allclose(errors, aligned_errors(noisy, truth), atol=1e-3)
    rest = aligned_errors(noisy[2900:], truth[2900:])
    np.testing.assert_allclose(rest, aligned_errors(noisy, truth)[2900:], atol=1e-9)


@given(
    arrays(np.float64, (3, 7, 3), elements=st.integers(-4, 4)),
    arrays(np.float64, (3, 7, 3), elements=st.integers(-4, 4)),
)
def test_no_integer_pose_is_worse_than_by_decomposition(predicted, truth):
    # ties between rotations are common here: the sum of squares is what is unique
    slow = np.array([(by_decomposition(p, t) ** 2).sum() for p, t in zip(predicted, truth, strict=True)])
    np.testing.assert_allclose((aligned_errors(predicted, truth) ** 2).sum(1), slow, atol=1e-6)


@given(
    arrays(np.float64, 4, elements=st.floats(-1, 1)).filter(lambda q: np.linalg.norm(q) > 0.1),
    st.floats(0.01, 100),
    arrays(np.float64, 3, elements=st.floats(-5000, 5000)),
)
def test_a_turned_scaled_and_moved_pose_has_no_error(quaternion, scale, shift):
    w, x, y, z = quaternion / np.linalg.norm(quaternion)
    axis = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    truth = poses("body", 4)[0]
    moved = scale * truth @ (np.eye(3) + 2 * w * axis + 2 * axis @ axis).T + shift
    assert aligned_errors(moved, truth).max() < 1e-6


def test_a_mirrored_pose_keeps_an_error():
    truth = poses("body")[0]
    assert aligned_errors(truth * [-1, 1, 1], truth).mean(1).min() > 20


def test_a_pose_without_extent_lands_on_the_centre():
    truth = poses("body", 2)[0]
    to_centre = np.linalg.norm(truth - truth.mean(1, keepdims=True), axis=2)
    np.testing.assert_allclose(aligned_errors(np.full_like(truth, 7.0), truth), to_centre)
    np.testing.assert_array_equal(aligned_errors(truth, np.zeros_like(truth)), 0)
    assert aligned_errors(truth[:0], truth[:0]).shape == (0, 16)
