import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repose.geometry import apply_similarity, fit_similarity


def random_rotation(random: np.random.Generator, dimensions: int) -> np.ndarray:
    q, _ = np.linalg.qr(random.normal(size=(dimensions, dimensions)))
    q[:, 0] *= np.sign(np.linalg.det(q))
    return q


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3]), st.floats(0.01, 100), st.booleans())
def test_a_random_similarity_is_recovered(seed: int, dimensions: int, scale: float, weighted: bool) -> None:
    random = np.random.default_rng(seed)
    source = random.normal(size=(8, dimensions))
    rotation, translation = random_rotation(random, dimensions), 10 * random.normal(size=dimensions)
    target = apply_similarity(source, np.array(scale), rotation, translation)
    weights = random.uniform(0.1, 2, size=8) if weighted else None
    found = fit_similarity(source, target, weights)
    for value, expected in zip(found, (np.array(scale), rotation, translation), strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-6, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3]))
def test_a_fit_never_reflects(seed: int, dimensions: int) -> None:
    random = np.random.default_rng(seed)
    source = random.normal(size=(5, 6, dimensions))
    mirrored = source * np.array([-1, *[1] * (dimensions - 1)])
    scale, rotation, _ = fit_similarity(source, mirrored)
    np.testing.assert_allclose(np.linalg.det(rotation), 1, rtol=1e-9)
    assert (scale >= 0).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3]))
def test_no_nearby_similarity_fits_better(seed: int, dimensions: int) -> None:
    random = np.random.default_rng(seed)
    source, target = random.normal(size=(2, 7, dimensions))
    weights = random.uniform(0, 1, size=7)

    def error(scale: np.ndarray, rotation: np.ndarray, translation: np.ndarray) -> float:
        miss = apply_similarity(source, scale, rotation, translation) - target
        return float((weights * (miss**2).sum(-1)).sum())

    best = fit_similarity(source, target, weights)
    for _ in range(5):
        u, _, vt = np.linalg.svd(best[1] + 0.05 * random.normal(size=best[1].shape))
        turned = u @ vt
        other = (best[0] * random.uniform(0.9, 1.1), turned, best[2] + 0.05 * random.normal(size=dimensions))
        assert error(*best) <= error(*other) + 1e-12


def test_a_batch_is_fitted_as_its_members_are() -> None:
    source, target = np.random.default_rng(1).normal(size=(2, 3, 4, 9, 3))
    batch = fit_similarity(source, target)
    for index in np.ndindex(3, 4):
        for together, alone in zip(batch, fit_similarity(source[index], target[index]), strict=True):
            np.testing.assert_allclose(together[index], alone, atol=1e-12)


def test_points_without_weight_may_hold_nan() -> None:
    source, target = np.random.default_rng(2).normal(size=(2, 9, 3))
    weights = np.array([1, 1, 1, 1, 1, 1, 1, 0, 0])
    expected = fit_similarity(source[:7], target[:7])
    source[7], target[8] = np.nan, np.nan
    for value, wanted in zip(fit_similarity(source, target, weights), expected, strict=True):
        np.testing.assert_allclose(value, wanted, atol=1e-12)


@pytest.mark.parametrize("weights", [None, np.zeros(5), np.array([1.0, 0, 0, 0, 0])])
def test_a_single_point_gives_scale_zero_and_no_nan(weights: np.ndarray | None) -> None:
    source = np.full((5, 3), 0.1) if weights is None else np.random.default_rng(3).normal(size=(5, 3))
    scale, rotation, translation = fit_similarity(
        source, np.random.default_rng(4).normal(size=(5, 3)), weights
    )
    assert scale == 0
    assert np.isfinite(rotation).all()
    assert np.isfinite(translation).all()
    assert np.linalg.det(rotation) == pytest.approx(1)


def test_two_points_in_space_and_points_on_a_line_give_a_rotation() -> None:
    line = np.outer(np.arange(4.0), [1, 2, 3])
    for source in (line, line[:2]):
        scale, rotation, translation = fit_similarity(source, 3 * source[:, ::-1] + 1)
        assert scale == pytest.approx(3)
        np.testing.assert_allclose(
            apply_similarity(source, scale, rotation, translation), 3 * source[:, ::-1] + 1
        )
        assert np.linalg.det(rotation) == pytest.approx(1)
