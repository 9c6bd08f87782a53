"""Verdicts follow from intervals, and their words from what was run."""

import dataclasses
import math

import numpy as np
import pytest

from repose.report.claims import VERDICTS, Verdict, judge, judge_all, most_samples, needs, verdicts_in
from repose.report.claims_section import SIGNS
from repose.report.ledger import ledger_row
from repose.report.published import Claim
from repose.report.scores import flat_score
from repose.report.setting import Setting
from repose.report.statistics import Effect, what_decides
from tests.report.made import PUBLISHED, SMALL, evidence, made_claim, made_score, scored


@pytest.mark.parametrize(
    ("fields", "means", "side"),
    [
        ({"kind": "difference", "better": "a", "worse": "b"}, {"a": 0, "b": 3}, 0),
        ({"kind": "difference", "better": "a", "worse": "b"}, {"a": 3, "b": 0}, 1),
        ({"kind": "difference", "better": "a", "worse": "b"}, {"a": 0, "b": 0}, 2),
        ({"kind": "order", "chain": ["a", "b", "c"]}, {"a": 0, "b": 3, "c": 6}, 0),
        ({"kind": "order", "chain": ["a", "b", "c"]}, {"a": 0, "b": 3, "c": 1}, 1),
        ({"kind": "equivalence", "better": "a", "worse": "b", "margin": 3.0}, {"a": 0, "b": 0}, 0),
        ({"kind": "equivalence", "better": "a", "worse": "b", "margin": 1.0}, {"a": 0, "b": 5}, 1),
        ({"kind": "equivalence", "better": "a", "worse": "b", "margin": 0.05}, {"a": 0, "b": 0}, 2),
    ],
)
def test_verdicts_follow_the_interval(fields, means, side):
    for setting, words in (
        (SMALL, ("agrees", "disagrees", "undecided")),
        (PUBLISHED, ("reproduced", "contradicted", "undecided")),
    ):
        at_hand = evidence(scored(**means), setting=setting)
        assert judge(made_claim(**fields), at_hand).verdict == words[side]


@pytest.mark.parametrize(
    ("scale", "origin", "word"),
    [
        ("paper", {"h36m": "real", "mpii": "real"}, "reproduced"),
        ("paper", {"h36m": "real", "mpii": "world"}, "agrees"),
        ("default", {"h36m": "real", "mpii": "real"}, "agrees"),
        ("paper", {}, "agrees"),
    ],
)
def test_a_claim_is_reproduced_at_the_papers_scale_on_nothing_but_real_files(scale, origin, word):
    at_hand = evidence(scored(a=0, b=3), setting=Setting(scale, origin))
    assert judge(made_claim(kind="difference", better="a", worse="b"), at_hand).verdict == word


def test_every_word_has_a_sign_and_a_setting():
    assert set(SIGNS) == set(VERDICTS) == {*verdicts_in(SMALL), *verdicts_in(PUBLISHED)}


def test_an_interaction_is_a_difference_of_differences():
    terms = [[1, "b"], [-1, "a"], [-1, "d"], [1, "c"]]
    at_hand = evidence(scored(a=0, b=5, c=0, d=1))
    result = judge(made_claim(kind="interaction", contrasts=[terms]), at_hand)
    assert result.verdict == "agrees"
    assert result.effect.value == pytest.approx(4, abs=1)


def test_a_count_is_exact():
    at_hand = evidence({("a", "n"): flat_score([17.0]), ("b", "n"): flat_score([19.0])})
    count = made_claim(kind="count", better="a", worse="b", metric="n")
    assert judge(count, at_hand).verdict == "agrees"
    other = made_claim(kind="count", better="b", worse="a", metric="n")
    assert judge(other, at_hand).verdict == "disagrees"


def test_a_claim_without_scores_is_not_testable_and_says_why():
    claim = made_claim(kind="difference", better="a", worse="gone")
    for scores in (scored(a=0), scored(a=0) | {("gone", "m"): flat_score([1.0, 2.0, math.nan])}):
        result = judge(claim, evidence(scores))
        assert result.verdict == "not testable here"
        assert "gone" in result.needs
    assert ledger_row("gcn", result)["measured_effect"] == ""


def test_a_claim_that_no_run_can_tell_gives_its_own_reason():
    claim = made_claim(kind="difference", better="a", worse="b", not_testable="minutes depend on the machine")
    result = judge(claim, evidence(scored(a=0, b=3)))
    assert (result.verdict, result.needs) == ("not testable here", "minutes depend on the machine")


def test_a_claim_of_ours_is_marked_in_the_ledger():
    claim = made_claim(kind="difference", better="a", worse="b", ours=True)
    at_hand = evidence(scored(a=0, b=3))
    assert ledger_row("gcn", judge(claim, at_hand))["claim"] == "text (ours)"
    paper = dataclasses.replace(claim, ours=False)
    assert ledger_row("gcn", judge(paper, at_hand))["claim"] == "text"


def test_without_a_run_of_several_seeds_nobody_knows_how_many_it_takes():
    generator = np.random.default_rng(1)
    scores = {(run, "m"): made_score(generator, o, seeds=1, seed_sd=30) for run, o in (("a", 0), ("b", 0))}
    verdict = judge_all((made_claim(kind="difference", better="a", worse="b"),), evidence(scores))[0]
    assert what_decides(1.0, verdict.effect, [1, -1]) == ""
    assert verdict.verdict == "undecided"


