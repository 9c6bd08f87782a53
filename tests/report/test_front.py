"""The front page says what was run, shows the effects, and has every claim on one line, its verdict first."""

import csv
import re

from repose.foundations.files import write_json
from repose.report.front import front_text, write_front
from tests.report.made_front import WORDS, made_row, summary


def test_the_page_says_what_was_run_before_what_came_out():
    text = front_text([summary("one", runs="45", seeds="1 to 3"), summary("two", rows=[])])
    line = "| [one](one/README.md) | drawn: h36m | 45 (1 to 3) | default (0.1 %) | 1 | 0 | 0 | 0 |"
    total = "| all |  |  |  | 1 | 0 | 0 | 0 |"
    places = [text.index(part) for part in (line, total, "(headline.png)", "| verdict |", "Student's t")]
    assert places == sorted(places)


def test_the_papers_words_are_there_only_where_a_paper_was_run_as_published():
    published = ("reproduced", "contradicted", *WORDS[2:])
    assert "(samples) | reproduced | contradicted | undecided |" in front_text([summary(words=published)])
    both = front_text([summary(words=published), summary("two")])
    assert "| reproduced | contradicted | agrees | disagrees | undecided |" in both


def test_a_claim_is_one_line_with_its_verdict_first_and_a_link_to_its_table():
    open_row = made_row(claim="B helps", verdict="undecided", table="Figure 3", published_effect="", unit="%")
    count = made_row(claim="C is small", kind="count", measured_effect="4", unit="10⁹ operations")
    missing = made_row(claim="D helps", verdict="not testable here", measured_effect="")
    text = front_text([summary(rows=[made_row(), open_row, count, missing])])
    assert "| **✓ agrees** | A helps | 2.00 (1.00 to 3.00) mm | 1.5 | [1a][one 1a] |" in text
    assert "| · undecided | B helps | 2.00 (1.00 to 3.00) % |  | [Figure 3][one Figure 3] |" in text
    assert "| C is small | 4 × 10⁹ operations |" in text
    assert "| – not testable here | D helps |  | 1.5 |" in text
    assert "\n[one 1a]: one/README.md#table-1a\n" in text
    assert "\n[one Figure 3]: one/README.md#figures\n" in text


def test_the_page_says_what_the_decided_claims_rest_on():
    rows = [made_row(), made_row(rung="0.25"), made_row(kind="count"), made_row(verdict="undecided")]
    text = front_text([summary(rows=rows)])
    told = "exact counts (1), intervals at more than one budget (1), intervals at the only budget that was"
    assert f"What decided claims rest on: {told} trained (1).\n" in text
    assert "rest on:" not in front_text([summary(rows=[made_row(verdict="undecided")])])


def test_the_precision_is_said_by_system_and_a_warning_by_itself():
    papers = [summary("one"), summary("two", warning="**Not as asked: a.**"), summary("three", computed="")]
    text = front_text(papers)
    assert "Computed in bf16 on cpu (one, two).\n\ntwo: **Not as asked: a.**\n" in text
    several = front_text([summary("one"), summary("two", computed="fp32 on cuda")])
    assert "Computed in bf16 on cpu (one), in fp32 on cuda (two)." in several


def test_every_link_within_the_page_has_its_place():
    text = front_text([summary()])
    anchors = re.findall(r"\]\(#([\w-]+)\)", text)
    places = {
        re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in re.findall("^#+ (.*)$", text, re.M)
    }
    assert anchors
    assert set(anchors) <= places


def test_all_files_are_written_from_the_summaries(tmp_path):
    for name in ("one", "two"):
        write_json(tmp_path / f"{name}.json", summary(name))
    write_front(tmp_path / "reports", [tmp_path / "one.json", tmp_path / "two.json"])
    names = sorted(path.name for path in (tmp_path / "reports").iterdir())
    assert names == ["README.md", "claims.csv", "headline.png", "metrics.json"]
    with open(tmp_path / "reports/claims.csv", newline="") as file:
        assert [row["claim"] for row in csv.DictReader(file)] == ["A helps", "A helps"]
