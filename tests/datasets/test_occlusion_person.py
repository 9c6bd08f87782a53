"""The reader of Occlusion-Person."""

from pathlib import Path

import pytest

from repose.datasets import read
from repose.foundations.errors import ReposeError
from tests.datasets.native import write_occlusion_person


def test_tells_hidden_from_unlabelled(tmp_path: Path) -> None:
    write_occlusion_person(tmp_path)
    table = read("occlusion_person", tmp_path)["val"]
    table.check()
    assert table.labelled.all()
    assert not table.visible[:, 14].any()
    assert table.visible[:, :14].all()
    assert table.box[0].tolist() == [10, 5, 40, 35]
    assert table.image_names[0] == "images/a05_sa01_s14_sce00/00_000000.jpg"
    assert table.names["camera"] == tuple("01234567")


def test_other_units_are_noticed(tmp_path: Path) -> None:
    write_occlusion_person(tmp_path, scale=0.001)
    with pytest.raises(ReposeError, match="from pelvis to neck, expected `joints_3d` in millimetres"):
        read("occlusion_person", tmp_path)


@pytest.mark.parametrize("image", ["/etc/{}_x.jpg", "../{}_x.jpg", "a/../../../{}_x.jpg"])
def test_pictures_outside_the_root_are_refused(tmp_path: Path, image: str) -> None:
    write_occlusion_person(tmp_path / "data", image=image)
    with pytest.raises(ReposeError, match="leads outside"):
        read("occlusion_person", tmp_path / "data")
