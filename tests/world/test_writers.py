"""The native files as the published formats have them: keys, axes, units, counting, quirks."""

import json
import pickle

import h5py
import numpy as np
import pytest
from scipy.io import loadmat

from repose.geometry import Camera
from repose.world.writers import (
    coco,
    coco_json,
    crowdpose,
    flic,
    h36m,
    h36m_eccv,
    lsp,
    lspet,
    matfile,
    mpi_inf_3dhp,
    mpii,
    occlusion_person,
    ochuman,
    threedpw,
)

RNG = np.random.default_rng(0)


def test_lsp_flags_hidden_joints_and_lspet_labelled_ones(tmp_path):
    joints = RNG.uniform(1, 90, (5, 14, 2))
    flags = RNG.random((5, 14)) < 0.7
    lsp.save_joints(tmp_path / "lsp", joints, visible=flags)
    lspet.save_joints(tmp_path / "lspet", joints, labelled=flags)
    first, second = (loadmat(tmp_path / name / "joints.mat")["joints"] for name in ("lsp", "lspet"))
    assert first.shape == (3, 14, 5)
    assert second.shape == (14, 3, 5)
    np.testing.assert_array_equal(first[:2, :, 3], joints[3].T)
    np.testing.assert_array_equal(first[2], ~flags.T)
    np.testing.assert_array_equal(second[:, 2], flags.T)
    assert not second[:, :2][~np.repeat(flags.T[:, None], 2, 1)].any()


def test_flic_labels_eleven_joints_and_leaves_the_others_nan(tmp_path):
    entries = [
        flic.example("movie", n, RNG.uniform(1, 90, (29, 2)), (128, 85), {"istrain": n < 2}) for n in range(4)
    ]
    flic.save_examples(tmp_path, entries)
    examples = loadmat(tmp_path / "examples.mat")["examples"]
    assert examples.shape == (1, 4)
    assert examples.dtype.names == flic.FIELDS
    coords = examples[0, 1][2]
    assert coords.shape == (2, 29)
    assert np.flatnonzero(~np.isnan(coords[0])).tolist() == list(flic.LABELLED)
    assert examples[0, 1][3][0] == "movie-00000001.jpg"
    assert examples[0, 1][4].tolist() == [[85, 128, 3]]
    assert [bool(examples[0, n]["istrain"][0, 0]) for n in range(4)] == [True, True, False, False]


def test_matlab_files_hold_no_date(tmp_path):
    matfile.save_mat(tmp_path / "a.mat", {"x": np.arange(3.0)})
    assert b"Created" not in (tmp_path / "a.mat").read_bytes()
    np.testing.assert_array_equal(loadmat(tmp_path / "a.mat")["x"], [[0, 1, 2]])


def test_matlab_files_read_back_as_written(tmp_path):
    values = RNG.normal(size=(3, 4, 5))
    inner = matfile.struct_array([{"x": 1.5, "name": "left"}, {"x": 2}])
    listed = matfile.cells([np.arange(3.0), "text", "", {"deep": inner}])
    matfile.save_mat(tmp_path / "a.mat", {"values": values, "inner": inner, "listed": listed, "one": 7})
    found = loadmat(tmp_path / "a.mat")
    np.testing.assert_array_equal(found["values"], values)
    assert found["inner"].shape == (1, 2)
    assert found["inner"]["name"][0, 0].tolist() == ["left"]
    assert found["inner"]["name"][0, 1].shape == (0, 0)
    assert found["inner"]["x"][0, 1].tolist() == [[2]]
    assert found["listed"].shape == (4, 1)
    assert found["listed"][0, 0].tolist() == [[0, 1, 2]]
    assert found["listed"][3, 0]["deep"][0, 0]["x"][0, 0].tolist() == [[1.5]]
    assert found["one"].tolist() == [[7]]


def test_human36m_holds_pickled_dictionaries_without_dimensions(tmp_path):
    poses = {"S1": {"Walking 1": np.zeros((4, 32, 3), np.float32)}}
    h36m.save_positions3d(tmp_path / "a.npz", poses)
    h36m.save_positions2d(tmp_path / "b.npz", {"S1": {"Walking 1": [np.zeros((4, 17, 2), np.float32)] * 4}})
    with np.load(tmp_path / "a.npz", allow_pickle=True) as file:
        assert file["positions_3d"].shape == ()
        assert file["positions_3d"].item()["S1"]["Walking 1"].shape == (4, 32, 3)
    with np.load(tmp_path / "b.npz", allow_pickle=True) as file:
        assert set(file.files) == {"positions_2d", "metadata"}
        assert len(file["positions_2d"].item()["S1"]["Walking 1"]) == 4
        assert file["metadata"].item()["keypoints_symmetry"][0] == [4, 5, 6, 11, 12, 13]


