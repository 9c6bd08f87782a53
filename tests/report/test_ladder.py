"""A claim is decided where it comes out alike at all budgets, and smaller ones are shown only beside it."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from repose.foundations.rungs import rung_name, rung_of
from repose.report.claims import judge, judge_all
from repose.report.ladder import share_words, split
from repose.report.ledger import FIELDS, ledger_row, rung_text
from repose.report.page import write_page
from repose.report.premises import Evidence
from repose.report.published import Paper
from tests.report.made import SMALL, made_claim, made_score, scored

SHARED = {"trivial": {"run": "mean_pose", "margin": 0.05}}
CLAIM = {"id": "x_helps", "kind": "difference", "better": "a", "worse": "b"}
FACTS = {"a": {"seeds": 4, "samples_seen": 8000}, "b": {"seeds": 4, "samples_seen": 8000}, "mean_pose": {}}


def at_hand(full, quarter, setting=SMALL):
    """What claims are judged on where runs have means at the full budget and at a quarter of it."""
    scores = scored(**full, mean_pose=60, **{f"{run}@0.25": mean for run, mean in quarter.items()})
    shorter = {rung_name(run, 0.25): {"seeds": 4, "samples_seen": 2000} for run in quarter}
    whole, rungs = split(scores, {**FACTS, **shorter})
    return Evidence(whole.scores, whole.facts, setting, rungs)


@pytest.mark.parametrize(
    ("quarter", "verdict", "trend", "reason"),
    [
        ({"a": 0, "b": 3}, "agrees", "stays", ""),
        ({"a": 0, "b": 1.5}, "agrees", "grows", ""),
        ({"a": 0, "b": 9}, "agrees", "shrinks", ""),
        ({"a": 0, "b": 0}, "undecided", "grows", "which is undecided"),
        ({"a": 3, "b": 0}, "undecided", "grows", "which disagrees"),
        ({"a": 0, "b": 70}, "undecided", "shrinks", "not learnt at a quarter of the samples: b (1"),
        ({"a": 0}, "agrees", "", ""),
        ({}, "agrees", "", ""),
    ],
)
def test_a_claim_is_decided_only_where_all_budgets_agree(quarter, verdict, trend, reason):
    result = judge(made_claim(SHARED, **CLAIM, premises=["learnt"]), at_hand({"a": 0, "b": 3}, quarter))
    row = ledger_row("x", result)
    assert (result.verdict, row["trend"]) == (verdict, trend)
    assert reason in result.needs
    assert bool(result.needs) == (verdict == "undecided")
    assert list(row) == list(FIELDS)
    if trend:
        assert row["rung"] == "0.25"
        assert float(row["rung_low"]) < float(row["rung_effect"]) < float(row["rung_high"])
        assert rung_text(row).endswith(f"at 25 %; {trend}")
    else:
        assert (
            row["rung"] == row["rung_effect"] == row["rung_low"] == row["rung_high"] == rung_text(row) == ""
        )


def test_an_effect_against_the_claim_that_gets_worse_shrinks():
    result = judge(made_claim(SHARED, **CLAIM), at_hand({"a": 6, "b": 0}, {"a": 2, "b": 0}))
    assert (result.verdict, result.rungs[0].trend) == ("disagrees", "shrinks")


def test_the_trend_is_paired_over_units_and_counts_the_seeds_of_both_budgets():
    evidence = at_hand({"a": 0, "b": 3}, {"a": 0, "b": 3})
    (rung,) = judge(made_claim(SHARED, **CLAIM), evidence).rungs
    assert (rung.samples, rung.share) == (2000, 0.25)
    noisy = np.random.default_rng(0)
    for run in "ab":  # at the quarter alone seeds vary by more than the effect has changed
        score = made_score(noisy, 0 if run == "a" else 30, seed_sd=20.0)
        evidence.rungs[0.25].scores[run, "m"] = score
    assert judge(made_claim(SHARED, **CLAIM), evidence).rungs[0].trend == "stays"


def test_families_are_controlled_at_every_budget():
    full, quarter = {"a": 0, "b": 3}, {"a": 0, "b": 0.7}
    claims = [made_claim(SHARED, **CLAIM)]
    assert judge_all(claims, at_hand(full, quarter))[0].verdict == "agrees"
    same = [made_claim(SHARED, **CLAIM | {"id": f"x_{n}", "better": "b"}) for n in range(40)]
    same = [dataclasses.replace(claim, contrasts=(((1.0, "a", "m"), (-1.0, "a", "m")),)) for claim in same]
    first = judge_all([*claims, *same], at_hand(full, quarter))[0]
    assert first.verdict == "undecided"
    assert "controlled together" in first.needs


def test_runs_at_a_share_go_by_their_name_and_tests_of_a_run_do_not():
    assert rung_of(rung_name("sup_128", 0.25)) == ("sup_128", 0.25)
    assert rung_of("full") == ("full", None)
    assert rung_of("full@multi") == ("full@multi", None)
    assert [share_words(share) for share in (0.25, 0.1)] == [
        "a quarter of the samples",
        "10 % of the samples",
    ]


def test_smaller_budgets_are_shown_beside_the_claims_and_nowhere_else(tmp_path):
    claims = (
        made_claim(SHARED, **CLAIM),
        made_claim(SHARED, **CLAIM | {"id": "x_same", "kind": "equivalence", "margin": 4.0}),
    )
    paper = Paper("x", "T", "V", "", (), claims)
    write_page(tmp_path, paper, at_hand({"a": 0, "b": 3}, {"a": 0, "b": 1.5}), [])
    text = (tmp_path / "README.md").read_text()
    assert "@0.25" not in text
    assert "at 2,000 samples; grows" in text
    assert "equivalence within ±4.00" in text
    assert "(table 1) |" in text
    picture = np.asarray(Image.open(tmp_path / "figures/budgets.png").convert("RGB"))
    assert picture.std() > 5
    write_page(tmp_path / "one", paper, at_hand({"a": 0, "b": 3}, {}), [])
    assert "All runs have one budget." in (tmp_path / "one" / "README.md").read_text()
    assert not (tmp_path / "one" / "figures").exists()
