import numpy as np
import pytest

from repose.geometry import Camera, look_at

RANDOM = np.random.default_rng(0)


def h36m_like(clamp: bool = True) -> Camera:
    position = np.array([1800.0, 5000.0, 1500.0])
    return Camera(
        rotation=look_at(position, np.array([0.0, 0.0, 900.0])),
        position_mm=position,
        focal=np.array([1145.0, 1143.8]),
        center=np.array([512.5, 515.4]),
        width=1000,
        height=1002,
        radial=np.array([-0.207, 0.248, -0.003]),
        tangential=np.array([-0.00098, -0.00142]),
        clamp=clamp,
    )


def slow_projection(camera: Camera, point: np.ndarray) -> tuple[float, float]:
    x, y = point[0] / point[2], point[1] / point[2]
    if camera.clamp:
        x, y = min(max(x, -1.0), 1.0), min(max(y, -1.0), 1.0)
    r2 = x * x + y * y
    k, p = camera.radial, camera.tangential
    bend = 1 + k[0] * r2 + k[1] * r2**2 + k[2] * r2**3 + p[0] * y + p[1] * x
    return (
        camera.focal[0] * (x * bend + p[1] * r2) + camera.center[0],
        camera.focal[1] * (y * bend + p[0] * r2) + camera.center[1],
    )


@pytest.mark.parametrize("clamp", [True, False])
def test_projection_agrees_with_the_formula_point_by_point(clamp: bool) -> None:
    camera = h36m_like(clamp)
    points = RANDOM.normal(size=(4, 5, 3)) * 1500 + [0, 0, 3000]
    points[..., 2] = np.abs(points[..., 2]) + 10
    slow = [[slow_projection(camera, point) for point in row] for row in points]
    np.testing.assert_allclose(camera.project(points), slow, rtol=1e-10)


def test_the_point_that_a_camera_looks_at_falls_on_its_center() -> None:
    camera = h36m_like()
    np.testing.assert_allclose(camera.project(camera.to_camera(np.array([0.0, 0.0, 900.0]))), camera.center)


def test_up_in_the_world_is_up_in_the_picture_and_nothing_is_mirrored() -> None:
    camera = h36m_like()
    low, high = camera.project(camera.to_camera(np.array([[0.0, 0.0, 800.0], [0.0, 0.0, 1000.0]])))
    assert high[1] < low[1]
    assert np.linalg.det(camera.rotation) == pytest.approx(1)


def test_world_and_camera_frames_are_inverse() -> None:
    camera, points = h36m_like(), RANDOM.normal(size=(2, 7, 3)) * 1000
    np.testing.assert_allclose(camera.to_world(camera.to_camera(points)), points, atol=1e-9)


def test_without_distortion_a_point_lies_where_the_pinhole_puts_it() -> None:
    camera = Camera(np.eye(3), np.zeros(3), np.array([100.0, 100.0]), np.array([64.0, 48.0]), 128, 96)
    np.testing.assert_allclose(camera.project(np.array([1.0, -2.0, 4.0])), [89.0, -2.0])


def test_a_scaled_camera_scales_the_pixels() -> None:
    camera, points = h36m_like(), RANDOM.normal(size=(9, 3)) * 500 + [0, 0, 4000]
    small = camera.scaled(128 / 1002)
    assert (small.width, small.height) == (128, 128)
    np.testing.assert_allclose(small.project(points), camera.project(points) * 128 / 1002)
