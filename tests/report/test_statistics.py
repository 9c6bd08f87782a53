"""Intervals hold what they promise."""

import dataclasses
import math

import numpy as np
import pytest
from scipy.stats import ttest_ind

from repose.report.scores import Score, flat_score, load_scores, save_scores, unit_score
from repose.report.statistics import UNKNOWN, Effect, Term, effect, holm, pooled_variance, what_decides
from tests.report.made import made_score, scored


def test_value_is_the_mean_of_group_means():
    errors = np.array([[1.0, 3.0, 10.0]])
    score = unit_score(errors, np.array([0, 0, 1]), np.array([0, 0, 1]), ("walk", "sit"))
    assert score.value()[0] == pytest.approx((2 + 10) / 2)
    assert score.frame_value()[0] == pytest.approx(14 / 3)
    assert score.only(("sit",)).value()[0] == pytest.approx(10)


CASES = {  # sizes of the groups, seed SDs of the two runs, SD of what a run makes of a unit
    "takes of actions": ((3, 4, 4, 4, 3), (0.3, 0.9), 1.0),
    "six films": ((6,), (0.1, 0.1), 1.0),
    "many pictures": ((150,), (0.4, 0.4), 1.0),
}
SYSTEM_SD = 0.3  # of a seed, pooled over many runs of which most are quiet


def made_pair(generator, sizes, seed_sds, unit_sd, seeds=3):
    """Two runs on the same hard and easy units, the second worse by 2."""
    groups = np.repeat(np.arange(len(sizes)), sizes)
    hardness, counts = generator.normal(60, 15, len(groups)), generator.uniform(5, 15, len(groups))
    names = tuple(str(number) for number in range(len(sizes)))
    scores = []
    for offset, seed_sd in zip((0.0, 2.0), seed_sds, strict=True):
        own = hardness + offset + generator.normal(0, unit_sd, len(groups))
        sums = (own + generator.normal(0, seed_sd, (seeds, 1))) * counts
        scores.append(Score(sums, counts, groups, names))
    return scores


def bootstrapped(scores):
    """Half the width where units are resampled, often, and the seed variance is that of the whole system."""
    worse, better = scores[1].influence(), scores[0].influence()
    sizes = np.bincount(scores[0].groups)
    units = (np.bincount(scores[0].groups, np.square(worse - better)) / sizes**2).sum()
    seeds = sum(SYSTEM_SD**2 / len(score.sums) for score in scores)
    return 1.96 * (units + seeds) ** 0.5


@pytest.mark.parametrize("case", CASES)
def test_intervals_cover_the_truth_as_often_as_stated(case):
    covered, generator = [], np.random.default_rng(0)
    for _ in range(800):
        scores = made_pair(generator, *CASES[case])
        result = difference(*scores)
        covered.append((result.low < 2.0 < result.high, abs(result.value - 2.0) < bootstrapped(scores)))
    stated, before = np.mean(covered, axis=0)
    assert 0.92 <= stated <= 0.98
    assert before < 0.92


def difference(better, worse, borrowed=UNKNOWN):
    return effect([Term(1, "worse", worse), Term(-1, "better", better)], borrowed)


def test_the_influence_of_units_is_the_slope_of_the_value():
    generator = np.random.default_rng(0)
    score = made_pair(generator, (3, 4), (1.0, 1.0), 1.0)[0]
    for unit, own in enumerate(score.influence()):
        weights = np.ones(7)
        weights[unit] += 1e-6
        heavier = dataclasses.replace(score, sums=score.sums * weights, counts=score.counts * weights)
        size = (3, 4)[score.groups[unit]]
        assert (heavier.value().mean() - score.value().mean()) * 1e6 * size == pytest.approx(own, rel=1e-3)


