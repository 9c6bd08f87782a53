"""The readers of MPII, single people and several."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from repose.datasets import read
from repose.foundations.errors import ReposeError
from tests.datasets.native import mpii_people, write_mpii

LISTS = ("xiao", "bearpaw", "newell")


@pytest.mark.parametrize("form", LISTS)
def test_all_lists_give_the_same_people_with_pixels_from_zero(tmp_path: Path, form: str) -> None:
    write_mpii(tmp_path, form)
    tables = read("mpii", tmp_path)
    assert {split: len(table) for split, table in tables.items()} == {"train": 3, "val": 2}
    for split, name in (("train", "train"), ("val", "valid")):
        table, people = tables[split], mpii_people(name)
        table.check()
        expected = np.stack([p["joints"] for p in people])[:, 1:] - 1
        np.testing.assert_allclose(table.joints2d[:, 1:], expected, atol=1e-4)
        np.testing.assert_allclose(table.extra["person_center"], [p["center"] - 1 for p in people], atol=1e-4)
        assert not table.labelled[:, 0].any()
        assert table.labelled[:, 3].all()
        assert not table.visible[:, 3].any()
        assert [n.split("/")[1] for n in table.image_names[table.image]] == [p["image"] for p in people]


def test_the_release_gives_lists_their_head_boxes_and_flags(tmp_path: Path) -> None:
    write_mpii(tmp_path, "xiao")
    assert np.isnan(read("mpii", tmp_path)["val"].extra["head_px"]).all()
    write_mpii(tmp_path, "release")
    table = read("mpii", tmp_path)["val"]
    np.testing.assert_allclose(table.extra["head_px"], 0.6 * 5)
    assert not table.visible[:, 3].any()


def test_head_boxes_of_the_ground_truth_pack(tmp_path: Path) -> None:
    from scipy.io import savemat

    write_mpii(tmp_path, "xiao")
    boxes = np.array([[[1.0, 2], [4, 6]], [[1, 1], [7, 9]]]).transpose(1, 2, 0)
    savemat(tmp_path / "annot/gt_valid.mat", {"headboxes_src": boxes})
    np.testing.assert_allclose(read("mpii", tmp_path)["val"].extra["head_px"], [3, 6])


def test_the_release_alone_is_enough(tmp_path: Path) -> None:
    write_mpii(tmp_path, "release")
    tables = read("mpii", tmp_path)
    assert sum(len(table) for table in tables.values()) == 5
    assert all("chosen by name" in table.meta["notes"][0] for table in tables.values())


def test_several_people_share_a_picture_and_the_split_of_the_lists(tmp_path: Path) -> None:
    for form in ("xiao", "release"):
        write_mpii(tmp_path, form)
    tables = read("mpii_multi", tmp_path)
    assert [len(tables[split]) for split in ("train", "val")] == [3, 2]
    val = tables["val"]
    val.check()
    assert val.image.tolist() == [0, 0]
    assert val.extra["single"].tolist() == [True, False]
    np.testing.assert_allclose(val.extra["head_box"], [[9, 4, 12, 8]] * 2)
    joints = read("mpii", tmp_path)["val"].joints2d
    np.testing.assert_allclose(dataclasses.replace(val).joints2d, joints, atol=1e-4)


def test_half_of_the_lists_is_not_enough(tmp_path: Path) -> None:
    write_mpii(tmp_path, "xiao")
    (tmp_path / "annot/valid.json").unlink()
    with pytest.raises(ReposeError, match="only the train part"):
        read("mpii", tmp_path)
