"""A row is filled by a run that is made as the row presumes."""

import dataclasses

from repose.report.published import Paper, table
from repose.report.tables import fills, other_settings
from tests.report.made import made_claim

PRESUMES = {"channels": 128, "gate": "outer"}
ROWS = [
    {"row": "ours", "labels": ["ours"], "run": "a"},
    {"row": "wide", "labels": ["wide"], "run": "wide", "states": {"channels": 256}},
    {"row": "other", "labels": ["other"], "run": "other", "states": {"gate": None}},
    {"row": "mean pose", "labels": ["mean pose"], "run": "mean_pose"},
]
ENTRY = {
    "number": 1, "caption": "", "labels": ["Method"], "rows": ROWS,
    "columns": [{"name": "MPJPE", "metric": "m", "unit": "mm"}],
}  # fmt: skip
TABLE = table(ENTRY, PRESUMES)
FACTS = {
    "a": {"seeds": 3, "channels": 128, "gate": "outer"},
    "wide": {"seeds": 3, "channels": 256, "gate": "outer"},
    "other": {"seeds": 3, "channels": 128},
    "down": {"seeds": 3, "channels": 128, "gate": "outer"},
    "mean_pose": {"settings": "no training"},
}  # fmt: skip


def paper(**fields):
    claims = tuple(
        made_claim(kind="difference", better="a", worse=worse) for worse in ("wide", "down", "mean_pose")
    )
    return Paper("x", "", "", "", (TABLE,), claims, presumes=PRESUMES, **fields)


def test_rows_presume_the_papers_settings_but_for_those_that_they_state():
    assert all(fills(row, FACTS) for row in TABLE.rows)
    assert other_settings(paper(), FACTS) == {}


def test_a_row_whose_run_has_another_setting_is_emptied():
    changed = FACTS | {name: FACTS[name] | {"gate": "inner"} for name in ("a", "wide")}
    assert [fills(row, changed) for row in TABLE.rows] == [False, False, True, True]
    assert other_settings(paper(), changed)["a"] == "a has gate inner where outer is presumed"
    narrow = FACTS | {"wide": FACTS["wide"] | {"channels": 128}}
    assert [fills(row, narrow) for row in TABLE.rows] == [True, False, True, True]
    assert list(other_settings(paper(), narrow)) == ["wide"]


def test_a_run_without_a_row_is_asked_for_what_the_paper_presumes_unless_it_states_otherwise():
    changed = FACTS | {"down": FACTS["down"] | {"gate": "inner"}}
    assert list(other_settings(paper(), changed)) == ["down"]
    assert other_settings(paper(states={"down": {"gate": "inner"}}), changed) == {}
    assert other_settings(dataclasses.replace(paper(), presumes={}), changed) == {}
