"""Whole data sets: sizes at every scale, same bytes with any number of processes, 3D and 2D that agree."""

import hashlib
import json
import pickle
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image
from scipy.io import loadmat

from repose.foundations.parameters import load_params
from repose.world.build import WRITERS, picture_count, write_dataset
from repose.world.cameras import h36m_cameras
from repose.world.motion import MotionSource
from repose.world.settings import WorldScale, WorldSettings, share
from repose.world.writers import flic, h36m, h36m_eccv, lspet, mpi_inf_3dhp, mpii

PARAMS = load_params(Path(__file__).parents[2] / "params.yaml")
DEFAULT = WorldScale(images=0.1, compression=0.2, test_images=1000, image_px=128, video=0.2)
PAPER = WorldScale(images=1.0, compression=1.0, test_images=None, image_px=None, video=1.0)
TINY = WorldScale(images=0.001, compression=0.2, test_images=12, image_px=64, video=0.0008)


def settings(name: str, scale: WorldScale) -> WorldSettings:
    return WorldSettings(0, MotionSource("actions", 0), PARAMS["world"]["sizes"][name], scale)


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Data sets made once, at the tiniest scale."""
    made: dict[str, Path] = {}

    def make(name: str) -> Path:
        if name not in made:
            made[name] = tmp_path_factory.mktemp("world") / name
            write_dataset(name, made[name], settings(name, TINY), workers=1)
        return made[name]

    return make


def test_params_name_every_data_set_that_is_written():
    assert set(PARAMS["world"]["sizes"]) == set(WRITERS)


def test_all_sets_together_have_at_most_30000_pictures_at_default_scale():
    assert 25000 < sum(picture_count(name, settings(name, DEFAULT)) for name in WRITERS) <= 30000


def test_2d_sets_keep_their_ratio_22_to_11_to_4():
    train = settings("mpii", DEFAULT)
    people = train.linear("train_people")
    lsp, lspet_only = (picture_count(name, settings(name, DEFAULT)) for name in ("lsp", "lspet"))
    film = flic.picture_counts(settings("flic", DEFAULT))["train"]
    assert people / (lsp // 2 + lspet_only) == pytest.approx(22 / 11, rel=0.03)
    assert people / film == pytest.approx(22 / 4, rel=0.03)
    counts = mpii.people_counts(train.linear("train"), 22246 / 14679, 0, "train")
    assert sum(counts) == pytest.approx(people, abs=2)


def test_3d_sets_keep_their_order_and_test_sets_their_size():
    names = ("h36m_eccv", "occlusion_person", "mpi_inf_3dhp")
    trained = [settings(name, DEFAULT).compressed("train") for name in names]
    assert trained == sorted(trained)
    assert trained[0] > settings("mpii", DEFAULT).linear("train_people")
    assert sum(mpi_inf_3dhp.test_counts(settings("mpi_inf_3dhp", DEFAULT)).values()) == 1000
    takes = h36m.takes(settings("h36m", DEFAULT))
    assert sum(take.frames for take in takes if take.subject in h36m.TEST) * 4 > 10000


def test_paper_scale_has_the_real_counts():
    assert picture_count("h36m_eccv", settings("h36m_eccv", PAPER)) == 35832 + 19312
    assert picture_count("lsp", settings("lsp", PAPER)) == 2000
    assert picture_count("lspet", settings("lspet", PAPER)) == 10000
    assert picture_count("flic", settings("flic", PAPER)) == 20928
    assert mpi_inf_3dhp.test_counts(settings("mpi_inf_3dhp", PAPER)) == mpi_inf_3dhp.TESTS
    frames = mpi_inf_3dhp.training_frames(settings("mpi_inf_3dhp", PAPER))
    assert frames["S1", "Seq2"] == 12430
    takes = h36m.takes(settings("h36m", PAPER))
    assert sum(take.frames for take in takes) == 389938 + 135836
    assert len(takes) == 209
    assert settings("coco", PAPER).image_size(640, 427) == (640, 427)


def test_shares_add_up():
    assert share(10, [1.0, 1.0, 1.0]) == [3, 4, 3]
    assert sum(share(389938, np.random.default_rng(0).uniform(0.6, 1.4, 150).tolist())) == 389938


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_a_set_has_as_many_pictures_as_it_says_and_all_open(name, tiny):
    images = list(tiny(name).rglob("*.jpg"))
    assert len(images) == picture_count(name, settings(name, TINY))
    for path in images[:3]:
        with Image.open(path) as image:
            assert max(image.size) == 64


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(WRITERS))
def test_the_number_of_processes_changes_no_byte(name, tiny, tmp_path):
    write_dataset(name, tmp_path, settings(name, TINY), workers=2)
    assert digests(tmp_path) == digests(tiny(name))


def test_human36m_projects_onto_its_2d_within_a_tenth_of_a_pixel(tiny):
    root = tiny("h36m")
    world, truth, found = (
        np.load(root / f"data_{kind}.npz", allow_pickle=True)[key].item()
        for kind, key in (
            ("3d_h36m", "positions_3d"),
            ("2d_h36m_gt", "positions_2d"),
            ("2d_h36m_cpn_ft_h36m_dbb", "positions_2d"),
        )
    )
    keep = [0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27]
    assert {subject: len(takes) for subject, takes in world.items()}["S11"] == 29
    assert "Directions" not in world["S11"]
    assert {"S2", "S3", "S4"} <= set(found)
    for subject in ("S1", "S9"):
        for name, poses in world[subject].items():
            assert poses.dtype == np.float32
            for camera, pixels, detections in zip(
                h36m_cameras(subject), truth[subject][name], found[subject][name], strict=True
            ):
                seen = camera.project(camera.to_camera(poses[:, keep].astype(float) * 1000))
                assert np.abs(seen - pixels).max() < 0.1
                assert len(poses) <= len(detections) <= len(poses) + h36m.LONGER
                assert 0.5 < np.median(np.linalg.norm(detections[: len(poses)] - pixels, axis=-1)) < 12


def test_human36m_bones_keep_their_lengths(tiny):
    world = np.load(tiny("h36m") / "data_3d_h36m.npz", allow_pickle=True)["positions_3d"].item()
    thighs = np.concatenate([np.linalg.norm(p[:, 2] - p[:, 1], axis=-1) for p in world["S1"].values()])
    assert np.ptp(thighs) < 1e-4


def test_the_challenge_keeps_root_relative_poses_and_weak_perspective_labels(tiny):
    root = tiny("h36m_eccv")
    with open(root / h36m_eccv.CACHE.format("Val"), "rb") as file:
        records = pickle.load(file)
    for number, record in enumerate(records, 1):
        pose = np.loadtxt(root / h36m_eccv.POSE.format("Val", number), delimiter=",")
        assert not pose[0].any()
        np.testing.assert_allclose(pose, record["joints_3d_relative"][:17], atol=1e-5)
        assert (root / record["image"]).is_file()
        assert record["s"] > 0
        assert 400 < np.linalg.norm(pose[8]) < 700


def test_3dhp_projects_onto_its_2d_and_both_skeletons_agree_there(tiny):
    root = tiny("mpi_inf_3dhp")
    annot = loadmat(root / "S3/Seq1/annot.mat")
    lines = (root / "S3/Seq1/camera.calibration").read_text().splitlines()
    for view in range(14):
        points, other = (annot[key][view, 0].reshape(-1, 28, 3) for key in ("annot3", "univ_annot3"))
        intrinsic = np.array(lines[7 * view + 5].split()[1:], float).reshape(4, 4)[:3, :3]
        for seen in (points @ intrinsic.T, other @ intrinsic.T):
            pixels = annot["annot2"][view, 0].reshape(-1, 28, 2)
            assert np.abs(seen[..., :2] / seen[..., 2:] - pixels).max() < 0.1
    frames = len(annot["frames"])
    assert len(list((root / "S3/Seq1/imageFrames/video_2").iterdir())) == frames
    cut = loadmat(root / "S6/Seq2/annot.mat")["frames"]
    assert len(list((root / "S6/Seq2/imageFrames/video_0").iterdir())) == len(cut)


def test_3dhp_test_pictures_outlast_their_annotation_where_the_real_ones_do(tiny):
    for name, missing in (("TS1", 0), ("TS3", 1), ("TS4", 2)):
        folder = tiny("mpi_inf_3dhp") / "mpi_inf_3dhp_test_set" / name
        with h5py.File(folder / "annot_data.mat") as file:
            annotated = len(file["annot2"])
            ratio = file["annot3"][..., 2] / file["univ_annot3"][..., 2]
        assert len(list((folder / "imageSequence").iterdir())) == annotated + missing
        assert np.ptp(ratio) < 1e-9


def test_occlusion_person_groups_eight_views_of_one_instant(tiny):
    with open(tiny("occlusion_person") / "unrealcv_train.pkl", "rb") as file:
        records = pickle.load(file)
    with open(tiny("occlusion_person") / "unrealcv_validation.pkl", "rb") as file:
        others = pickle.load(file)
    assert len(records) % 8 == 0
    assert [record["camera_id"] for record in records[:8]] == list(range(8))
    for number, record in enumerate(records):
        camera = record["camera"]
        np.testing.assert_array_equal(record["joints_gt"], records[number // 8 * 8]["joints_gt"])
        seen = (record["joints_gt"] - camera["T"].T) @ camera["R"].T
        flat = seen[:, :2] / seen[:, 2:] * [camera["fx"], camera["fy"]] + [camera["cx"], camera["cy"]]
        assert np.abs(flat - record["joints_2d"]).max() < 0.1
        assert not (record["joints_vis_2d"] & ~record["joints_vis"]).any()
        assert 400 < np.linalg.norm(record["joints_gt"][8] - record["joints_gt"][0]) < 600
    assert not {r["subject"] for r in records} & {r["subject"] for r in others}


def test_flic_people_face_the_camera_so_right_is_on_the_left(tiny):
    coords = [example["coords"] for example in loadmat(tiny("flic") / "examples.mat")["examples"][0]]
    assert np.mean([xy[0, 3] < xy[0, 0] for xy in coords]) > 0.9


def test_mpii_files_agree_with_each_other(tiny):
    root = tiny("mpii")
    entries = json.loads((root / "annot/valid.json").read_text())
    missing = loadmat(root / "annot/gt_valid.mat")["jnt_missing"]
    assert missing.shape == (16, len(entries))
    np.testing.assert_array_equal(missing.T == 0, np.array([entry["joints_vis"] for entry in entries]) == 1)
    path = root / "mpii_human_pose_v1_u12_1.mat"
    release = loadmat(path, squeeze_me=True, struct_as_record=False)["RELEASE"]
    assert sum(release.img_train) + mpii.ROUGH == len(release.annolist)
    assert len(release.annolist) == len(list((root / "images").iterdir()))


def test_ochuman_pairs_overlap_by_more_than_half(tiny):
    content = json.loads((tiny("ochuman") / "ochuman.json").read_text())
    for image in content["images"]:
        assert image["annotations"][0]["max_iou"] > 0.5


def test_crowdpose_spans_its_three_levels(tiny):
    content = json.loads((tiny("crowdpose") / "json/crowdpose_test.json").read_text())
    numbers = [image["id"] for image in content["images"]]
    assert len(set(numbers)) == len(numbers)
    assert {annotation["image_id"] for annotation in content["annotations"]} <= set(numbers)
    assert max(image["crowdIndex"] for image in content["images"]) > 0.3


def test_coco_has_pictures_without_people_and_labels_without_joints(tiny):
    folder = tiny("coco") / "annotations"
    contents = [json.loads(path.read_text()) for path in sorted(folder.iterdir())]
    images = [image["id"] for content in contents for image in content["images"]]
    annotations = [annotation for content in contents for annotation in content["annotations"]]
    assert set(images) - {annotation["image_id"] for annotation in annotations}
    flags = np.concatenate([annotation["keypoints"][2::3] for annotation in annotations])
    assert set(flags.tolist()) == {0, 1, 2}
    assert any(annotation["iscrowd"] for annotation in annotations)


def test_lsp_and_lspet_together_are_as_many_as_asked():
    scale = replace(DEFAULT, images=0.5)
    assert lspet.pictures(settings("lspet", scale)) == 5500 - 1000


def test_hidden_joints_are_told_by_the_depth_map(tiny):
    joints = loadmat(tiny("lsp") / "joints.mat")["joints"]
    assert 0.05 < joints[2].mean() < 0.5


@pytest.mark.parametrize("name", ["mpi_inf_3dhp", "lspet", "threedpw"])
def test_all_poses_come_from_the_motion_source(name, tmp_path, monkeypatch):
    asked = []
    for method in ("sequence", "poses"):
        original = getattr(MotionSource, method)

        def noted(self, *arguments, original=original):
            asked.append(np.abs(points := original(self, *arguments)).max())
            return points

        monkeypatch.setattr(MotionSource, method, noted)
    monkeypatch.setattr("repose.world.actions.action_sequence", None)
    monkeypatch.setattr("repose.world.freepose.free_poses", None)
    write_dataset(name, tmp_path, settings(name, TINY), workers=1)
    assert asked
