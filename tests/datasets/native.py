"""Tiny data sets in their published formats, written by hand for the tests of the readers."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from repose.datasets.h36m_cameras import published_camera
from repose.geometry import Camera, look_at

H36M_SUBJECTS = ("S1", "S5", "S6", "S7", "S8", "S9", "S11")


def save_json(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def save_pickle(path: Path, value: Any, protocol: int = 2) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(value, protocol))


def save_picture(path: Path, width: int = 64, height: int = 48) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height), (90, 120, 150)).save(path)


def person(rng: np.random.Generator, joints: int, frames: int = 1) -> np.ndarray:
    """Points (frames, joints, 3) in millimetres, some metres wide, z up."""
    size = np.array([600.0, 600.0, 1700.0])
    walk = np.linspace(0, 1500, frames)[:, None, None] * [1.0, 0.3, 0.0]
    return rng.uniform(0, 1, (1, joints, 3)) * size + walk + rng.normal(0, 30, (frames, joints, 3))


# Human3.6M ------------------------------------------------------------------------------------------------


def h36m_camera(index: int, subject: int) -> Camera:
    """One of the four cameras, near where the real ones stand."""
    import dataclasses

    corner = np.array(
        [(1800, 5000, 1600), (1800, -5000, 1600), (-1700, 5200, 1500), (-1700, -3800, 1550)][index]
    )
    position = corner + 40.0 * subject
    return dataclasses.replace(
        published_camera(index), position_mm=position, rotation=look_at(position, np.array([0.0, 0.0, 900.0]))
    )


def write_h36m(
    root: Path,
    frames: int = 12,
    truth_joints: int = 17,
    detections: bool = True,
    swap_tangential: bool = False,
) -> dict[str, list[Camera]]:
    """The npz trio of seven subjects and three takes; detections are three frames longer than the rest."""
    from repose.datasets.h36m import KEPT, WITHOUT_NOSE

    rng = np.random.default_rng(0)
    positions: dict[str, Any] = {}
    truth: dict[str, Any] = {}
    detected: dict[str, Any] = {"S2": {"Walking": [np.zeros((5, 17, 2), np.float32)] * 4}}
    cameras: dict[str, list[Camera]] = {}
    for number, subject in enumerate(H36M_SUBJECTS):
        cameras[subject] = [h36m_camera(index, number) for index in range(4)]
        positions[subject], truth[subject], detected[subject] = {}, {}, {}
        for take in ("Directions", "Directions 1", "WalkingDog"):
            world = person(rng, 32, frames)
            positions[subject][take] = (world / 1000).astype(np.float32)
            truth[subject][take], detected[subject][take] = [], []
            for camera in cameras[subject]:
                seen = project(camera, world[:, KEPT], swap_tangential)
                kept = seen if truth_joints == 17 else seen[:, WITHOUT_NOSE]
                truth[subject][take].append(kept.astype(np.float32))
                found = np.concatenate([seen, seen[-3:]]) + rng.normal(0, 3, (len(seen) + 3, 17, 2))
                detected[subject][take].append(
                    np.concatenate([found, found[..., :1] * 0 + 0.9], 2).astype(np.float32)
                )
    root.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(root / "data_3d_h36m.npz", positions_3d=positions)
    metadata = {
        "layout_name": "h36m",
        "num_joints": truth_joints,
        "keypoints_symmetry": [[4, 5, 6], [1, 2, 3]],
    }
    np.savez_compressed(root / "data_2d_h36m_gt.npz", positions_2d=truth, metadata=metadata)
    if detections:
        np.savez_compressed(
            root / "data_2d_h36m_cpn_ft_h36m_dbb.npz", positions_2d=detected, metadata=metadata
        )
    return cameras


def project(camera: Camera, world: np.ndarray, swap_tangential: bool) -> np.ndarray:
    import dataclasses

    if swap_tangential:
        camera = dataclasses.replace(camera, tangential=camera.tangential[::-1])
    return camera.project(camera.to_camera(world))


# MPI-INF-3DHP ---------------------------------------------------------------------------------------------


def write_mpi_inf_3dhp(root: Path, frames: int = 3, matlab_axes: bool = False) -> None:
    """Sixteen training and six test sequences of small pictures; some joints are outside one of them."""
    rng = np.random.default_rng(1)
    names = ["name", "sensor 10 10", "size 64 64", "animated 0", "intrinsic 1", "extrinsic 1", "radial 0"]
    for subject in range(1, 9):
        for number in (1, 2):
            folder = root / f"S{subject}" / f"Seq{number}"
            points = np.stack([front(rng, frames, 28) for _ in range(14)])  # 14, N, 28, 3
            pixels = 32 + 30 * points[..., :2] / points[..., 2:]
            if (subject, number) == (1, 1):
                pixels[0, 0, get_joint("mpi3dhp28", "l_wrist")] = (70, 10)  # outside
                pixels[1, 0, get_joint("mpi3dhp28", "l_toe")] = (70, 10)  # outside, but no joint of MPII's
            save_annotations(folder, pixels, points, points * 1.1)
            lines = ["Skeletool Camera Calibration File V1.0", *names * 14]
            (folder / "camera.calibration").write_text("\n".join(lines))
            for camera in (0, 1, 2, 4, 5, 6, 7, 8):
                for frame in range(frames - ((subject, number, camera) == (6, 2, 2))):
                    save_picture(folder / f"imageFrames/video_{camera}/frame_{frame + 1:06d}.jpg", 64, 64)
    for number in range(1, 7):
        write_test_sequence(root / "mpi_inf_3dhp_test_set" / f"TS{number}", rng, frames, number, matlab_axes)


def front(rng: np.random.Generator, frames: int, joints: int) -> np.ndarray:
    """Points (frames, joints, 3) a few metres before a camera, mm."""
    return person(rng, joints, frames)[..., [0, 2, 1]] * [0.5, 0.5, 1] + [-400.0, -600.0, 3500.0]


def get_joint(skeleton: str, name: str) -> int:
    from repose.skeletons import get_skeleton

    return get_skeleton(skeleton).index(name)


def save_annotations(folder: Path, pixels: np.ndarray, points: np.ndarray, universal: np.ndarray) -> None:
    from scipy.io import savemat

    folder.mkdir(parents=True, exist_ok=True)
    content = {}
    for name, values in (("annot2", pixels), ("annot3", points), ("univ_annot3", universal)):
        content[name] = np.empty((14, 1), object)
        for camera in range(14):
            content[name][camera, 0] = values[camera].reshape(len(values[camera]), -1)
    savemat(folder / "annot.mat", content)


def write_test_sequence(
    folder: Path, rng: np.random.Generator, frames: int, number: int, matlab_axes: bool
) -> None:
    import h5py

    folder.mkdir(parents=True)
    points = front(rng, frames, 17)
    width, height = (64, 64) if number < 5 else (96, 54)
    pixels = np.array([width, height]) / 2 + 25 * points[..., :2] / points[..., 2:]
    content = {"annot2": pixels[:, None], "annot3": points[:, None], "univ_annot3": points[:, None] * 0.9}
    with h5py.File(folder / "annot_data.mat", "w") as file:
        for name, values in content.items():
            file[name] = values.T if matlab_axes else values
        file["valid_frame"] = np.arange(frames)[:, None] % 2.0
        file["activity_annotation"] = np.full((frames, 1), float(number))
    for frame in range(frames):
        save_picture(folder / f"imageSequence/img_{frame + 1:06d}.jpg", width, height)


# Human3.6M, ECCV 2018 challenge ---------------------------------------------------------------------------


def eccv_records(rng: np.random.Generator, count: int) -> list[dict[str, Any]]:
    records = []
    for number in range(count):
        relative = front(rng, 1, 18)[0]
        relative -= relative[0]
        points = relative * 0.03 + [32, 24, 0]
        records.append({
            "image": f"s_09_act_0{number + 2}_subact_01_ca_03/x.jpg", "joints_3d": points,
            "joints_3d_vis": np.ones((18, 3)), "joints_3d_relative": relative, "s": 0.03,
            "center_x": 32.0, "center_y": 24.0, "width": 30.0, "height": 40.0,
        })  # fmt: skip
    return records


def write_h36m_eccv(root: Path) -> None:
    rng = np.random.default_rng(2)
    for split, count in (("Train", 4), ("Val", 3)):
        folder = root / f"msra_cache/HM36_eccv_challenge_{split}_cache"
        name = f"HM36_eccv_challenge_{split}_w288xh384_keypoint_jnt_bbox_db.pkl"
        save_pickle(folder / name, eccv_records(rng, count))
        for number in range(count):
            save_picture(root / f"ECCV18_Challenge/{split}/IMG/{number + 1:05d}.jpg")


# Occlusion-Person -----------------------------------------------------------------------------------------


def write_occlusion_person(
    root: Path, scale: float = 1.0, image: str = "a05_sa01_s14_sce00/{}_000000.jpg"
) -> None:
    """Eight views of one instant in each split; joint 14 is hidden."""
    rng = np.random.default_rng(3)
    for name in ("train", "validation"):
        records = []
        for camera in range(8):
            points = front(rng, 1, 15)[0]
            points[[0, 8]] = [[0, 0, 4000], [0, -500, 4000]]
            pixels = [32, 24] + 30 * points[:, :2] / points[:, 2:]
            seen = np.arange(15)[:, None] < 14
            records.append({
                "image": image.format(f"{camera:02d}"), "joints_2d": pixels, "joints_3d": points * scale,
                "joints_vis": np.ones((15, 1)), "joints_vis_2d": seen,
                "box": np.array([10.0, 5.0, 50.0, 40.0]), "image_id": 7, "subject": 14,
                "action": 5, "subaction": 1, "camera_id": camera,
            })  # fmt: skip
            if "{}_" in image and not image.startswith(("/", "..")):
                save_picture(root / "images" / image.format(f"{camera:02d}"))
        save_pickle(root / f"unrealcv_{name}.pkl", records)


# MPII -----------------------------------------------------------------------------------------------------

MPII_PEOPLE = {"train": [("a.jpg", 2), ("b.jpg", 1)], "valid": [("c.jpg", 2)]}


def mpii_people(split: str) -> list[dict[str, Any]]:
    """People with pixels from 1; joint 0 has no label, joint 3 is hidden."""
    rng = np.random.default_rng(len(split))
    people = []
    for image, count in MPII_PEOPLE[split]:
        for number in range(count):
            joints = np.round(rng.uniform(5, 40, (16, 2)), 2)
            joints[0] = -1
            people.append({
                "image": image, "joints": joints, "center": joints[1:].mean(0), "scale": 0.2 + number,
                "head": np.array([10.0, 5, 13, 9]), "single": number == 0,
            })  # fmt: skip
    return people


def write_mpii(root: Path, form: str) -> None:
    """Labels as `xiao`, `bearpaw`, `newell` or `release`, and the pictures."""
    for image, _ in MPII_PEOPLE["train"] + MPII_PEOPLE["valid"]:
        save_picture(root / "images" / image)
    {"xiao": mpii_xiao, "bearpaw": mpii_bearpaw, "newell": mpii_newell, "release": mpii_release}[form](root)


def mpii_xiao(root: Path) -> None:
    for split in MPII_PEOPLE:
        save_json(root / "annot" / f"{split}.json", [
            {
                "image": p["image"], "joints": p["joints"].tolist(), "center": p["center"].tolist(),
                "joints_vis": [int(j not in (0, 3)) for j in range(16)], "scale": p["scale"],
            }
            for p in mpii_people(split)
        ])  # fmt: skip


def mpii_bearpaw(root: Path) -> None:
    entries = []
    for split in MPII_PEOPLE:
        for p in mpii_people(split):
            flags = np.array([[j not in (0, 3)] for j in range(16)], float)
            joints = np.concatenate([np.maximum(p["joints"], 0), flags], axis=1)
            entries.append({
                "dataset": "MPI", "isValidation": float(split == "valid"), "img_paths": p["image"],
                "objpos": p["center"].tolist(), "joint_self": joints.tolist(), "scale_provided": p["scale"],
            })  # fmt: skip
    save_json(root / "mpii_annotations.json", entries)


def mpii_newell(root: Path) -> None:
    import h5py

    for split in MPII_PEOPLE:
        people = mpii_people(split)
        with h5py.File(root / f"{split}.h5", "w") as file:
            names = [p["image"].ljust(8, "\0").encode() for p in people]
            file["imgname"] = np.array([list(name) for name in names], float)
            file["part"] = np.stack([np.maximum(p["joints"], 0) for p in people])
            file["center"] = np.stack([p["center"] for p in people])
            file["scale"] = np.array([p["scale"] for p in people])
            file["visible"] = np.array([[j not in (0, 3) for j in range(16)]] * len(people), float)


def mpii_release(root: Path) -> None:
    """Flags are a number, a character or absent; `d.jpg` is a test picture without labels."""
    from scipy.io import savemat

    images: list[dict[str, Any]] = []
    single = []
    for split in MPII_PEOPLE:
        for image, _ in MPII_PEOPLE[split]:
            own = [p for p in mpii_people(split) if p["image"] == image]
            images.append({"image": {"name": image}, "annorect": struct([rectangle(p) for p in own])})
            single.append([k + 1.0 for k, p in enumerate(own) if p["single"]])
    images.append({"image": {"name": "d.jpg"}, "annorect": struct([{"scale": 1.0}])})
    cells = np.empty((len(images), 1), object)
    for number, ids in enumerate([*single, []]):
        cells[number, 0] = np.array(ids)[:, None] if ids else np.zeros((0, 0))
    train = np.array([[1.0] * (len(images) - 1) + [0.0]])
    release = {"annolist": struct(images), "img_train": train, "single_person": cells}
    savemat(root / "mpii_human_pose_v1_u12_1.mat", {"RELEASE": release})


def rectangle(person: dict[str, Any]) -> dict[str, Any]:
    points = []
    for joint in range(1, 16):
        x, y = person["joints"][joint].tolist()
        flag: Any = "0" if joint == 3 else np.zeros((0, 0)) if joint == 9 else "1" if joint == 4 else 1.0
        points.append({"x": x, "y": y, "id": float(joint), "is_visible": flag})
    head = dict(zip(("x1", "y1", "x2", "y2"), person["head"].tolist(), strict=True))
    x, y = person["center"].tolist()
    position = {"x": x, "y": y}
    return {"scale": person["scale"], "objpos": position, "annopoints": {"point": struct(points)}, **head}


def struct(records: list[dict[str, Any]]) -> np.ndarray:
    """A MATLAB struct array."""
    array = np.empty((1, len(records)), dtype=[(name, object) for name in records[0]])
    for number, record in enumerate(records):
        array[0, number] = tuple(record.values())
    return array


# Leeds Sports Poses ---------------------------------------------------------------------------------------


def write_lsp(root: Path, count: int = 6, flag_of_visible: float = 0.0, extended: bool = False) -> None:
    """Joint 5 of every picture is flagged unlike the others. LSP: (3, 14, N); extended: (14, 3, N)."""
    from scipy.io import savemat

    rng = np.random.default_rng(4)
    rows = np.full((count, 14, 3), flag_of_visible)
    rows[..., :2] = rng.uniform(2, 40, (count, 14, 2))
    rows[:, 5, 2] = 1 - flag_of_visible
    root.mkdir(parents=True, exist_ok=True)
    savemat(root / "joints.mat", {"joints": rows.transpose(1, 2, 0) if extended else rows.transpose(2, 1, 0)})
    for number in range(1, count + 1):
        save_picture(root / f"images/im{number:0{5 if extended else 4}d}.jpg", 60 + number, 48)


# FLIC -----------------------------------------------------------------------------------------------------


def write_flic(root: Path) -> None:
    """Three training, two test and one bad example; a frontal person: their right is the picture's left."""
    from scipy.io import savemat

    examples = []
    for number, kind in enumerate(("istrain", "istest", "istrain", "isbad", "istrain", "istest")):
        coords = np.full((2, 29), np.nan)
        coords[:, [0, 1, 2, 3, 4, 5, 6, 9, 12, 13, 16]] = [
            [40, 45, 47, 20, 15, 13, 36, 24, 32, 28, 30], [20, 30, 40, 20, 30, 40, 45, 45, 8, 8, 11],
        ]  # fmt: skip
        flags = {name: float(name == kind) for name in ("istrain", "istest", "isbad", "isunchecked")}
        examples.append({
            "poselet_hit_idx": np.ones((1, 2)), "moviename": "12-oclock-high", "coords": coords,
            "filepath": f"film-{number:04d}.jpg", "imgdims": np.array([[48.0, 64, 3]]),
            "currframe": float(number), "torsobox": np.array([[20.0, 20, 40, 45]]), **flags,
        })  # fmt: skip
        save_picture(root / f"images/film-{number:04d}.jpg")
    savemat(root / "examples.mat", {"examples": struct(examples)})


