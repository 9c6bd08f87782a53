"""Where cameras stand and what they see."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repose.world import cameras
from repose.world.body import rest_pose, sample_subject, standing_mm
from repose.world.motion import action_sequence

PERSON = sample_subject(0, "S1")
STANDING = np.add(rest_pose(PERSON.lengths), (0, 0, standing_mm(PERSON)))


def in_image(camera, points):
    pixels = camera.project(camera.to_camera(points))
    return ((pixels >= 0) & (pixels <= [camera.width, camera.height])).all(-1)


def test_the_four_cameras_of_human36m_see_the_person_in_published_sizes():
    for name in ("S1", "S9"):
        four = cameras.h36m_cameras(name)
        assert [(camera.width, camera.height) for camera in four] == [
            (1000, 1002),
            (1000, 1000),
            (1000, 1000),
            (1000, 1002),
        ]
        walk = action_sequence(PERSON, "Walking", 1, 200, 0)
        for camera in four:
            assert 3500 < np.linalg.norm(camera.position_mm[:2]) < 6000
            assert in_image(camera, walk).mean() > 0.99
            pixels = camera.project(camera.to_camera(STANDING))
            assert np.ptp(pixels[:, 1]) > 250
            assert pixels[9, 1] < pixels[21, 1]  # head above


def test_cameras_differ_a_little_between_subjects():
    one, other = cameras.h36m_cameras("S1")[0], cameras.h36m_cameras("S5")[0]
    assert 5 < np.linalg.norm(one.position_mm - other.position_mm) < 1000
    np.testing.assert_array_equal(one.focal, other.focal)


@pytest.mark.parametrize("sequence", ["TS1", "TS4", "TS6"])
def test_test_cameras_have_the_published_sizes(sequence):
    camera = cameras.mpi3dhp_test_camera(sequence)
    assert (camera.width, camera.height) == ((1920, 1080) if sequence == "TS6" else (2048, 2048))
    assert in_image(camera, STANDING).all()


def test_rings_see_the_person_from_all_around():
    eight = cameras.mpi3dhp_cameras("S1")
    assert sorted(eight) == list(range(14))
    rings = [[eight[i] for i in cameras.MPI3DHP_CHEST_HIGH], cameras.occlusion_person_cameras("scene")]
    for ring in rings:
        assert len(ring) == 8
        assert all(in_image(camera, STANDING).all() for camera in ring)
        angles = np.sort([np.arctan2(camera.position_mm[1], camera.position_mm[0]) for camera in ring])
        assert np.diff(angles).max() < np.pi / 2


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), wide=st.booleans())
def test_free_cameras_frame_the_person(seed, wide):
    size = (640, 480) if wide else (480, 640)
    camera = cameras.free_camera(seed, "test", target_mm=STANDING, size=size, share=(0.5, 0.8))
    pixels = camera.project(camera.to_camera(STANDING))
    filled = (np.ptp(pixels, axis=0) / size).max()
    assert 0.4 < filled < 0.95
    assert in_image(camera, STANDING).mean() > 0.6
    np.testing.assert_allclose(camera.rotation @ camera.rotation.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(camera.rotation) == pytest.approx(1)
