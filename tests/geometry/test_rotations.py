import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from repose.geometry import (
    axis_angle_to_matrix,
    euler_to_matrix,
    look_at,
    matrix_to_quaternion,
    quaternion_to_matrix,
)

RANDOM = np.random.default_rng(0)


def test_quaternions_agree_with_scipy_whatever_their_length() -> None:
    q = RANDOM.normal(size=(3, 4, 4))
    expected = Rotation.from_quat(q.reshape(-1, 4), scalar_first=True).as_matrix().reshape(3, 4, 3, 3)
    np.testing.assert_allclose(quaternion_to_matrix(2.5 * q), expected, atol=1e-12)


def test_matrices_and_quaternions_are_inverse_also_for_half_turns() -> None:
    q = np.concatenate([RANDOM.normal(size=(50, 4)), np.eye(4), [[0, 1, 1, 0]]])
    matrices = quaternion_to_matrix(q)
    back = matrix_to_quaternion(matrices)
    np.testing.assert_allclose(quaternion_to_matrix(back), matrices, atol=1e-12)
    assert (back[:, 0] >= 0).all()


def test_axis_and_angle_agree_with_scipy_and_broadcast() -> None:
    axes, angles = RANDOM.normal(size=(6, 3)), RANDOM.uniform(-4, 4, size=6)
    unit = axes / np.linalg.norm(axes, axis=-1, keepdims=True)
    expected = Rotation.from_rotvec(unit * angles[:, None]).as_matrix()
    np.testing.assert_allclose(axis_angle_to_matrix(axes, angles), expected, atol=1e-12)
    assert axis_angle_to_matrix(np.array([0, 0, 1]), angles).shape == (6, 3, 3)
    np.testing.assert_allclose(
        axis_angle_to_matrix(np.array([0, 0, 1]), np.pi / 2) @ [1, 0, 0], [0, 1, 0], atol=1e-12
    )


@pytest.mark.parametrize("order", ["ZXY", "XYZ", "ZYX", "YXZ"])
def test_euler_angles_turn_about_the_axes_already_turned(order: str) -> None:
    angles = RANDOM.uniform(-3, 3, size=(5, 3))
    expected = Rotation.from_euler(order, angles).as_matrix()
    np.testing.assert_allclose(euler_to_matrix(angles, order), expected, atol=1e-12)


@pytest.mark.parametrize("target", [[3, 4, 5], [0, 0, 9], [0, 0, -9], [-2, 0, 0]])
def test_look_at_is_a_rotation_that_puts_the_target_ahead(target: list[float]) -> None:
    rotation = look_at(np.zeros(3), np.array(target))
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1)
    np.testing.assert_allclose(rotation @ target, np.array([0, 0, np.linalg.norm(target)]), atol=1e-12)


def test_look_at_keeps_the_picture_upright() -> None:
    down_of_the_world = look_at(np.zeros(3), np.array([1, 2, 0])) @ [0, 0, -1]
    np.testing.assert_allclose(down_of_the_world, [0, 1, 0], atol=1e-12)
