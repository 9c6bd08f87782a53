"""Rotation matrices from quaternions, axis and angle, Euler angles, and a camera's aim. Angles in radians."""

import numpy as np


def quaternion_to_matrix(quaternion: np.ndarray) -> np.ndarray:
    """Matrices (…, 3, 3) of quaternions (…, 4) in the order w, x, y, z, of any length but zero."""
    q = np.asarray(quaternion, dtype=np.float64)
    w, x, y, z = np.moveaxis(q / np.linalg.norm(q, axis=-1, keepdims=True), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def matrix_to_quaternion(matrix: np.ndarray) -> np.ndarray:
    """Unit quaternions (…, 4), w ≥ 0, of rotation matrices (…, 3, 3)."""
    m = np.asarray(matrix, dtype=np.float64)
    xx, yy, zz = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    wx, wy, wz = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    xy, xz, yz = m[..., 1, 0] + m[..., 0, 1], m[..., 0, 2] + m[..., 2, 0], m[..., 2, 1] + m[..., 1, 2]
    # The rows of 4·q qᵀ are q up to a factor; the longest is the most exact.
    rows = [
        [1 + xx + yy + zz, wx, wy, wz],
        [wx, 1 + xx - yy - zz, xy, xz],
        [wy, xy, 1 - xx + yy - zz, yz],
        [wz, xz, yz, 1 - xx - yy + zz],
    ]
    outer = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)  # …, 4, 4
    best = np.linalg.norm(outer, axis=-1).argmax(axis=-1)
    q = np.take_along_axis(outer, best[..., None, None], axis=-2)[..., 0, :]
    q = q / np.linalg.norm(q, axis=-1, keepdims=True)
    return np.where(q[..., :1] < 0, -q, q)


def axis_angle_to_matrix(axis: np.ndarray, angle: np.ndarray | float) -> np.ndarray:
    """Matrices (…, 3, 3) that turn by an angle (…) about an axis (…, 3) of any length but zero."""
    unit = np.asarray(axis, dtype=np.float64)
    unit = unit / np.linalg.norm(unit, axis=-1, keepdims=True)
    half = np.asarray(angle, dtype=np.float64)[..., None] / 2
    w, xyz = np.broadcast_arrays(np.cos(half), np.sin(half) * unit)
    return quaternion_to_matrix(np.concatenate([w[..., :1], xyz], axis=-1))


def euler_to_matrix(angles: np.ndarray, order: str) -> np.ndarray:
    """Matrices (…, 3, 3) of angles (…, n) about axes such as "ZXY", each about the axes already turned.

    The order is that of a BVH file's channels: the first letter is the outermost rotation.
    """
    angles = np.asarray(angles, dtype=np.float64)
    matrix = np.broadcast_to(np.eye(3), (*angles.shape[:-1], 3, 3))
    for position, letter in enumerate(order.upper()):
        axis = np.eye(3)["XYZ".index(letter)]
        matrix = matrix @ axis_angle_to_matrix(axis, angles[..., position])
    return matrix


def look_at(position: np.ndarray, target: np.ndarray, up: np.ndarray | None = None) -> np.ndarray:
    """The world → camera rotation (3, 3) of a camera at `position` that looks at `target`.

    z goes to the target, y is as far down as it can be (`up` is the world's z axis unless given). Along
    `up`, where that leaves the roll open, the world's y axis (or x, if `up` is y) takes its place.
    """
    forward = np.asarray(target, dtype=np.float64) - np.asarray(position, dtype=np.float64)
    forward = forward / np.linalg.norm(forward)
    upward = np.array([0.0, 0.0, 1.0]) if up is None else np.asarray(up, dtype=np.float64)
    for candidate in (upward, np.array([0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0])):
        right = np.cross(forward, candidate)
        if np.linalg.norm(right) > 1e-6 * np.linalg.norm(candidate):
            break
    right = right / np.linalg.norm(right)
    return np.stack([right, np.cross(forward, right), forward])
