"""The readers of LSP, FLIC, COCO and their kin."""

from pathlib import Path

import numpy as np
import pytest

from repose.datasets import read
from repose.skeletons import get_skeleton
from tests.datasets import native


@pytest.mark.parametrize("flag", [0.0, 1.0])
def test_lsp_hidden_joints_are_labelled_whatever_the_flag_says(tmp_path: Path, flag: float) -> None:
    native.write_lsp(tmp_path, flag_of_visible=flag)
    tables = read("lsp", tmp_path)
    assert {split: len(table) for split, table in tables.items()} == {"train": 3, "test": 3}
    test = tables["test"]
    test.check()
    assert test.labelled.all()
    np.testing.assert_array_equal(test.visible, np.tile(np.arange(14) != 5, (3, 1)))
    assert test.image_names[test.image].tolist() == [f"images/im000{n}.jpg" for n in (4, 5, 6)]
    assert test.image_size.tolist() == [[64, 48], [65, 48], [66, 48]]


def test_lspet_flagged_joints_are_not_labelled_and_axes_are_told_apart(tmp_path: Path) -> None:
    native.write_lsp(tmp_path, flag_of_visible=1.0, extended=True)
    table = read("lspet", tmp_path)["train"]
    np.testing.assert_array_equal(table.labelled, np.tile(np.arange(14) != 5, (6, 1)))
    assert (table.joints2d[:, 5] == 0).all()
    native.write_lsp(tmp_path / "lsp", flag_of_visible=1.0)
    np.testing.assert_array_equal(
        table.joints2d[:3, :5], read("lsp", tmp_path / "lsp")["train"].joints2d[:, :5]
    )
    assert table.image_names[0] == "images/im00001.jpg"


def test_flic_takes_the_good_ones_and_masks_what_is_not_annotated(tmp_path: Path) -> None:
    native.write_flic(tmp_path)
    tables = read("flic", tmp_path)
    assert {split: len(table) for split, table in tables.items()} == {"train": 3, "test": 2}
    train = tables["train"]
    train.check()
    skeleton = get_skeleton("flic29")
    np.testing.assert_array_equal(np.flatnonzero(train.labelled[0]), np.sort(skeleton.groups["annotated"]))
    assert (
        train.joints2d[:, train.index("r_shoulder"), 0] < train.joints2d[:, train.index("l_shoulder"), 0]
    ).all()
    assert train.image_size.tolist() == [[64, 48]] * 3
    assert train.meta["dropped"] == {"bad or unchecked, in neither split": 1}


def test_coco_keeps_crowds_hidden_joints_and_empty_pictures(tmp_path: Path) -> None:
    native.write_coco(tmp_path)
    table = read("coco", tmp_path)["val"]
    table.check()
    assert table.extra["iscrowd"].tolist() == [False, False, True]
    assert table.labelled.sum(axis=1).tolist() == [16, 16, 0]
    assert table.visible[0].tolist() == [False, False] + [True] * 15
    assert table.extra["area"].tolist() == [321.5] * 3
    assert table.image_extra["image_id"].tolist() == [7, 9]
    assert table.image_names.tolist() == ["val2017/000000000007.jpg", "val2017/000000000009.jpg"]
    assert table.extra["annotation"].tolist() == [100, 101, 102]


def test_crowdpose_has_a_crowd_index_and_its_own_area(tmp_path: Path) -> None:
    native.write_crowdpose(tmp_path)
    table = read("crowdpose", tmp_path)["test"]
    np.testing.assert_allclose(table.image_extra["crowd_index"], [0.7, 0.9], rtol=1e-6)
    np.testing.assert_allclose(table.extra["area"], 0.53 * 20 * 30)


def test_ochuman_halves_and_flags(tmp_path: Path) -> None:
    native.write_ochuman(tmp_path)
    tables = read("ochuman", tmp_path)
    assert {split: len(table) for split, table in tables.items()} == {"val": 5, "test": 5}
    val = tables["val"]
    val.check()
    flags = np.arange(19) % 4
    np.testing.assert_array_equal(val.labelled[0], flags > 0)
    np.testing.assert_array_equal(val.visible[0], (flags > 0) & (flags < 3))
    assert val.box[0].tolist() == [5, 6, 40, 30]
    assert val.skeleton == "ochuman19"


def test_ochuman_exports_are_enough(tmp_path: Path) -> None:
    native.write_ochuman_exports(tmp_path)
    assert read("ochuman", tmp_path)["test"].skeleton == "coco17"


def test_threedpw_has_a_row_a_person_and_frame(tmp_path: Path) -> None:
    native.write_threedpw(tmp_path)
    tables = read("threedpw", tmp_path)
    assert list(tables) == ["train", "val", "test"]
    table = tables["val"]
    table.check()
    assert len(table) == 6
    assert table.image.tolist() == [0, 1, 2] * 2
    assert table.labelled[:3].all()
    assert not table.labelled[3:, 0].any()
    assert table.extra["valid"].tolist() == [True] * 3 + [False] * 3
