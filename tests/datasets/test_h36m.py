"""The reader of Human3.6M's npz files."""

from pathlib import Path

import numpy as np
import pytest

from repose.datasets import read
from repose.datasets.h36m import KEPT, WITHOUT_NOSE, Take
from repose.foundations.errors import ReposeError
from repose.geometry import matrix_to_quaternion
from repose.skeletons.posetable import PoseTable
from tests.datasets.native import save_json, write_h36m


def rows_of(table: PoseTable, take: str, camera: str) -> np.ndarray:
    return (table.words("sequence") == take) & (table.words("camera") == camera)


def test_splits_by_subject_and_drops_the_corrupt_take(tmp_path: Path) -> None:
    write_h36m(tmp_path)
    tables = read("h36m", tmp_path)
    assert {split: len(table) for split, table in tables.items()} == {
        "train": 5 * 3 * 4 * 12,
        "test": 5 * 4 * 12,
    }
    assert set(tables["train"].words("subject")) == {"S1", "S5", "S6", "S7", "S8"}
    assert set(tables["test"].words("action")) == {"Directions", "WalkDog"}
    takes = tables["test"].names["sequence"]
    assert "S11 Directions 1" in takes
    assert "S11 Directions" not in takes
    assert "S9 Directions" in takes
    for table in tables.values():
        table.check()


@pytest.mark.parametrize("swap", [False, True])
def test_cameras_are_recovered_from_the_joints(tmp_path: Path, swap: bool) -> None:
    cameras = write_h36m(tmp_path, swap_tangential=swap)
    table = read("h36m", tmp_path)["test"]
    with np.load(tmp_path / "data_3d_h36m.npz", allow_pickle=True) as file:  # written by this test
        world = file["positions_3d"].item()["S9"]["Directions 1"][:, KEPT] * 1000.0
    rows = rows_of(table, "S9 Directions 1", "58860488")
    expected = cameras["S9"][2].to_camera(world)
    np.testing.assert_allclose(table.extra["root_mm"][rows], expected[:, 0], atol=0.5)
    np.testing.assert_allclose(table.joints3d[rows], expected - expected[:, :1], atol=0.05)


def test_stated_cameras_are_used_and_checked(tmp_path: Path) -> None:
    cameras = write_h36m(tmp_path)
    found = read("h36m", tmp_path)["test"]
    stated = {
        subject: [
            {
                "id": "x", "orientation": matrix_to_quaternion(c.rotation.T).tolist(),
                "translation": c.position_mm.tolist(), "center": c.center.tolist(),
                "focal_length": c.focal.tolist(),
                "radial_distortion": c.radial.tolist(), "tangential_distortion": c.tangential.tolist(),
                "res_w": c.width, "res_h": c.height,
            }
            for c in four
        ]
        for subject, four in cameras.items()
    }  # fmt: skip
    save_json(tmp_path / "cameras.json", stated)
    np.testing.assert_allclose(read("h36m", tmp_path)["test"].joints3d, found.joints3d, atol=0.05)
    stated["S9"][1]["translation"][0] += 100
    save_json(tmp_path / "cameras.json", stated)
    with pytest.raises(ReposeError, match=r"S9 Directions.*, camera 1: 2D joints .* px away"):
        read("h36m", tmp_path)


def test_sixteen_joints_are_completed_by_projection(tmp_path: Path) -> None:
    write_h36m(tmp_path / "a")
    write_h36m(tmp_path / "b", truth_joints=16)
    full, completed = read("h36m", tmp_path / "a")["test"], read("h36m", tmp_path / "b")["test"]
    np.testing.assert_array_equal(completed.joints2d[:, WITHOUT_NOSE], full.joints2d[:, WITHOUT_NOSE])
    np.testing.assert_allclose(completed.joints2d, full.joints2d, atol=0.1)


def test_detections_are_cut_to_the_motion_capture_and_may_be_absent(tmp_path: Path) -> None:
    write_h36m(tmp_path / "a")
    table = read("h36m", tmp_path / "a")["test"]
    distance = np.linalg.norm(table.extra["joints2d_detected"] - table.joints2d, axis=-1)
    assert 1 < distance.mean() < 8
    write_h36m(tmp_path / "b", detections=False)
    assert "joints2d_detected" not in read("h36m", tmp_path / "b")["test"].extra


def test_a_few_wild_points_do_not_move_the_cameras(tmp_path: Path) -> None:
    cameras = write_h36m(tmp_path)
    path = tmp_path / "data_2d_h36m_gt.npz"
    with np.load(path, allow_pickle=True) as file:  # written by this test
        truth, metadata = file["positions_2d"].item(), file["metadata"].item()
    for views in truth["S9"].values():
        for view in views:
            view[2, :5] += 300
    np.savez(path, positions_2d=truth, metadata=metadata)
    table = read("h36m", tmp_path)["test"]
    rows = rows_of(table, "S9 Directions", "54138969")
    camera = cameras["S9"][0]
    with np.load(tmp_path / "data_3d_h36m.npz", allow_pickle=True) as file:
        world = file["positions_3d"].item()["S9"]["Directions"][:, 0] * 1000.0
    np.testing.assert_allclose(table.extra["root_mm"][rows], camera.to_camera(world), atol=5)


@pytest.mark.parametrize(
    ("take", "action"),
    [
        ("Sitting 1", "Sitting"),
        ("SittingDown", "SittingDown"),
        ("TakingPhoto 1", "Photo"),
        ("Walking", "Walking"),
    ],
)
def test_takes_have_their_action_in_the_official_spelling(take: str, action: str) -> None:
    assert Take("S1", take, np.empty(0), [], None).action == action