def test_a_group_of_one_unit_is_as_uncertain_as_the_others_are():
    generator = np.random.default_rng(0)
    (score, _) = made_pair(generator, (4, 4, 1), (0.0, 0.0), 1.0)
    known = effect([Term(1, "a", score.only(("0", "1")))])
    assert effect([Term(1, "a", score)]).unit_se ** 2 * 9 == pytest.approx(
        known.unit_se**2 * 4 + np.square(3 * score.influence()).sum() / 6
    )
    assert effect([Term(1, "a", score.only(("2",)))]).unit_se == 0


def test_pairing_removes_the_hardness_of_the_clips():
    better, worse = made_pair(np.random.default_rng(0), (40,), (0.1, 0.1), 1.0)
    assert difference(better, worse).unit_se < 0.5
    assert effect([Term(1, "a", worse)]).unit_se > 1


def test_every_run_has_its_own_seed_variance():
    generator = np.random.default_rng(0)
    quiet, loud = (flat_score(generator.normal(0, sd, 5)) for sd in (0.01, 1.0))
    result = effect([Term(1, "a", loud), Term(-1, "b", quiet)])
    assert result.freedom == pytest.approx(4, rel=0.01)
    assert result.se == pytest.approx((loud.value().var(ddof=1) / 5) ** 0.5, rel=0.01)
    welch = ttest_ind(loud.value(), quiet.value(), equal_var=False)
    assert min(result.p_above(0), result.p_below(0)) == pytest.approx(welch.pvalue)
    assert (result.low, result.high) == pytest.approx(welch.confidence_interval())


def test_runs_from_one_start_are_compared_seed_by_seed():
    generator = np.random.default_rng(0)
    shared = generator.normal(0, 5, 4)
    kin = [flat_score(shared + offset + generator.normal(0, 0.1, 4)) for offset in (0.0, 2.0)]
    apart = difference(*kin)
    together = difference(*(dataclasses.replace(score, start="s1") for score in kin))
    assert together.se < apart.se / 10
    assert together.freedom == 3


def test_one_seed_borrows_the_seed_variance_of_the_system():
    generator = np.random.default_rng(0)
    b, a = (made_score(generator, o, seeds=1) for o in (0.0, 2.0))
    narrow, wide = (difference(b, a, borrowed) for borrowed in (UNKNOWN, (25.0, 10)))
    assert wide.seen > narrow.seen + 5
    assert not math.isfinite(narrow.seed_sd)
    assert wide.seed_sd == pytest.approx(5)


def test_holm_multiplies_the_smallest_p_by_all_and_never_lowers_a_later_one():
    assert holm([0.04, 0.01, 0.015]) == pytest.approx([0.04, 0.03, 0.03])
    assert holm([0.9, 0.6]) == [1.0, 1.0]
    assert holm([]) == []


def test_what_decides_an_effect_follows_from_the_variances():
    measured = Effect(value=1.0, low=-1, high=3, seeds=2, seed_sd=1.0, unit_se=0.3, seed_freedom=4)
    z, t = 1.959964, 2.776445
    assert what_decides(1.0, measured, [1, -1]) == f"{math.ceil(2 * t**2 / (1 - 0.09 * z**2))} seeds per run"
    half = 0.5**2 / 2
    larger = (
        f"{math.ceil(2 * t**2 / half)} seeds per run and a test set {0.09 * z**2 / half:.1f} times as large"
    )
    assert what_decides(0.5, measured, [1, -1]) == larger
    bound = "more than 1,000 seeds per run and a test set more than 100 times as large"
    assert what_decides(0.0, measured, [1, -1]) == what_decides(0.01, measured, [1, -1]) == bound
    exact_units = dataclasses.replace(measured, unit_se=0.0)
    assert what_decides(0.0, exact_units, [1, -1]) == "more than 1,000 seeds per run"


def test_seeds_that_did_not_decide_are_not_said_to_be_enough():
    unlucky = Effect(value=1.0, low=-0.1, high=2.1, seeds=3, seed_sd=0.1, unit_se=0.1, seed_freedom=4)
    assert what_decides(1.0, unlucky, [1, -1]) == "4 seeds per run"
    assert what_decides(2.0, unlucky, [1, -1]) == "3 seeds per run"


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
