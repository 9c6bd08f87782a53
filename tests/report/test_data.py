"""The page on the data says what the tables hold, and draws each set."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from repose.foundations.errors import ReposeError
from repose.report.data import DataSet, SizeRule, intro, mapping_table, shown_sizes, write_data_page
from repose.report.sheets import clip_rows, occurrence, pick_views, window
from tests.report.poses import pose_table

SCALE = SizeRule(0.1, 0.2, 1000, 128, 0.2, 160, 0.5)


def written(folder):
    sets = []
    for name, skeleton, with_3d, pictures in [
        ("mpii", "mpii16", False, True),
        ("h36m", "h36m17", True, False),
        ("mpi_inf_3dhp", "mpi3dhp17", True, True),
    ]:
        root = folder / "native" / name
        for split in ("train", "test"):
            table = pose_table(name, split, skeleton, with_3d=with_3d, root=root if pictures else None)
            table.save(folder / "poses" / name / f"{split}.npz")
        sets.append(DataSet(name, folder / "poses" / name, root, {"train": 22246}))
    write_data_page(folder / "reports/data", sets, SCALE, "actions", 1)
    return (folder / "reports" / "data" / "README.md").read_text()


def test_the_page_counts_and_a_second_time_every_byte_is_the_same(tmp_path):
    text = written(tmp_path / "a")
    counts = "7 pictures, 12 poses"
    assert f"| [mpii](#mpii) | world | 2D | mpii16 | {counts} |  | {counts} | train 22,246 |" in text
    assert "| train | 7 | 1 | 12 | 1 | 2 | 2 | 93.8 % | 93.3 % | 128×96 |" in text
    assert "- train: 3 × joints off the picture (left out)" in text
    assert text.count("- a remark") == 3
    assert "| thorax | *inferred: spine* |" in text
    assert written(tmp_path / "b") == text
    for name in ("mpii", "h36m", "mpi_inf_3dhp"):
        sheets = [tmp_path / run / "reports/data" / f"{name}.png" for run in "ab"]
        assert sheets[0].read_bytes() == sheets[1].read_bytes()
        assert np.asarray(Image.open(sheets[0]).convert("RGB")).std() > 5


def test_the_page_says_how_drawn_sets_differ_and_nothing_of_it_about_real_ones():
    drawn, published = intro(SCALE, "actions", {"mpii", "coco"}), intro(SCALE, "actions", set())
    assert "seven people in ten face the camera" in drawn
    assert "(here: 128 px, 0.1)" in drawn
    assert "CrowdPose and OCHuman is 160 px. Their people are drawn nearer" in drawn
    assert "seven" not in published
    assert "drawn nearer" not in published
    assert "drawn nearer" not in intro(SCALE, "actions", {"mpii"})
    full = intro(dataclasses.replace(SCALE, people_px=None, size_range=1.0), "actions", {"coco"})
    assert "drawn nearer" not in full


def test_a_set_without_tables_is_one_sentence(tmp_path):
    with pytest.raises(ReposeError, match="no pose tables"):
        write_data_page(tmp_path, [DataSet("mpii", tmp_path, tmp_path, {})], SCALE, "bvh", 1)


def test_a_joint_that_a_set_does_not_have_is_a_dash():
    assert "| l_knee | — |" in mapping_table("mpii16", ["flic29"])


def test_few_sizes_are_listed_and_many_are_a_range():
    assert shown_sizes(np.array([[128, 96], [96, 128]])) == "128×96, 96×128"
    assert shown_sizes(np.array([[1, 2], [3, 4], [5, 6], [7, 8]])) == "4 sizes, 1–7 × 2–8"


def test_every_kind_has_its_turn_before_one_comes_again():
    np.testing.assert_array_equal(occurrence(np.array([3, 3, 1, 3, 1, 2])), [0, 1, 0, 2, 1, 0])


def test_a_picture_stands_on_the_sheet_once_with_everyone_in_it(tmp_path):
    views = pick_views(pose_table("mpii", "train", "mpii16", people=3, root=tmp_path), 4)
    assert len({view.picture for view in views}) == 4
    assert all(view.joints2d.shape == (3, 16, 2) for view in views)


def test_the_window_holds_everyone_and_stays_in_the_picture(tmp_path):
    for view in pick_views(pose_table("mpii", "train", "mpii16", people=1, root=tmp_path), 6):
        left, top, edge = window(view)
        known = view.joints2d[view.labelled]
        assert (known >= [left, top]).all()
        assert (known <= [left + edge, top + edge]).all()
        assert left >= 0
        assert left + edge <= view.size[0] + 1e-6


def test_a_row_of_stick_figures_comes_from_one_clip_and_camera():
    table = pose_table("h36m", "test", "h36m17", images=40, with_3d=True)
    table = dataclasses.replace(table, camera=np.arange(80, dtype=np.int32) // 40)
    rows = clip_rows(table, "Walking")
    assert len({(int(table.sequence[row]), int(table.camera[row])) for row in rows}) == 1
    assert set(table.words("action")[rows]) == {"Walking"}
    assert (np.diff(rows) > 0).all()
