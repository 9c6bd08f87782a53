"""The headline figure shows a fixed choice of claims, in colours and shapes that tell verdicts apart."""

import numpy as np
import pytest
from PIL import Image

from repose.report.claims import VERDICTS
from repose.report.drawing import LEFT, RIGHT
from repose.report.headline import FIRST, MARKS, MOST, draw_headline, limits, panels_of, shown
from tests.report.made_front import made_row, summary


def open_rows(count, **changes):
    return [made_row(id=f"open{i}", verdict="undecided", **changes) for i in range(count)]


def colours(path):
    with Image.open(path) as opened:
        image = np.asarray(opened.convert("RGB"))
    return {
        f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in np.unique(image.reshape(-1, 3), axis=0)
    }


def test_the_first_claims_are_shown_whatever_came_out_and_of_the_others_the_decided_ones():
    rows = [*open_rows(FIRST + 2), made_row(id="late", verdict="disagrees")]
    assert [row["id"] for row in shown(rows)] == [*(f"open{i}" for i in range(FIRST)), "late"]
    decided = [made_row(id=f"sure{i}") for i in range(MOST)]
    assert len(shown([*open_rows(FIRST), *decided])) == MOST


def test_counts_equalities_and_claims_without_an_effect_are_not_drawn():
    rows = [made_row(kind="count"), made_row(kind="equivalence"), made_row(measured_effect="")]
    assert shown(rows) == []


def test_the_first_claims_are_those_that_the_paper_makes_and_prints():
    rows = [made_row(id="ours", claim="A (ours)", verdict="undecided"), *open_rows(1)]
    rows += [made_row(id="unprinted", published_effect="", verdict="undecided")]
    assert [row["id"] for row in shown(rows)] == ["open0"]


def test_effects_of_different_units_have_different_axes():
    panels = panels_of(summary(rows=[made_row(), made_row(unit="%"), made_row()]))
    assert [(panel.unit, len(panel.rows)) for panel in panels] == [("mm", 2), ("%", 1)]


def test_an_axis_has_all_effects_and_zero_and_no_interval_dwarfs_them():
    low, high = limits([made_row(low="-9000", high="inf"), made_row(published_effect="")])
    assert -10 < low < 0
    assert 3 < high < 10


def test_verdicts_differ_in_colour_and_in_shape():
    assert set(MARKS) == set(VERDICTS)
    marks = [MARKS[word] for word in VERDICTS[2:]]
    assert len({mark.colour for mark in marks}) == len({mark.shape for mark in marks}) == 4


@pytest.mark.parametrize(
    ("verdict", "colour", "other"), [("agrees", RIGHT, LEFT), ("contradicted", LEFT, RIGHT)]
)
def test_a_verdict_is_drawn_in_its_colour_and_always_in_the_same_bytes(tmp_path, verdict, colour, other):
    papers = [summary(rows=[made_row(verdict=verdict, low="-500", high="500", claim="word " * 60)])]
    for name in "ab":
        draw_headline(tmp_path / f"{name}.png", papers)
    assert colour in colours(tmp_path / "a.png")
    assert other not in colours(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_report_without_effects_still_has_its_figure(tmp_path):
    draw_headline(tmp_path / "a.png", [summary(rows=[])])
    assert colours(tmp_path / "a.png") > {"#ffffff"}  # the key is there
