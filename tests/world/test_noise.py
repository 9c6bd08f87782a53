"""Detector-like noise."""

import numpy as np

from repose.foundations.rng import rng
from repose.skeletons import get_skeleton
from repose.world.noise import Noise, detected

TRUE = np.tile(np.linspace(200, 800, 17)[:, None] * [1.0, 0.8], (6000, 1, 1))


def errors(**keywords):
    return np.linalg.norm(detected(TRUE, "h36m17", rng(0, "noise"), **keywords) - TRUE, axis=-1)


def test_error_is_like_that_of_a_tuned_detector():
    """Mean 4.7–6.3 px of 1000 (5.4 is known), the median clearly smaller, a heavy tail."""
    found = errors()
    assert 4.7 < found.mean() < 6.3
    assert np.median(found) < 0.85 * found.mean()
    assert np.percentile(found, 99.9) > 8 * found.mean()


def test_wrists_are_worse_than_hips_and_hidden_joints_worse_than_seen_ones():
    skeleton = get_skeleton("h36m17")
    median = np.median(errors(), axis=0)
    assert median[skeleton.index("l_wrist")] > 1.4 * median[skeleton.index("l_hip")]
    hidden = np.ones(TRUE.shape[:2], bool)
    assert np.median(errors(hidden=hidden)) > 1.5 * np.median(errors())


def test_error_scales_with_the_image():
    np.testing.assert_allclose(np.median(errors(width_px=500.0)) * 2, np.median(errors()), rtol=0.02)


def test_errors_drift_in_video_and_jump_in_single_pictures():
    calm = Noise(outlier_rate=0.0, swap_rate=0.0)
    single = Noise(outlier_rate=0.0, swap_rate=0.0, drift_frames=0.0)

    def steps(noise):
        offset = detected(TRUE, "h36m17", rng(0, "noise"), noise=noise) - TRUE
        return np.median(np.abs(np.diff(offset, axis=0)))

    assert steps(calm) < 0.7 * steps(single)