def test_the_challenge_fits_its_2d_labels_by_a_similarity(tmp_path):
    poses = RNG.normal(0, 400, (3, 17, 3))
    poses -= poses[:, :1]
    angle, scale = 0.05, 0.06
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    found = scale * poses[..., :2] @ turn.T + [60, 70]
    h36m_eccv.save_split(tmp_path, "Val", poses, found, np.ones((3, 17), bool))
    with open(tmp_path / h36m_eccv.CACHE.format("Val"), "rb") as file:
        records = pickle.load(file)
    assert records[0]["image"].endswith("Val/IMG/00001.jpg")
    assert records[1]["joints_3d"].shape == (18, 3)
    np.testing.assert_allclose(records[1]["joints_3d"][:17, :2], found[1], atol=1e-9)
    np.testing.assert_allclose(records[1]["joints_3d"][:17, 2], poses[1, :, 2] * scale)
    assert records[1]["rot"] == pytest.approx(angle)
    np.testing.assert_allclose(
        np.loadtxt(tmp_path / h36m_eccv.POSE.format("Val", 2), delimiter=","), poses[1], atol=1e-6
    )


def camera(width: int = 128, height: int = 128) -> Camera:
    return Camera(
        rotation=np.array([[0.0, -1, 0], [0, 0, -1], [1, 0, 0]]),
        position_mm=np.array([-4000.0, 100, 900]),
        focal=np.array([94.0, 94.5]),
        center=np.array([64.0, 63.0]),
        width=width,
        height=height,
    )


def test_3dhp_training_cells_are_flat_and_the_calibration_gives_them_back(tmp_path):
    world = RNG.normal(0, 300, (6, 28, 3))
    cameras = [camera()] * 14
    points = np.stack([c.to_camera(world) for c in cameras])
    pixels = np.stack([c.project(p) for c, p in zip(cameras, points, strict=True)])
    mpi_inf_3dhp.save_annotations(tmp_path, pixels, points, points * 1.1)
    annot = loadmat(tmp_path / "annot.mat")
    assert annot["annot2"].shape == (14, 1)
    assert annot["annot2"][3][0].shape == (6, 56)
    np.testing.assert_allclose(annot["univ_annot3"][5][0][2].reshape(28, 3), points[5, 2] * 1.1)
    lines = mpi_inf_3dhp.calibration(cameras).splitlines()
    assert len(lines) == 1 + 7 * 14
    assert lines[7 * 2 + 3].split()[1:] == ["128", "128"]
    intrinsic = np.array([float(v) for v in lines[7 * 2 + 5][11:].split()]).reshape(4, 4)
    extrinsic = np.array([float(v) for v in lines[7 * 2 + 6][11:].split()]).reshape(4, 4)
    seen = (world @ extrinsic[:3, :3].T + extrinsic[:3, 3]) @ intrinsic[:3, :3].T
    np.testing.assert_allclose(seen[..., :2] / seen[..., 2:], pixels[2], atol=1e-3)


def test_3dhp_test_sequences_are_hdf5_with_matlabs_axes_and_header(tmp_path):
    joints = RNG.normal(0, 300, (4, 17, 3))
    valid, activity = np.array([1, 0, 1, 1]), np.arange(4)
    mpi_inf_3dhp.save_test_annotations(
        tmp_path, joints[..., :2], joints, joints * 1.1, valid, activity, np.zeros((4, 4))
    )
    with h5py.File(tmp_path / "annot_data.mat") as file:
        assert file["annot2"].shape == (4, 1, 17, 2)
        assert file["bb_crop"].shape == (4, 34)
        assert file["valid_frame"].shape == (4, 1)
        np.testing.assert_allclose(file["univ_annot3"][2, 0], joints[2] * 1.1)
    assert (tmp_path / "annot_data.mat").read_bytes().startswith(b"MATLAB 7.3 MAT-file")


