import numpy as np
import pytest

from repose.foundations.rng import rng
from repose.metrics import (
    frame_mean,
    group_means,
    joint_errors,
    mean_of_group_means,
    mpjpe,
    mpjpe_without_root,
    p_mpjpe,
    p_mpjpe_without_root,
)

TRUTH = rng(0, "truth").normal(size=(5, 16, 3)) * 300
PREDICTED = TRUTH + rng(0, "noise").normal(size=TRUTH.shape) * 50


def test_roots_are_laid_on_each_other():
    errors = joint_errors(PREDICTED + 1000, TRUTH, root=3)
    assert (errors[:, 3] == 0).all()
    moved = PREDICTED - PREDICTED[:, 3:4] + TRUTH[:, 3:4]
    np.testing.assert_allclose(errors, np.linalg.norm(moved - TRUTH, axis=2))


def test_the_root_makes_the_mean_smaller_by_its_share():
    np.testing.assert_allclose(mpjpe(PREDICTED, TRUTH, 0), mpjpe_without_root(PREDICTED, TRUTH, 0) * 15 / 16)


def test_similarity_without_root_does_not_see_the_root():
    other = PREDICTED.copy()
    other[:, 4] += 500
    np.testing.assert_array_equal(
        p_mpjpe_without_root(other, TRUTH, 4), p_mpjpe_without_root(PREDICTED, TRUTH, 4)
    )
    assert (p_mpjpe(other, TRUTH) > p_mpjpe(PREDICTED, TRUTH)).all()


def test_every_group_counts_the_same_in_the_mean_of_group_means():
    errors, groups = (
        np.array([10.0, 20.0, 30.0, 80.0]),
        np.array(["Sitting", "Sitting", "Sitting", "SittingDown"]),
    )
    assert group_means(errors, groups) == {"Sitting": pytest.approx(20), "SittingDown": pytest.approx(80)}
    assert mean_of_group_means(errors, groups) == pytest.approx(50)
    assert frame_mean(errors) == pytest.approx(35)
