"""Predictions of other software get rows of their own, and nothing else changes."""

from types import SimpleNamespace

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.files import save_arrays
from repose.foundations.parameters import load_params
from repose.foundations.schema import check_params
from repose.report.other_poses import poses_in
from repose.report.others import declared_others, with_others, with_rows
from repose.report.published import Paper, table
from repose.report.tables import FIELDS, csv_text, grid, table_cells, tidy_rows
from tests.imports import ROOT
from tests.report.made import made_claim, scored

COLUMN = {"name": "MPJPE", "metric": "m", "unit": "mm"}
CITED = {"row": "Fang", "labels": ["Fang"], "cited": True, "published": ["60.4"]}
OURS = {"row": "ours", "labels": ["ours"], "run": "a", "published": ["40.0"]}
FACTS = {"a": {"seeds": 4}, "mean_pose": {"settings": "no training"}}


def made_table(number, *rows, **column):
    return table(
        {"number": number, "caption": "", "labels": ["Method"], "columns": [COLUMN | column], "rows": rows}
    )


def paper(*tables):
    return Paper("x", "", "", "", tables, (made_claim(kind="difference", better="a", worse="b"),))


def entry(path, **more):
    return {"files": {"h36m-test": str(path)}, **more}


@pytest.fixture
def file(tmp_path):
    (tmp_path / "theirs.npz").touch()
    return tmp_path / "theirs.npz"


@pytest.fixture
def scores():
    return scored(a=0, b=1, mean_pose=90)


def added(file, scores, paper_, **more):
    """Scores, facts and paper with one other that is worse than ours by 5."""
    room = SimpleNamespace(scored_file=lambda other, data: {"m": scored(theirs=5)["theirs", "m"]})
    others = declared_others("x", {"others": {"theirs": entry(file, **more)}}, paper_)
    all_scores, facts = with_others(room, others, scores, FACTS, file.parent)
    return all_scores, facts, with_rows(paper_, all_scores, facts)


def test_the_row_ends_the_tables_that_cite_other_work_and_leaves_the_others_as_they_are(file, scores):
    before = paper(made_table(1, OURS), made_table(2, OURS, CITED), made_table(3, CITED, metric="other"))
    all_scores, facts, after = added(file, scores, before)
    assert [len(t.rows) for t in after.tables] == [1, 3, 1]
    assert after.claims == before.claims
    _, lines = grid(after.tables[1], table_cells(after.tables[1], all_scores, facts))
    old = grid(before.tables[1], table_cells(before.tables[1], scores, FACTS))[1]
    assert lines[:2] == old
    name, printed, measured = lines[2]
    assert (name, printed) == ("theirs *(from file)*", "")
    assert measured.startswith("**6")
    text = csv_text(FIELDS, tidy_rows(after.tables[1], table_cells(after.tables[1], all_scores, facts)))
    assert text.splitlines()[-1].startswith("2,theirs (from file),MPJPE,m,mm,,6")
    assert text.splitlines()[-1].endswith(",theirs")


def test_where_no_table_cites_other_work_the_row_stands_in_all_that_it_fills(file, scores):
    groups = made_table(2, OURS, group="a"), made_table(3, OURS, group="nowhere")
    _, _, after = added(file, scores, paper(made_table(1, OURS), *groups))
    assert [len(t.rows) for t in after.tables] == [2, 2, 1]


def test_a_note_is_told_among_the_further_runs(file, scores):
    _, facts, _ = added(file, scores, paper(made_table(1, OURS)), note="their page")
    assert facts["theirs"]["settings"] == "from a file: their page"
    assert "seeds" not in facts["theirs"]


def test_without_others_everything_is_as_it_was(scores):
    before = paper(made_table(1, OURS, CITED))
    assert declared_others("x", {"others": {}}, before) == []
    assert declared_others("x", {}, before) == []
    assert with_rows(before, scores, FACTS) == before


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_name_that_the_paper_uses_is_refused(file, name):
    with pytest.raises(ReposeError, match=f"x.others.{name}: the paper's tables or claims know a run"):
        declared_others("x", {"others": {name: entry(file)}}, paper(made_table(1, OURS)))


def test_a_name_of_a_reference_is_refused(file, scores):
    others = declared_others("x", {"others": {"mean_pose": entry(file)}}, paper(made_table(1, OURS)))
    with pytest.raises(ReposeError, match="mean_pose is the name of a run or a reference"):
        with_others(SimpleNamespace(), others, scores, FACTS, file.parent)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(
        ReposeError, match=r"x.others.theirs: .*gone.npz not found, expected predictions of h36m"
    ):
        declared_others("x", {"others": {"theirs": entry(tmp_path / "gone.npz")}}, paper())


@pytest.mark.parametrize(
    ("system", "test", "said"),
    [
        ("hgg", "coco-train", "nearest: coco-val|nearest: coco-test"),
        ("gcn", "h36m-val", "nearest: h36m-test"),
    ],
)
def test_a_test_set_that_a_paper_does_not_know_is_refused_with_the_nearest(system, test, said):
    params = load_params(ROOT / "params.yaml")
    params[system]["others"] = {
        "theirs": {"files": {test: "a.npz"}} | ({"input": "gt"} if system == "gcn" else {})
    }
    with pytest.raises(ReposeError, match=f"others.theirs.files.{test}.*({said})"):
        check_params(params)


JOINTS = ("pelvis", "r_hip", "head")


def write_poses(path, sample, joints=JOINTS):
    poses = np.arange(len(sample) * len(joints) * 3, dtype=np.float32).reshape(len(sample), len(joints), 3)
    arrays = {"joints": np.array(joints), "sample": np.array(sample), "joints3d_mm": 20 * poses}
    save_arrays(path, {"format": np.array(1), **arrays})
    return path, 20 * poses


def test_poses_come_in_the_order_of_rows_and_joints_that_is_asked_for(tmp_path):
    path, poses = write_poses(tmp_path / "a.npz", [2, 0, 1], ("head", "nose", "pelvis", "r_hip"))
    found = poses_in(path, "toy-test", JOINTS, np.array([0, 2]), 3)
    np.testing.assert_array_equal(found, poses[[1, 0]][:, [2, 3, 0]])


@pytest.mark.parametrize(
    ("sample", "joints", "said"),
    [
        ([0, 2], JOINTS, "no prediction of 1 of the 3 rows of toy-test that are scored, the first 1"),
        ([0, 1, 2, 3], JOINTS, "names row 3, expected 0 to 2, the rows of toy-test"),
        ([0, 1, 2, 2], JOINTS, "names rows of toy-test more than once"),
        ([0, 1, 2], ("pelvis", "r_hip", "heads"), r"no joint 'head' \(nearest: heads\)"),
    ],
)
def test_poses_of_other_rows_or_joints_are_one_sentence(tmp_path, sample, joints, said):
    path, _ = write_poses(tmp_path / "a.npz", sample, joints)
    with pytest.raises(ReposeError, match=said):
        poses_in(path, "toy-test", JOINTS, np.arange(3), 3)


def test_the_spread_over_seeds_is_that_of_the_runs_alone(file, scores):
    all_scores, facts, after = added(file, scores, paper(made_table(1, OURS)))
    table_ = after.tables[0]
    (before,) = (c for c in table_cells(table_, scores, FACTS) if c.run == "a")
    ours, theirs = table_cells(table_, all_scores, facts)
    assert ours.measured == before.measured
    assert theirs.measured is not None
