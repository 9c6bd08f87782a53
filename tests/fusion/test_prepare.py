"""What a prepared set holds: depth in pixels, the truth of the scores, pictures that fit the labels."""

import json

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.fusion.decode import Joints, poses_mm
from repose.fusion.prepare import SOURCES, depth_px, prepare, split_of
from repose.metrics import mpjpe_corrected
from repose.pictures.people import load_split, sources_of
from repose.skeletons import get_skeleton
from tests.fusion.sets import table_of

FOCAL, ROOT_MM = 1145.0, np.array([120.0, -80.0, 5200.0])


def pinhole(rows=6, skeleton="h36m17"):
    """Poses seen by a pinhole camera, root-aligned."""
    joints = get_skeleton(skeleton).joints
    poses = rng(0, "test", "poses").normal(0, 1, (rows, len(joints), 3)) * (150, 350, 60)
    poses -= poses[:, :1]
    seen = poses + ROOT_MM
    joints2d = 0.1 * FOCAL * seen[..., :2] / seen[..., 2:] + (80, 60)  # a tenth of the published size
    return table_of(rows, skeleton, joints3d=poses.astype(np.float32), joints2d=joints2d.astype(np.float32))


def test_depth_in_pixels_is_that_of_a_pinhole_camera_within_two_percent():
    table = pinhole()
    depth, has_depth = depth_px(table)
    assert has_depth.all()
    ratio = depth[:, 1:] / table.joints3d[:, 1:, 2]
    np.testing.assert_allclose(ratio, 0.1 * FOCAL / ROOT_MM[2], rtol=0.02)


def test_a_pose_without_two_distinct_labels_has_no_depth():
    table = pinhole()
    table.labelled[2, 1:] = False
    assert depth_px(table)[1].tolist() == [True, True, False, True, True, True]


def test_2d_sets_have_no_depth_and_no_truth():
    people = split_of(table_of(3), 0, "corrected")
    assert not people.has_depth.any()
    assert not people.truth_mm.any()
    assert np.isnan(people.head_px).all()


def test_the_truth_of_human36m_is_its_own_joints_and_that_of_other_sets_comes_by_mpii():
    table = pinhole()
    np.testing.assert_array_equal(split_of(table, 0, "corrected").truth_mm, table.joints3d)
    other = pinhole(skeleton="op15")
    people, target = split_of(other, 0, "corrected"), get_skeleton("h36m17")
    names = other.joints
    for joint, source in (("r_wrist", "r_wrist"), ("head", "neck"), ("nose", "neck"), ("thorax", "neck")):
        np.testing.assert_allclose(
            people.truth_mm[:, target.index(joint)], other.joints3d[:, names.index(source)], atol=1e-3
        )


def test_joints_read_off_perfect_maps_give_a_small_corrected_error():
    """Without perspective the protocol's only error is none: crop, depth scale and conversion agree."""
    table = pinhole()
    table.joints2d[:] = 0.02 * table.joints3d[..., :2] + (80, 60)
    people = split_of(table, 0, "corrected")
    points = (people.joints2d.astype(float) - people.center[:, None]) / people.side[:, None, None] + 0.5
    found = Joints(np.zeros((6, 16, 2), int), points, people.depth / people.side[:, None], np.ones((6, 16)))
    assert mpjpe_corrected(poses_mm(found), people.truth_mm).max() < 0.1


def write_set(folder, name):
    from PIL import Image

    for source, split in {pair for parts in SOURCES[name].values() for pair in parts}:
        (folder / "poses" / source).mkdir(parents=True, exist_ok=True)
        table_of(5, "lsp14").save(folder / "poses" / source / f"{split}.npz")
        (folder / source / "images").mkdir(parents=True, exist_ok=True)
        for row in range(5):
            Image.new("RGB", (160, 120), (50 * row, 100, 200)).save(folder / source / f"images/{row}.png")
    return {source: str(folder / source) for source in ("lsp", "lspet")}


def test_lsp_and_its_extension_train_together_and_equal_inputs_are_equal_bytes(tmp_path):
    roots = write_set(tmp_path, "lsp")
    for out in ("a", "b"):
        prepare("lsp", tmp_path / "poses", roots, "corrected", 40, 1, tmp_path / out)
    train, test = (load_split(tmp_path / "a", split) for split in ("train", "test"))
    assert (len(train), len(test)) == (10, 5)
    assert sources_of(tmp_path / "a") == ["lspet", "lsp"]
    assert train.source.tolist() == [0] * 5 + [1] * 5
    assert np.load(tmp_path / "a/train_people.npy").shape == (10, 40, 40, 3)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_without_a_stored_size_no_pictures_are_written_and_a_missing_one_is_named(tmp_path):
    roots = write_set(tmp_path, "lsp")
    prepare("lsp", tmp_path / "poses", roots, "corrected", None, 1, tmp_path / "out")
    assert set(json.loads((tmp_path / "out/meta.json").read_text())["sha256"]) == {"train.npz", "test.npz"}
    (tmp_path / "lsp/images/3.png").unlink()
    with pytest.raises(ReposeError, match=r"3\.png: not found"):
        prepare("lsp", tmp_path / "poses", roots, "corrected", 40, 1, tmp_path / "out2")
    assert not (tmp_path / "out2").exists()