def test_occlusion_person_tells_outside_from_hidden_by_the_depth_map():
    world = np.tile([[0.0, 100, 900]], (15, 1))
    world[1] += [0, 0, 600]
    world[2] += [0, 5000, 0]
    view = camera()
    depth = np.full((128, 128), np.inf)
    depth[50:70, 50:80] = 3900.0  # in front of joint 0 by 10 cm
    depth[:50] = 3000.0  # in front of joint 1 by a metre
    numbers = dict.fromkeys((*occlusion_person.NUMBERS, "video"), 1)
    pixels = view.project(view.to_camera(world))
    record = occlusion_person.record(numbers, world, view, occlusion_person.depth_at(depth, pixels), world)
    assert record["joints_vis"][:3, 0].tolist() == [True, True, False]
    assert record["joints_vis_2d"][:3, 0].tolist() == [True, False, False]
    shift = record["joints_gt"] - record["camera"]["T"].T
    np.testing.assert_allclose(record["joints_3d"], shift @ record["camera"]["R"].T)


def people(count: int = 2, number: int = 7) -> mpii.People:
    joints = RNG.uniform(5, 90, (count, 16, 2))
    labelled = np.ones((count, 16), bool)
    labelled[0, 0] = False
    visible = labelled & (RNG.random((count, 16)) < 0.8)
    head = np.tile([10.0, 11, 20, 24], (count, 1))
    return mpii.People(
        f"{number:09d}.jpg",
        joints,
        labelled,
        visible,
        head,
        joints.mean(1),
        np.full(count, 0.4),
        np.arange(count) > 0,
    )


def test_mpii_counts_pixels_from_one_and_writes_missing_joints_as_minus_one(tmp_path):
    picture = people()
    mpii.save_list(tmp_path / "train.json", [picture])
    entries = json.loads((tmp_path / "train.json").read_text())
    assert len(entries) == 2
    assert entries[0]["joints"][0] == [-1, -1]
    assert entries[0]["joints_vis"][0] == 0
    np.testing.assert_allclose(entries[1]["joints"], picture.joints_px[1] + 1, atol=1e-4)


def test_mpii_release_writes_visibility_as_number_text_nothing_or_no_field(tmp_path):
    pictures = [people(number=n) for n in range(8)]
    mpii.save_release(tmp_path / "mpii.mat", pictures, [people()])
    release = loadmat(tmp_path / "mpii.mat", squeeze_me=True, struct_as_record=False)["RELEASE"]
    assert release.img_train.tolist() == [1] * 8 + [0]
    persons = release.annolist[0].annorect
    points = persons[0].annopoints.point
    assert [point.id for point in points] == list(range(1, 16))
    assert points[0].x == pytest.approx(pictures[0].joints_px[0, 1, 0] + 1)
    assert persons[0].x2 == 21
    assert points[7].is_visible.size == 0
    assert isinstance(release.annolist[5].annorect[0].annopoints.point[0].is_visible, str)
    assert not hasattr(release.annolist[7].annorect[0].annopoints.point[0], "is_visible")
    assert not hasattr(release.annolist[8].annorect[0], "annopoints")
    assert release.single_person[0] == 2


def test_mpii_truth_has_people_last(tmp_path):
    pictures = [people(), people()]
    mpii.save_truth(tmp_path / "gt_valid.mat", pictures)
    truth = loadmat(tmp_path / "gt_valid.mat")
    assert truth["pos_gt_src"].shape == (16, 2, 4)
    assert truth["headboxes_src"].shape == (2, 2, 4)
    assert truth["jnt_missing"][:, 2].tolist() == [1] + [0] * 15
    size = np.linalg.norm(truth["headboxes_src"][1] - truth["headboxes_src"][0], axis=0) * 0.6
    assert size == pytest.approx(0.6 * np.hypot(10, 13))


def test_run_lengths_go_down_columns_and_begin_with_zeros():
    mask = np.array([[1, 0, 0], [1, 1, 0]], bool)
    assert coco_json.run_lengths(mask) == {"counts": [0, 2, 1, 1, 2], "size": [2, 3]}


