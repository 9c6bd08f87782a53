"""What the embedded world writes is read like the real data, and means what the world meant."""

from pathlib import Path

import numpy as np
import pytest

from repose.datasets import READERS, read
from repose.datasets.check import check
from repose.datasets.h36m_cameras import CAMERA_IDS
from repose.foundations.parameters import load_params
from repose.skeletons.posetable import PoseTable
from repose.world.build import write_dataset
from repose.world.cameras import h36m_cameras
from repose.world.motion import MotionSource
from repose.world.settings import WorldScale, WorldSettings

TINY = WorldScale(images=0.001, compression=0.2, test_images=12, image_px=64, video=0.0008)
SIZES = load_params(Path(__file__).parents[2] / "params.yaml")["world"]["sizes"]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every data set, tiny."""
    folder = tmp_path_factory.mktemp("native")
    for name, sizes in SIZES.items():
        write_dataset(
            name, folder / name, WorldSettings(0, MotionSource("actions", 0), sizes, TINY), workers=1
        )
    return {name: folder / name.replace("mpii_multi", "mpii") for name in READERS}


@pytest.mark.parametrize("name", READERS)
def test_every_data_set_is_usable(name: str, native: dict[str, Path]) -> None:
    lines = check(name, native[name]).text().splitlines()
    assert lines[1] == "source: the embedded world"
    assert lines[-1] == "usable: yes"


def test_the_cameras_of_human36m_are_found_where_they_stand(native: dict[str, Path]) -> None:
    table = read("h36m", native["h36m"])["test"]
    with np.load(native["h36m"] / "data_3d_h36m.npz", allow_pickle=True) as file:  # written by this test
        world_mm = file["positions_3d"].item()["S9"]["Sitting 1"][:, 0] * 1000.0
    for camera, number in zip(h36m_cameras("S9"), CAMERA_IDS, strict=True):
        rows = (table.words("sequence") == "S9 Sitting 1") & (table.words("camera") == number)
        np.testing.assert_allclose(table.extra["root_mm"][rows], camera.to_camera(world_mm), atol=1)


@pytest.mark.parametrize("name", ["mpi_inf_3dhp", "occlusion_person", "h36m"])
def test_joints_in_3d_are_above_their_pixels(name: str, native: dict[str, Path]) -> None:
    """Pixels follow from the camera frame by one focal length and centre a view (distortion aside)."""
    for table in read(name, native[name]).values():
        for rows in views(table):
            points = table.joints3d[rows] + table.extra["root_mm"][rows][:, None]
            flat = (points[..., :2] / points[..., 2:]).reshape(-1, 2)
            pixels = table.joints2d[rows].reshape(-1, 2)
            for axis in range(2):
                line = np.polyfit(flat[:, axis], pixels[:, axis], 1)
                assert (
                    np.abs(np.polyval(line, flat[:, axis]) - pixels[:, axis]).max()
                    < 0.01 * table.image_size.max()
                )


def views(table: PoseTable) -> list[np.ndarray]:
    """The rows of each camera in each sequence, of a sample of them."""
    keys = np.stack([table.sequence, table.camera, table.image_size[:, 0]], axis=1)
    found, which = np.unique(keys, axis=0, return_inverse=True)
    return [which.ravel() == number for number in range(0, len(found), max(1, len(found) // 20))]
