"""Cameras, rotations and similarity fits on batches of points."""

from repose.geometry.cameras import Camera
from repose.geometry.rotations import (
    axis_angle_to_matrix,
    euler_to_matrix,
    look_at,
    matrix_to_quaternion,
    quaternion_to_matrix,
)
from repose.geometry.similarity import apply_similarity, fit_similarity

__all__ = [
    "Camera",
    "apply_similarity",
    "axis_angle_to_matrix",
    "euler_to_matrix",
    "fit_similarity",
    "look_at",
    "matrix_to_quaternion",
    "quaternion_to_matrix",
]
