"""Intervals hold what they promise, and verdicts follow from them."""

import dataclasses
import math

import numpy as np
import pytest

from repose.report.claims import judge, judge_all, ledger_row
from repose.report.published import Claim, claim
from repose.report.scores import Score, flat_score, load_scores, save_scores, unit_score
from repose.report.statistics import Effect, effect, pooled_variance, what_decides

NONE = (float("nan"), 0)


def made_score(generator, offset, seeds=4, units=40, seed_sd=1.0, hardness=None):
    """Scores whose units are hard or easy alike for all runs, as test clips are."""
    hardness = generator.normal(60, 15, units) if hardness is None else hardness
    frames = np.full(units, 10.0)
    values = (
        hardness + offset + generator.normal(0, seed_sd, (seeds, 1)) + generator.normal(0, 1, (seeds, units))
    )
    return Score(values * frames, frames, np.arange(units) % 5, ("a", "b", "c", "d", "e"))


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
    assert what_decides(1.0, measured, [1, -1]) == f"{math.ceil(2 * t**2 / (1 - 0.09 * z**2))} seeds a run"
    half = 0.5**2 / 2
    larger = (
        f"{math.ceil(2 * t**2 / half)} seeds a run and a test set {0.09 * z**2 / half:.1f} times as large"
    )
    assert what_decides(0.5, measured, [1, -1]) == larger
    assert "more than" in what_decides(0.0, measured, [1, -1])


def test_seeds_that_did_not_decide_are_not_said_to_be_enough():
    unlucky = Effect(value=1.0, low=-0.1, high=2.1, seeds=3, seed_sd=0.1, unit_se=0.1, freedom=4)
    assert what_decides(1.0, unlucky, [1, -1]) == "4 seeds a run"
    assert what_decides(2.0, unlucky, [1, -1]) == "1 seed a run"


def test_runs_that_begin_alike_tell_the_seeds_variance_once(tmp_path):
    generator = np.random.default_rng(0)
    parent, other = (made_score(generator, 0.0, seeds=3) for _ in range(2))
    kin = [dataclasses.replace(parent, start="s1"), dataclasses.replace(parent, start="s1")]
    assert pooled_variance(kin) == pytest.approx(pooled_variance([parent]))
    assert pooled_variance([*kin, other])[1] == 4
    assert kin[0].only(("a",)).start == "s1"
    save_scores(tmp_path / "scores.npz", {("r", "m"): kin[0]}, {})
    assert load_scores(tmp_path / "scores.npz")[0]["r", "m"].start == "s1"


def test_without_a_run_of_several_seeds_nobody_knows_how_many_it_takes():
    generator = np.random.default_rng(1)
    scores = {(run, "m"): made_score(generator, o, seeds=1, seed_sd=30) for run, o in (("a", 0), ("b", 0))}
    claims = (made_claim(kind="difference", better="a", worse="b"),)
    verdict = judge_all(claims, scores, 0)[0]
    assert what_decides(1.0, verdict.effect, [1, -1]) == ""
    assert verdict.verdict != "undecided" or "takes a run with several" in verdict.needs


def scored(**means):
    generator = np.random.default_rng(3)
    hardness = generator.normal(60, 15, 40)
    return {
        (run, "m"): made_score(generator, mean, seed_sd=0.2, hardness=hardness) for run, mean in means.items()
    }


def made_claim(**fields):
    base = {"id": "c", "claim": "text", "metric": "m", "unit": "mm", "table": 1, "published_effect": 1.0}
    return claim(base | fields)


@pytest.mark.parametrize(
    ("fields", "means", "verdict"),
    [
        ({"kind": "difference", "better": "a", "worse": "b"}, {"a": 0, "b": 3}, "reproduced"),
        ({"kind": "difference", "better": "a", "worse": "b"}, {"a": 3, "b": 0}, "contradicted"),
        ({"kind": "difference", "better": "a", "worse": "b"}, {"a": 0, "b": 0}, "undecided"),
        ({"kind": "order", "chain": ["a", "b", "c"]}, {"a": 0, "b": 3, "c": 6}, "reproduced"),
        ({"kind": "order", "chain": ["a", "b", "c"]}, {"a": 0, "b": 3, "c": 1}, "contradicted"),
        ({"kind": "equivalence", "better": "a", "worse": "b", "margin": 3.0}, {"a": 0, "b": 0}, "reproduced"),
        (
            {"kind": "equivalence", "better": "a", "worse": "b", "margin": 1.0},
            {"a": 0, "b": 5},
            "contradicted",
        ),
        ({"kind": "equivalence", "better": "a", "worse": "b", "margin": 0.05}, {"a": 0, "b": 0}, "undecided"),
    ],
)
def test_verdicts_follow_the_interval(fields, means, verdict):
    assert judge(made_claim(**fields), scored(**means), 0, NONE).verdict == verdict


def test_an_interaction_is_a_difference_of_differences():
    terms = [[1, "b"], [-1, "a"], [-1, "d"], [1, "c"]]
    result = judge(made_claim(kind="interaction", contrasts=[terms]), scored(a=0, b=5, c=0, d=1), 0, NONE)
    assert result.verdict == "reproduced"
    assert result.effect.value == pytest.approx(4, abs=1)


def test_a_count_is_exact():
    scores = {("a", "n"): flat_score([17.0]), ("b", "n"): flat_score([19.0])}
    count = made_claim(kind="count", better="a", worse="b", metric="n")
    assert judge(count, scores, 0, NONE).verdict == "reproduced"
    assert (
        judge(made_claim(kind="count", better="b", worse="a", metric="n"), scores, 0, NONE).verdict
        == "contradicted"
    )


def test_a_claim_without_scores_is_undecided_and_says_why():
    result = judge(made_claim(kind="difference", better="a", worse="gone"), scored(a=0), 0, NONE)
    assert result.verdict == "undecided"
    assert "gone" in result.needs
    assert ledger_row("gcn", result)["measured_effect"] == ""


def test_the_ledger_is_the_same_every_time():
    claims = (made_claim(kind="difference", better="a", worse="b"),)
    scores = scored(a=0, b=1)
    assert judge_all(claims, scores, 0)[0] == judge_all(claims, scores, 0)[0]
    assert isinstance(claims[0], Claim)


def test_saved_scores_come_back(tmp_path):
    scores = scored(a=0, b=1)
    save_scores(tmp_path / "s.npz", scores, {"a": {"parameters": 3}})
    again, facts = load_scores(tmp_path / "s.npz")
    assert facts == {"a": {"parameters": 3}}
    assert list(again) == list(scores)
    np.testing.assert_array_equal(again["a", "m"].sums, scores["a", "m"].sums)
    assert again["a", "m"].group_names == scores["a", "m"].group_names