# COCO, CrowdPose, OCHuman ---------------------------------------------------------------------------------


def coco_file(joints: int, area: bool, people: int = 3) -> dict[str, Any]:
    """Two pictures, the second empty; the last annotation is a crowd; joint 0 has no label, 1 is hidden."""
    keypoints = [[0.0, 0, 0], [5.0, 6, 1], *([10.0 + j, 20.0, 2] for j in range(2, joints))]
    annotations = []
    for number in range(people):
        crowd = number == people - 1
        annotation = {
            "id": 100 + number, "image_id": 7, "category_id": 1, "iscrowd": int(crowd),
            "bbox": [4, 5, 20, 30],
            "keypoints": [0] * (3 * joints) if crowd else [v for point in keypoints for v in point],
        }  # fmt: skip
        annotations.append(annotation | ({"area": 321.5} if area else {}))
    images = [
        {"id": i, "file_name": f"{i:012d}.jpg", "width": 64, "height": 48, "crowdIndex": 0.1 * i}
        for i in (7, 9)
    ]
    return {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "person"}]}


def write_coco(root: Path) -> None:
    for split in ("train2017", "val2017"):
        save_json(root / f"annotations/person_keypoints_{split}.json", coco_file(17, area=True))
        for number in (7, 9):
            save_picture(root / split / f"{number:012d}.jpg")


