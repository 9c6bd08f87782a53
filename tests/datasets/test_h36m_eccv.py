"""The reader of Human3.6M's challenge subset."""

from pathlib import Path

import numpy as np

from repose.datasets import read
from tests.datasets.native import write_h36m_eccv


def test_reads_fitted_joints_and_relative_poses(tmp_path: Path) -> None:
    write_h36m_eccv(tmp_path)
    tables = read("h36m_eccv", tmp_path)
    assert {split: len(table) for split, table in tables.items()} == {"train": 4, "val": 3}
    val = tables["val"]
    val.check()
    assert val.image_names[val.image].tolist()[0] == "ECCV18_Challenge/Val/IMG/00001.jpg"
    np.testing.assert_allclose(val.joints2d - val.joints2d[:, :1], 0.03 * val.joints3d[..., :2], atol=1e-3)
    np.testing.assert_allclose(val.extra["depth_scale"], 0.03)
    assert val.words("subject").tolist() == ["S9"] * 3
    assert val.image_size.tolist() == [[64, 48]] * 3
