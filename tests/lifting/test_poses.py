"""2D and 3D as networks see them."""

import numpy as np

from repose.lifting.poses import lifting_poses, screen_units
from tests.lifting.tables import table


def test_both_coordinates_are_divided_by_the_width():
    points = np.array([[[0, 0], [2000, 1000], [1000, 500]]], np.float32)
    units = screen_units(points, np.array([[2000, 1000]]))
    assert np.allclose(units[0], [[-1, -0.5], [1, 0.5], [0, 0]])


def test_poses_are_metres_about_the_root_without_the_nose():
    source = table("train", 5)
    poses = lifting_poses(source, "semgcn16", "gt")
    assert poses.joints[0] == "pelvis"
    assert len(poses.joints) == 16
    assert np.all(poses.joints3d_m[:, 0] == 0)
    knee = source.index("r_knee")
    assert np.allclose(poses.joints3d_m[:, 2] * 1000, source.joints3d[:, knee], atol=1e-3)


def test_detected_joints_differ_from_true_ones_in_2d_alone():
    source = table("train", 5)
    true, detected = (lifting_poses(source, "semgcn16", kind) for kind in ("gt", "detected"))
    assert np.array_equal(true.joints3d_m, detected.joints3d_m)
    assert 0 < np.abs(true.joints2d - detected.joints2d).max() < 0.1


def test_3dhp_has_valid_frames_on_the_universal_skeleton():
    source = table("test", 6, "mpi_inf_3dhp", "mpi3dhp17")
    poses = lifting_poses(source, "semgcn16", "gt")
    assert poses.sample.tolist() == [1, 2, 4, 5]
    ankle = source.index("r_ankle")
    assert np.allclose(poses.joints3d_m[:, 3] * 1000, source.joints3d[[1, 2, 4, 5], ankle] * 1.1, atol=1e-2)