def write_crowdpose(root: Path) -> None:
    for split in ("train", "val", "test"):
        save_json(root / f"json/crowdpose_{split}.json", coco_file(14, area=False))
    for number in (7, 9):
        save_picture(root / f"images/{number:012d}.jpg")


OCHUMAN_NAMES = [
    *("right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist"),
    *("right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle"),
    *("head", "neck", "right_ear", "left_ear", "nose", "right_eye", "left_eye"),
]


def write_ochuman(root: Path) -> None:
    """Ten pictures with one whole person (flags 0 to 3 in turn) and one with a box only."""
    images = []
    for number in range(1, 11):
        keypoints = [v for j in range(19) for v in (10.0 + j, 20.0, j % 4)]
        whole = {
            "bbox": [5, 6, 45, 36],
            "keypoints": keypoints,
            "segms": {"outer": [[1, 2, 3]]},
            "max_iou": 0.6,
        }
        part = {"bbox": [1, 1, 9, 9], "keypoints": None, "segms": None, "max_iou": 0.6}
        name = f"{number:06d}"
        size = {"width": 64, "height": 48}
        images.append({"image_id": name, "file_name": f"{name}.jpg", **size, "annotations": [whole, part]})
        save_picture(root / f"images/{name}.jpg")
    visible = {"missing": 0, "vis": 1, "self_occluded": 2, "others_occluded": 3}
    content = {"keypoint_names": OCHUMAN_NAMES, "keypoint_visible": visible, "images": images}
    save_json(root / "ochuman.json", content)


