"""Directions and rotations over many frames at once: x forward, y left, z up, angles in radians."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def unit(vectors: Array) -> Array:
    """Vectors (…, 3) of length one."""
    return vectors / np.sqrt((vectors * vectors).sum(-1, keepdims=True) + 1e-18)


def dot(a: Array, b: Array) -> Array:
    """Scalar products (…, 1) of vectors (…, 3)."""
    return (a * b).sum(-1, keepdims=True)


def cross(a: Array, b: Array) -> Array:
    """Vector products of (…, 3); several times faster than numpy's on small arrays."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=-1)


def turned(vectors: Array) -> Array:
    """Rotation matrices (…, 3, 3) of rotation vectors (…, 3), by Rodrigues' formula."""
    angle = np.sqrt((vectors * vectors).sum(-1) + 1e-24)
    x, y, z = np.moveaxis(vectors / angle[..., None], -1, 0)
    s, c = np.sin(angle), np.cos(angle)
    k = 1 - c
    rows = [c + x * x * k, x * y * k - z * s, x * z * k + y * s]
    rows += [y * x * k + z * s, c + y * y * k, y * z * k - x * s]
    rows += [z * x * k - y * s, z * y * k + x * s, c + z * z * k]
    return np.stack(rows, axis=-1).reshape(*angle.shape, 3, 3)


def yaw(angle: Array | float) -> Array:
    """Rotations (…, 3, 3) about the vertical, to the left."""
    angle = np.asarray(angle, dtype=np.float64)
    zero = np.zeros_like(angle)
    return turned(np.stack([zero, zero, angle], axis=-1))


def apply(rotations: Array, vectors: Array) -> Array:
    """Rotate vectors (…, 3) by matrices (…, 3, 3)."""
    return (rotations @ vectors[..., None])[..., 0]


def frame(up: Array, forward: Array) -> Array:
    """Frames (…, 3, 3) whose z axis is `up` and whose x axis is nearest to `forward`; axes are columns."""
    z = unit(up)
    y = unit(cross(z, forward))
    return np.stack([cross(y, z), y, z], axis=-1)


def smooth_step(values: Array, low: float, high: float) -> Array:
    """0 below `low`, 1 above `high`, in between the quintic of minimum jerk."""
    u = np.clip((values - low) / (high - low), 0.0, 1.0)
    return u * u * u * (10 + u * (6 * u - 15))
