"""A run with another seed is put beside this one: how many of its effects the intervals hold."""

import csv

import pytest

from repose.foundations.errors import ReposeError
from repose.report.front import front_text
from repose.report.other_seed import DEGREES, OtherSeed, expected, other_seed_text, read_other_seed
from tests.report.made_front import made_row, summary


def both(ours, other):
    """The section for one claim in two runs; ours has the effect 2 and the interval 1 to 3."""
    row = made_row(**ours)
    return other_seed_text([summary(rows=[row])], OtherSeed(7, {"one_helps": row | other}))


@pytest.mark.parametrize(
    ("effect", "low", "high", "within", "together"),
    [
        ("2.9", "1.9", "3.9", "1 of 1 (100 %)", "1 of 1 (100 %)"),
        ("3.3", "2.3", "4.3", "0 of 1 (0 %)", "1 of 1 (100 %)"),  # 1.3 apart, √2 allowed
        ("3.5", "2.5", "4.5", "0 of 1 (0 %)", "0 of 1 (0 %)"),
        ("2.9", "2.8", "3.0", "1 of 1 (100 %)", "1 of 1 (100 %)"),
    ],
)
def test_effects_are_counted_by_our_interval_and_by_both(effect, low, high, within, together):
    text = both({}, {"measured_effect": effect, "low": low, "high": high})
    assert f"| one | {within} | {together} | 1 of 1 (100 %) | 0 |" in text
    assert ("| one | A helps | 2.00 (1.00 to 3.00) mm | 3.5 (2.5 to 4.5) mm |" in text) == (effect == "3.5")


def test_verdicts_that_contradict_each_other_are_named():
    assert "Of 1 claim that both runs decide, none" in both({}, {})
    assert "1 the other way: A helps." in both({}, {"verdict": "disagrees"})
    assert "| one | 1 of 1 (100 %) | 1 of 1 (100 %) | 0 of 1 (0 %) | 1 |" in both(
        {}, {"verdict": "undecided"}
    )


@pytest.mark.parametrize("ours", [{"kind": "count"}, {"measured_effect": "", "low": "", "high": ""}])
def test_what_does_not_scatter_is_no_effect(ours):
    assert "| one | 0 of 0 | 0 of 0 |" in both(ours, {})


def test_a_second_effect_lies_in_a_first_interval_as_often_as_drawn_ones_do():
    import numpy as np

    for degrees, seeds in zip(DEGREES, (2000, 3), strict=True):
        draws = np.random.default_rng(5).normal(size=(2, 4000, seeds))
        width = draws[0].std(-1, ddof=1) / seeds**0.5 * {2000: 1.961, 3: 4.303}[seeds]
        share = (abs(draws[0].mean(-1) - draws[1].mean(-1)) < width).mean()
        assert share == pytest.approx(expected(degrees), abs=0.02)


def test_the_front_page_has_the_section_only_beside_another_run():
    assert "another seed" not in front_text([summary()])
    other = OtherSeed(7, {"one_helps": made_row()})
    assert "Everything was run once more with `seed: 7`" in front_text([summary()], other)


def test_systems_that_were_not_run_again_are_not_counted():
    other = OtherSeed(7, {"one_helps": made_row()})
    text = other_seed_text([summary(), summary("two", rows=[made_row(id="two_helps")])], other)
    assert "All runs of one were trained and tested once more with" in text
    assert "| two |" not in text


def test_claims_whose_runs_saw_another_number_of_samples_are_left_out_and_counted():
    cited = made_row(id="two_cited", samples="", measured_effect="", verdict="not testable here")
    two = summary("two", rows=[made_row(id="two_helps"), cited])
    other = {"two_helps": made_row(samples="48000", measured_effect="9.00"), "two_cited": cited}
    left_out = "Left out, since their runs saw another number of samples: 1 of two.\n"
    assert other_seed_text([two], OtherSeed(7, other)) == left_out
    text = other_seed_text([summary(), two], OtherSeed(7, other | {"one_helps": made_row()}))
    assert "All runs of one were trained" in text
    assert left_out in text
    assert "| two |" not in text
    assert "Left out" not in both({}, {})


def test_the_ledger_of_the_other_run_is_read_and_a_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "claims.csv"
    with open(path, "w") as file:
        writer = csv.DictWriter(file, made_row())
        writer.writeheader()
        writer.writerow(made_row())
    assert read_other_seed(path, 7).claims == {"one_helps": made_row()}
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ReposeError, match=r"claims.csv: not a claims.csv; expected the columns"):
        read_other_seed(path, 7)
    with pytest.raises(ReposeError, match="not readable"):
        read_other_seed(tmp_path / "none.csv", 7)
