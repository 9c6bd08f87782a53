"""What stands in the papers' YAML is consistent, whichever paper it is."""

import pytest

from repose.report.published import load_paper, table
from repose.report.room import room_of
from repose.report.tables import labelled
from tests.imports import SOURCE

PAPERS = sorted(path.parent.name for path in (SOURCE / "repose/papers").glob("*/published.yaml"))
COLUMNS = [{"name": "MPJPE", "metric": "p1_gt", "unit": "mm"}]


def made_table(**row):
    rows = [{"row": "Li et al.", "labels": ["Li et al."], "published": ["50.9"]} | row]
    return table({"number": 1, "caption": "", "labels": ["Method"], "columns": COLUMNS, "rows": rows})


@pytest.mark.parametrize("system", PAPERS)
def test_no_cited_row_names_a_run_unless_it_was_retrained(system):
    rows = [row for table in load_paper(system).tables for row in table.rows]
    assert not [row.row for row in rows if row.cited and row.run and not row.retrained]
    assert not [row.row for row in rows if row.retrained and not (row.cited and row.run)]


def test_a_cited_row_that_names_a_run_is_refused():
    with pytest.raises(ValueError, match=r"Li et al\.: a cited row names a run"):
        made_table(cited=True, run="cascade")


def test_a_cited_row_says_whether_we_retrained_it():
    (cited,) = made_table(cited=True).rows
    (retrained,) = made_table(cited=True, run="cascade", retrained=True).rows
    (own,) = made_table(run="combined").rows
    marks = [labelled(row) for row in (cited, retrained, own)]
    assert marks == [["Li et al. *(cited)*"], ["Li et al. *(cited, retrained by us)*"], ["Li et al."]]


def test_the_figure_of_another_papers_network_is_not_shown_as_a_citation_of_ours():
    (table,) = (table for table in load_paper("learner").tables if table.number == "1a")
    rows = {row.row: row for row in table.rows}
    assert rows["Liu et al. [24] ECCV'20"].run is None
    assert rows["Li et al. [17] CVPR'20 †"].retrained


@pytest.mark.parametrize("system", PAPERS)
def test_a_premise_names_runs_of_its_claim_and_data_sets_of_its_paper(system):
    for claim in load_paper(system).claims:
        runs = {run for terms in claim.contrasts for _, run, _ in terms}
        for premise in claim.premises:
            known = set(room_of(system).data_sets()) if premise.kind == "real" else runs
            assert set(premise.names) <= known, claim.id


@pytest.mark.parametrize("system", PAPERS)
def test_every_comparison_of_trained_runs_presumes_that_they_have_learnt(system):
    for claim in load_paper(system).claims:
        if claim.kind != "count":
            assert "learnt" in {premise.kind for premise in claim.premises}, claim.id
