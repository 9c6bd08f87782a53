"""The reader of MPI-INF-3DHP."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from repose.datasets import read
from repose.datasets.manifest import MARKER
from repose.foundations.errors import ReposeError
from tests.datasets.native import write_mpi_inf_3dhp


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("3dhp")
    write_mpi_inf_3dhp(path)
    return path


def test_takes_the_chest_high_cameras_and_counts_what_it_leaves_out(root: Path) -> None:
    train = read("mpi_inf_3dhp", root)["train"]
    train.check()
    assert train.names["camera"] == tuple("01245678")
    assert len(train) == 16 * 8 * 3 - 2
    assert train.meta["dropped"] == {"a joint outside the picture": 1, "no picture of the frame": 1}
    assert train.skeleton == "mpi3dhp28"


def test_a_video_that_was_not_extracted_is_told_how(tmp_path: Path) -> None:
    write_mpi_inf_3dhp(tmp_path, frames=11)
    shutil.rmtree(tmp_path / "S1/Seq2/imageFrames/video_5")
    with pytest.raises(ReposeError, match=r"video_5: no pictures, .* ffmpeg -i .*/imageSequence/video_5.avi"):
        read("mpi_inf_3dhp", tmp_path)


def test_pictures_are_counted_from_one(root: Path) -> None:
    table = read("mpi_inf_3dhp", root)["train"]
    row = np.flatnonzero((table.words("sequence") == "S3 Seq2") & (table.words("camera") == "4"))[1]
    assert table.frame[row] == 1
    assert table.image_names[table.image[row]] == "S3/Seq2/imageFrames/video_4/frame_000002.jpg"


def test_test_sequences_have_their_own_size_and_flags(root: Path) -> None:
    table = read("mpi_inf_3dhp", root)["test"]
    table.check()
    sizes = {word: tuple(table.image_size[table.words("sequence") == word][0]) for word in ("TS1", "TS6")}
    assert sizes == {"TS1": (64, 64), "TS6": (96, 54)}
    np.testing.assert_array_equal(table.extra["valid"], table.frame % 2 == 1)
    assert set(table.words("action")[table.words("sequence") == "TS5"]) == {"On The Floor"}
    np.testing.assert_allclose(table.extra["joints3d_univ"], table.joints3d * 0.9, rtol=1e-4, atol=1e-2)


def test_axes_as_matlab_shows_them_are_recognised(root: Path, tmp_path: Path) -> None:
    write_mpi_inf_3dhp(tmp_path, matlab_axes=True)
    np.testing.assert_array_equal(
        read("mpi_inf_3dhp", tmp_path)["test"].joints2d, read("mpi_inf_3dhp", root)["test"].joints2d
    )


def test_valid_frames_of_the_real_test_set_are_counted_by_scene(root: Path, tmp_path: Path) -> None:
    test = read("mpi_inf_3dhp", root)["test"]
    (note,) = test.meta["notes"]
    films = test.words("sequence")[test.extra["valid"]]
    assert len(films) == 6  # the middle one of three frames; all of its joints are in the picture
    assert note == (
        "6 valid frames with all joints in the picture (green screen 2, no green screen 2, outdoors 2), "
        "2,923 fewer than the published 2,929"
    )
    drawn = shutil.copytree(root, tmp_path / "drawn")
    (drawn / MARKER).write_text("drawn\n")
    assert read("mpi_inf_3dhp", drawn)["test"].meta["notes"] == []


def test_without_any_training_subject_the_test_set_is_read_alone(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "mpi_inf_3dhp_test_set", tmp_path / "mpi_inf_3dhp_test_set")
    tables = read("mpi_inf_3dhp", tmp_path)
    assert list(tables) == ["test"]
    assert tables["test"].meta["notes"][0] == "no training set: none of the folders S1 to S8 is there"
    np.testing.assert_array_equal(tables["test"].joints2d, read("mpi_inf_3dhp", root)["test"].joints2d)


def test_an_incomplete_training_set_is_an_error(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path / "3dhp")
    shutil.rmtree(tmp_path / "3dhp/S5")
    with pytest.raises(ReposeError, match=r"3dhp/S5/Seq1/annot\.mat: "):
        read("mpi_inf_3dhp", tmp_path / "3dhp")
