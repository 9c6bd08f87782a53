"""Which joints a body hides from a camera, without a picture: limbs as capsules in the way of the rays.

Legend: T frames, P body points, J joints.
"""

import numpy as np

from repose.world.body import POINTS
from repose.world.frames import Array, dot

CAPSULES_MM = (  # from, to, radius
    ("pelvis", "neck", 115.0), ("upper_neck", "head_top", 80.0),
    ("r_hip", "r_knee", 60.0), ("l_hip", "l_knee", 60.0),
    ("r_knee", "r_ankle", 45.0), ("l_knee", "l_ankle", 45.0),
)  # fmt: skip
CLOSE_MM = 40.0  # joints within a capsule, or this close to it, are its own


def hidden_by_body(points_mm: Array, joints_mm: Array) -> np.ndarray:
    """Which joints (T, J) are behind a limb of the body (T, P, 3), both in the camera's frame."""
    hidden = np.zeros(joints_mm.shape[:2], bool)
    for start, end, radius in CAPSULES_MM:
        a, b = (points_mm[:, POINTS.index(name), None] for name in (start, end))  # T, 1, 3
        own = distance(joints_mm, joints_mm, a, b) < radius + CLOSE_MM
        hidden |= ~own & (distance(np.zeros_like(joints_mm), joints_mm, a, b) < radius)
    return hidden


def distance(p: Array, q: Array, a: Array, b: Array) -> Array:
    """Least distance (…) between the lines p–q and a–b (…, 3), both of finite length, which may be zero."""
    u, v, w = q - p, b - a, p - a
    uu, uv, vv = dot(u, u)[..., 0], dot(u, v)[..., 0], dot(v, v)[..., 0]
    uw, vw = dot(u, w)[..., 0], dot(v, w)[..., 0]
    spread = uu * vv - uv * uv
    s = np.clip((uv * vw - vv * uw) / np.where(spread > 1e-6, spread, 1.0), 0.0, 1.0)
    t = np.clip((uv * s + vw) / vv, 0.0, 1.0)
    s = np.clip((uv * t - uw) / np.where(uu > 1e-6, uu, 1.0), 0.0, 1.0)
    between = w + s[..., None] * u - t[..., None] * v
    return np.sqrt(dot(between, between)[..., 0])