def test_an_effect_that_rounds_to_nothing_is_called_near_zero_and_has_no_sign():
    result = Effect(value=-0.001, low=-1.0, high=0.998, seeds=3, seed_sd=1.0, unit_se=0.0, seed_freedom=4)
    claim = made_claim(kind="difference", better="a", worse="b")
    assert "; deciding an effect this near zero takes more than 1,000 seeds per run" in needs(claim, result)
    assert "an effect of -0.01 takes" in needs(claim, dataclasses.replace(result, value=-0.01))
    assert ledger_row("gcn", Verdict(claim, result, "undecided"))["measured_effect"] == "0.00"


@pytest.mark.parametrize("kind", ["difference", "equivalence"])
def test_a_claim_with_too_few_seeds_is_undecided_however_narrow_its_interval(kind):
    generator, hardness = np.random.default_rng(3), np.random.default_rng(0).normal(60, 15, 40)
    claim = made_claim(kind=kind, better="a", worse="b", margin=9.0)
    for seeds, verdict, reason in (
        (1, "undecided", "seeds: b has one seed, three are needed"),
        (2, "undecided", "seeds: b has two seeds, three are needed"),
        (3, "agrees", ""),
    ):
        scores = {
            (run, "m"): made_score(generator, mean, seeds=n, seed_sd=0.01, hardness=hardness)
            for run, mean, n in (("a", 0, 4), ("b", 5, seeds), ("c", 9, 4))
        }
        result = judge(claim, evidence(scores))
        assert 0 < result.effect.low < result.effect.high < 9
        assert (result.verdict, result.needs) == (verdict, reason)


def test_the_seeds_of_a_run_are_no_more_than_those_that_it_starts_from():
    claim = made_claim(kind="difference", better="a", worse="b")
    for seeds, verdict in ((1, "undecided"), (3, "agrees")):
        scores = scored(a=0, b=3)
        scores["a", "m"] = dataclasses.replace(scores["a", "m"], start="s1")
        scores["s1", "n"] = flat_score([1.0] * seeds)
        result = judge(claim, evidence(scores))
        assert result.verdict == verdict
        assert ("a (from s1) has one seed" in result.needs) == (seeds == 1)


def test_what_is_not_trained_needs_no_seeds():
    scores, facts = scored(a=0, b=3), {"a": {"seeds": 4}, "b": {"settings": "no training"}}
    scores["b", "m"] = dataclasses.replace(scores["b", "m"], sums=scores["b", "m"].sums[:1])
    claim = made_claim(kind="difference", better="a", worse="b")
    result = judge(claim, evidence(scores, facts))
    assert result.verdict == "agrees"
    own = judge(claim, evidence(scored(a=0, b=3))).effect
    assert result.effect.se < own.se


def chained(*means):
    """Claims that `a` beats each of some runs, and their scores."""
    names = [f"b{place}" for place in range(len(means))]
    scores = scored(a=0, **dict(zip(names, means, strict=True)))
    fields = {"kind": "difference", "better": "a"}
    return tuple(made_claim(id=name, worse=name, **fields) for name in names), evidence(scores)


def test_a_claim_that_its_family_does_not_let_pass_is_undecided_though_its_interval_excludes_zero():
    alone, at_hand = chained(1.2)
    many, all_at_hand = chained(1.2, *[0.0] * 40)
    (one,), (first, *_) = judge_all(alone, at_hand), judge_all(many, all_at_hand)
    assert one.verdict == "agrees"
    assert first.effect == one.effect
    assert first.effect.low > 0
    assert (first.verdict, first.adjusted > 0.05) == ("undecided", True)
    assert "the 41 claims of its family (table 1) are controlled together" in first.needs
    apart = (dataclasses.replace(many[0], family="own"), *many[1:])
    assert judge_all(apart, all_at_hand)[0].verdict == "agrees"


def test_a_chain_says_which_step_fails_or_is_the_weakest():
    claim = made_claim(kind="order", chain=["a", "b", "c"])
    for c, verdict, words in (
        (1, "disagrees", "the step b over c fails"),
        (3, "undecided", "step is b over c;"),
    ):
        result = judge(claim, evidence(scored(a=0, b=3, c=c)))
        assert result.verdict == verdict
        assert words in result.needs


def test_a_claim_whose_run_has_other_settings_is_not_testable():
    claim = made_claim(kind="difference", better="a", worse="b")
    at_hand = dataclasses.replace(evidence(scored(a=0, b=3)), differing={"b": "b has gate inner"})
    result = judge(claim, at_hand)
    assert (result.verdict, result.needs) == ("not testable here", "b has gate inner")


def test_a_claim_knows_the_most_samples_that_its_runs_have_seen():
    claim = made_claim(kind="difference", better="a", worse="b")
    facts = {"a": {"seeds": 3, "samples_seen": 500}, "b": {"seeds": 3, "samples_seen": 900}}
    result = judge(claim, evidence(scored(a=0, b=3), facts))
    assert ledger_row("made", result)["samples"] == "900"
    assert ledger_row("made", judge(claim, evidence(scored(a=0, b=3))))["samples"] == ""
    again = made_claim(kind="difference", better="a@multi", worse="b@multi")
    assert most_samples(again, facts) == 900


def test_a_count_needs_no_seeds():
    scores = {("a", "m"): flat_score([17.0]), ("b", "m"): flat_score([19.0])}
    claim = made_claim(kind="count", better="a", worse="b")
    assert judge(claim, evidence(scores)).verdict == "agrees"


def test_the_ledger_is_the_same_every_time():
    claims = (made_claim(kind="difference", better="a", worse="b"),)
    at_hand = evidence(scored(a=0, b=1))
    assert judge_all(claims, at_hand)[0] == judge_all(claims, at_hand)[0]
    assert isinstance(claims[0], Claim)
