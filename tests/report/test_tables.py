"""A row is filled by a run that is made as the row presumes."""

import dataclasses

from repose.report.published import Paper, table
from repose.report.scores import flat_score
from repose.report.tables import STACKED, difference, fills, grid, other_settings, table_cells
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


def test_a_setting_that_differs_is_written_as_in_the_parameters():
    assert difference("flip", False, True) == ["flip false where true is presumed"]
    assert difference("strides", [16, 8], None) == ["strides [16, 8] where null is presumed"]


def test_of_a_recipe_only_the_stages_that_differ_are_named():
    wanted = ["mpii: 10 epochs", "h36m: 5 epochs", "h36m: 2 epochs"]
    own = [wanted[0], "h36m: 4 epochs", wanted[2]]
    assert difference("recipe", own, wanted) == ["recipe 'h36m: 4 epochs' where 'h36m: 5 epochs' is presumed"]
    shorter = difference("recipe", own[:1], wanted[:2])
    assert shorter == ["recipe [mpii: 10 epochs] where [mpii: 10 epochs, h36m: 5 epochs] is presumed"]


def test_a_wide_table_has_no_line_of_the_papers_where_it_prints_nothing():
    columns = [{"name": f"c{i}", "metric": "m", "unit": "mm"} for i in range(STACKED + 1)]
    rows = [
        {"row": "ours", "labels": ["ours"], "run": "a", "published": ["1.0"] * len(columns)},
        {"row": "mean pose", "labels": ["mean pose"], "run": "mean_pose"},
    ]
    wide = table(ENTRY | {"columns": columns, "rows": rows})
    scores = {(run, "m"): flat_score([2.0] * 3) for run in ("a", "mean_pose")}
    _, lines = grid(wide, table_cells(wide, scores, FACTS))
    assert [line[:3] for line in lines] == [
        ["ours", "paper", "1.0"], ["", "**ours**", "**2.00**"], ["mean pose", "**ours**", "**2.00**"],
    ]  # fmt: skip
