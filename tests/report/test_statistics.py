"""Intervals hold what they promise."""

import dataclasses
import math

import numpy as np
import pytest

from repose.report.scores import load_scores, save_scores, unit_score
from repose.report.statistics import Effect, effect, pooled_variance, what_decides
from tests.report.made import made_score, scored

NONE = (float("nan"), 0)


def test_value_is_the_mean_of_group_means():
    errors = np.array([[1.0, 3.0, 10.0]])
    score = unit_score(errors, np.array([0, 0, 1]), np.array([0, 0, 1]), ("walk", "sit"))
    assert score.value()[0] == pytest.approx((2 + 10) / 2)
    assert score.frame_value()[0] == pytest.approx(14 / 3)
    assert score.only(("sit",)).value()[0] == pytest.approx(10)


@pytest.mark.slow
def test_intervals_cover_the_truth_about_as_often_as_stated():
    covered = 0
    for trial in range(200):
        generator = np.random.default_rng(trial)
        hardness = generator.normal(60, 15, 40)
        worse, better = (made_score(generator, offset, hardness=hardness) for offset in (2.0, 0.0))
        result = effect([(1, worse), (-1, better)], 0, "x", NONE)
        covered += result.low < 2.0 < result.high
    assert 0.89 <= covered / 200 <= 1.0


def test_pairing_removes_the_hardness_of_the_clips():
    generator = np.random.default_rng(0)
    hardness = generator.normal(60, 15, 40)
    worse, better = (made_score(generator, offset, seed_sd=0.1, hardness=hardness) for offset in (2.0, 0.0))
    assert effect([(1, worse), (-1, better)], 0, "x", NONE).unit_se < 0.5
    assert effect([(1, worse)], 0, "x", NONE).unit_se > 1


def test_one_seed_borrows_the_seed_variance_of_the_system():
    generator = np.random.default_rng(0)
    a, b = (made_score(generator, o, seeds=1) for o in (2.0, 0.0))
    narrow, wide = (effect([(1, a), (-1, b)], 0, "x", fallback) for fallback in (NONE, (25.0, 10)))
    assert wide.seen > narrow.seen + 5


def test_what_decides_an_effect_follows_from_the_variances():
    measured = Effect(value=1.0, low=-1, high=3, seeds=2, seed_sd=1.0, unit_se=0.3, freedom=4)
    z, t = 1.959964, 2.776445
    assert what_decides(1.0, measured, [1, -1]) == f"{math.ceil(2 * t**2 / (1 - 0.09 * z**2))} seeds per run"
    half = 0.5**2 / 2
    larger = (
        f"{math.ceil(2 * t**2 / half)} seeds per run and a test set {0.09 * z**2 / half:.1f} times as large"
    )
    assert what_decides(0.5, measured, [1, -1]) == larger
    assert "more than" in what_decides(0.0, measured, [1, -1])


def test_seeds_that_did_not_decide_are_not_said_to_be_enough():
    unlucky = Effect(value=1.0, low=-0.1, high=2.1, seeds=3, seed_sd=0.1, unit_se=0.1, freedom=4)
    assert what_decides(1.0, unlucky, [1, -1]) == "4 seeds per run"
    assert what_decides(2.0, unlucky, [1, -1]) == "1 seed per run"


def test_runs_that_begin_alike_tell_the_seeds_variance_once(tmp_path):
    generator = np.random.default_rng(0)
    parent, other = (made_score(generator, 0.0, seeds=3) for _ in range(2))
    kin = [dataclasses.replace(parent, start="s1"), dataclasses.replace(parent, start="s1")]
    assert pooled_variance(kin) == pytest.approx(pooled_variance([parent]))
    assert pooled_variance([*kin, other])[1] == 4
    assert kin[0].only(("a",)).start == "s1"
    save_scores(tmp_path / "scores.npz", {("r", "m"): kin[0]}, {})
    assert load_scores(tmp_path / "scores.npz")[0]["r", "m"].start == "s1"


def test_saved_scores_come_back(tmp_path):
    scores = scored(a=0, b=1)
    save_scores(tmp_path / "s.npz", scores, {"a": {"parameters": 3}})
    again, facts = load_scores(tmp_path / "s.npz")
    assert facts == {"a": {"parameters": 3}}
    assert list(again) == list(scores)
    np.testing.assert_array_equal(again["a", "m"].sums, scores["a", "m"].sums)
    assert again["a", "m"].group_names == scores["a", "m"].group_names
