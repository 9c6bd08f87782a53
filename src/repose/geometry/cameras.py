"""A camera with Human3.6M's model of lens distortion.

Camera frames: x right, y down, z forward; millimetres. Pixels: x right, y down, continuous, so that an
image scaled by a factor scales its coordinates by the same factor.
"""

import dataclasses
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class Camera:
    """Where a camera stands and how it sees."""

    rotation: np.ndarray  # 3, 3 world → camera
    position_mm: np.ndarray  # 3, in the world
    focal: np.ndarray  # 2, px
    center: np.ndarray  # 2, px
    width: int  # px
    height: int
    radial: np.ndarray = field(default_factory=lambda: np.zeros(3))
    tangential: np.ndarray = field(default_factory=lambda: np.zeros(2))
    clamp: bool = False  # limit x/z and y/z to [−1, 1], as is done for Human3.6M

    def to_camera(self, points: np.ndarray) -> np.ndarray:
        """World points (…, 3) in the camera's frame: R (X − position)."""
        return (points - self.position_mm) @ np.asarray(self.rotation).T

    def to_world(self, points_cam: np.ndarray) -> np.ndarray:
        """Points (…, 3) of the camera's frame in the world."""
        return points_cam @ np.asarray(self.rotation) + self.position_mm

    def project(self, points_cam: np.ndarray) -> np.ndarray:
        """Pixels (…, 2) of points (…, 3) in the camera's frame; meaningless for points behind it."""
        flat = points_cam[..., :2] / points_cam[..., 2:]
        if self.clamp:
            flat = np.clip(flat, -1, 1)
        return self.distorted(flat) * self.focal + self.center

    def distorted(self, flat: np.ndarray) -> np.ndarray:
        """What the lens does to (x/z, y/z): three radial and two tangential terms, as in Human3.6M's code.

        Unlike OpenCV's, the tangential terms x·y and x² count once, not twice.
        """
        if not np.any(self.radial) and not np.any(self.tangential):
            return flat
        swapped = np.asarray(self.tangential)[::-1]
        square = (flat**2).sum(axis=-1, keepdims=True)  # …, 1
        k1, k2, k3 = self.radial
        radial = 1 + square * (k1 + square * (k2 + square * k3))
        tangential = (flat * swapped).sum(axis=-1, keepdims=True)
        return flat * (radial + tangential) + swapped * square

    def scaled(self, factor: float) -> "Camera":
        """The camera of the image made larger or smaller by a factor (sizes rounded to whole pixels)."""
        return dataclasses.replace(
            self,
            focal=np.asarray(self.focal) * factor,
            center=np.asarray(self.center) * factor,
            width=max(1, round(self.width * factor)),
            height=max(1, round(self.height * factor)),
        )
