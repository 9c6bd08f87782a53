"""The pose table keeps what it is given, and refuses what does not fit together."""

import dataclasses

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.skeletons.posetable import PoseTable, encode


def small_table(rows=5, **changes):
    codes, words = encode(["S9", "S11", "S9", "S9", "S11"][:rows])
    arrays = {
        "joints2d": np.random.default_rng(0).uniform(0, 9, (rows, 2, 2)).astype(np.float32),
        "labelled": np.ones((rows, 2), bool),
        "visible": np.zeros((rows, 2), bool),
        "image_size": np.full((rows, 2), 9, np.int32),
        "box": np.zeros((rows, 4), np.float32),
        "frame": np.arange(rows, dtype=np.int32),
        "subject": codes,
        "action": np.zeros(rows, np.int32),
        "camera": np.zeros(rows, np.int32),
        "sequence": np.zeros(rows, np.int32),
        "names": {"subject": words, "action": ("Walking",), "camera": (), "sequence": ("a",)},
        "extra": {"head_px": np.arange(rows, dtype=np.float32)},
    }
    return PoseTable("toy", "test", "toy2", ("a", "b"), **(arrays | changes))


def test_a_saved_table_comes_back_whole_and_with_equal_bytes(tmp_path):
    table = small_table()
    table.save(tmp_path / "a.npz")
    again = PoseTable.load(tmp_path / "a.npz")
    for field in dataclasses.fields(table):
        before, after = getattr(table, field.name), getattr(again, field.name)
        if isinstance(before, np.ndarray):
            np.testing.assert_array_equal(before, after)
        elif field.name not in {"extra", "image_extra"}:
            assert before == after
    np.testing.assert_array_equal(again.extra["head_px"], table.extra["head_px"])
    again.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_rows_select_every_column():
    some = small_table().rows(np.array([True, False, True, False, False]))
    assert len(some) == 2
    assert list(some.words("subject")) == ["S9", "S9"]
    assert list(some.extra["head_px"]) == [0, 2]


def test_a_column_of_another_length_is_refused(tmp_path):
    with pytest.raises(ValueError, match="box"):
        small_table(box=np.zeros((4, 4), np.float32)).save(tmp_path / "a.npz")


def test_nan_is_refused(tmp_path):
    with pytest.raises(ValueError, match="NaN"):
        small_table(joints2d=np.full((5, 2, 2), np.nan, np.float32)).save(tmp_path / "a.npz")


def test_another_npz_is_no_pose_table(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.zeros(1))
    with pytest.raises(ReposeError, match="not a pose table"):
        PoseTable.load(tmp_path / "a.npz")