@pytest.mark.parametrize("height", [1, 2, 5, 40])
def test_an_outline_covers_its_mask(height):
    mask = np.zeros((64, 64), bool)
    for row in range(height):
        mask[10 + row, 20 - row // 4 : 30 + row // 3] = True
    x, y = np.array(coco_json.outline(mask)).reshape(-1, 2).T
    area = abs((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2
    assert area == pytest.approx(mask.sum(), rel=0.12)


def test_coco_small_people_have_a_mask_and_no_joints(tmp_path):
    mask = np.zeros((96, 128), bool)
    mask[10:15, 10:13] = True
    joints, yes = np.full((17, 2), 11.0), np.ones(17, bool)
    small = coco.person(mask, joints, yes, yes)
    mask[10:40, 10:30] = True
    large = coco.person(mask, joints, yes, yes & (np.arange(17) > 0))
    labels = coco.Labels(9, (128, 96), [small, large], coco.crowd(mask))
    coco.save_split(tmp_path, "val", [labels, coco.Labels(10, (128, 96), [], None)])
    content = json.loads((tmp_path / "annotations/person_keypoints_val2017.json").read_text())
    first, second, crowd = content["annotations"]
    assert (first["num_keypoints"], first["keypoints"]) == (0, [0] * 51)
    assert second["keypoints"][:6] == [11, 11, 1, 11, 11, 2]
    assert second["bbox"] == [10, 10, 20, 30]
    assert crowd["iscrowd"] == 1
    assert sum(crowd["segmentation"]["counts"]) == 96 * 128
    assert [image["file_name"] for image in content["images"]] == ["000000000009.jpg", "000000000010.jpg"]
    assert content["categories"][0]["keypoints"][5] == "left_shoulder"


def test_crowd_index_counts_others_joints_in_a_persons_box(tmp_path):
    joints = np.zeros((2, 14, 2))
    joints[0] = np.linspace(10, 40, 14)[:, None]
    joints[1] = np.linspace(31, 61, 14)[:, None]
    box = np.array([[10.0, 10, 30, 30], [31.0, 31, 30, 30]])
    yes = np.ones((2, 14), bool)
    assert crowdpose.crowd_index(joints, yes, box) == pytest.approx(4 / 14)
    crowd = crowdpose.Crowd(100004, (128, 96), joints, yes, yes, box, np.array([False, True]))
    crowdpose.save_split(tmp_path, "test", [crowd])
    content = json.loads((tmp_path / "json/crowdpose_test.json").read_text())
    assert content["images"][0]["crowdIndex"] == 0.29
    assert "area" not in content["annotations"][0]
    assert content["annotations"][1]["iscrowd"] == 1
    assert content["annotations"][1]["num_keypoints"] == 14


def test_ochuman_exports_what_is_fully_labelled(tmp_path):
    keypoints = np.concatenate([RNG.uniform(10, 90, (3, 19, 2)), RNG.integers(0, 4, (3, 19, 1))], -1)
    box = np.array([[10.0, 10, 50, 90], [15.0, 10, 55, 90], [80.0, 10, 90, 20]])
    pair = ochuman.Pair(
        1, (128, 96), keypoints, box, [[10.0, 10, 50, 10, 50, 90]] * 3, np.array([True, True, False])
    )
    ochuman.save_pairs(tmp_path, [pair, pair], val=1)
    content = json.loads((tmp_path / "ochuman.json").read_text())
    first, _, third = content["images"][0]["annotations"]
    assert first["max_iou"] == pytest.approx(35 / 45, abs=1e-3)
    assert len(first["keypoints"]) == 57
    assert third["keypoints"] is None
    export = json.loads((tmp_path / ochuman.EXPORT.format("val")).read_text())
    assert len(export["annotations"]) == 2
    assert export["annotations"][0]["area"] == 40 * 80
    flags = {0: 0, 1: 2, 2: 2, 3: 1}
    names = content["keypoint_names"]
    assert export["annotations"][1]["keypoints"][2] == flags[int(keypoints[1, names.index("nose"), 2])]


def test_3dpw_keeps_people_in_lists_and_scores_in_the_third_row(tmp_path):
    people2d = [np.zeros((4, 3, 18))]
    joints = [np.zeros((4, 72))]
    threedpw.save_sequence(
        tmp_path / "a.pkl", "a", people2d, joints, np.tile(np.eye(4), (4, 1, 1)), np.eye(3)
    )
    with open(tmp_path / "a.pkl", "rb") as file:
        content = pickle.load(file, encoding="latin1")
    assert content["poses2d"][0].shape == (4, 3, 18)
    assert content["img_frame_ids"].tolist() == [0, 1, 2, 3]
    assert {
        "poses",
        "betas",
        "trans",
        "cam_poses",
        "cam_intrinsics",
        "campose_valid",
        "jointPositions",
    } <= set(content)