def write_ochuman_exports(root: Path) -> None:
    for split in ("val", "test"):
        save_json(root / f"ochuman_coco_format_{split}_range_0.00_1.00.json", coco_file(17, area=True))
    for number in (7, 9):
        save_picture(root / f"images/{number:012d}.jpg")


# 3DPW -----------------------------------------------------------------------------------------------------


def write_threedpw(root: Path, frames: int = 3) -> None:
    """One sequence a split, of two people; the first joint of the second has no score."""
    rng = np.random.default_rng(5)
    for split in ("train", "validation", "test"):
        poses2d = [rng.uniform(5, 40, (frames, 3, 18)) for _ in range(2)]
        poses2d[0][:, 2], poses2d[1][:, 2] = 0.8, 0.8
        poses2d[1][:, :, 0] = 0
        sequence = {
            "poses2d": poses2d, "cam_poses": np.tile(np.eye(4), (frames, 1, 1)),
            "img_frame_ids": np.arange(frames),
            "campose_valid": [np.ones(frames), np.zeros(frames)], "cam_intrinsics": np.eye(3),
            "jointPositions": [rng.normal(0, 0.3, (frames, 72)) for _ in range(2)], "sequence": f"{split}_00",
        }  # fmt: skip
        save_pickle(root / f"sequenceFiles/{split}/{split}_00.pkl", sequence)
        for frame in range(frames):
            save_picture(root / f"imageFiles/{split}_00/image_{frame:05d}.jpg", 36, 64)
