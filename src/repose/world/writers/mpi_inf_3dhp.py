"""MPI-INF-3DHP: training sequences as `annot.mat` and pictures, test sequences as HDF5 with MATLAB's axes.

Legend: N frames, V = 14 cameras, 28 joints in training and 17 in testing.
"""

from functools import partial
from pathlib import Path

import numpy as np

from repose.foundations.processes import ordered_map
from repose.foundations.rng import rng
from repose.geometry import Camera
from repose.world.body import Subject, sample_subject
from repose.world.cameras import mpi3dhp_cameras, mpi3dhp_test_camera
from repose.world.clips import chunks, clip
from repose.world.look import sample_look
from repose.world.points import joints_of
from repose.world.render import Figure
from repose.world.scene import sample_scene
from repose.world.settings import WorldSettings, share
from repose.world.shot import Shot, take
from repose.world.writers.matfile import TEXT, cells, save_mat

CAMERAS = 14
CHEST_HIGH = (0, 1, 2, 4, 5, 6, 7, 8)  # the cameras whose pictures are used
TRAIN_IMAGE = "{}/{}/imageFrames/video_{}/frame_{:06d}.jpg"  # subject, sequence, camera, 1-based frame
TEST_IMAGE = "mpi_inf_3dhp_test_set/{}/imageSequence/img_{:06d}.jpg"  # sequence, 1-based frame
FRAMES = {  # of the real training sequences
    "S1": (6416, 12430), "S2": (6502, 6081), "S3": (12488, 12283), "S4": (6171, 6675),
    "S5": (12820, 12312), "S6": (6188, 6145), "S7": (6239, 6320), "S8": (6468, 6054),
}  # fmt: skip
TESTS = {"TS1": 6151, "TS2": 6080, "TS3": 5838, "TS4": 6007, "TS5": 320, "TS6": 492}  # pictures
PLACES = dict(zip(TESTS, ["green_screen"] * 2 + ["no_green_screen"] * 2 + ["outdoor"] * 2, strict=True))
UNANNOTATED = {"TS3": 1, "TS4": 2}  # pictures at the end without annotation
CUT_VIDEO = ("S6", "Seq2", 2)  # this one ends before its annotation
CUT_FRAMES = 2
UNIVERSAL_MM = 1750.0  # height of the universal skeleton
CLIP = 6  # frames of continuous motion
VALID_SHARE = 0.92
USERBLOCK = 512  # bytes before the HDF5 part of a MATLAB 7.3 file


def save_annotations(
    folder: Path, joints_px: np.ndarray, joints_mm: np.ndarray, universal_mm: np.ndarray
) -> None:
    """`annot.mat` of one training sequence: (V, N, 28, 2) px, (V, N, 28, 3) mm in each camera's frame."""
    frames = joints_px.shape[1]
    flat = [values.reshape(CAMERAS, frames, -1) for values in (joints_px, joints_mm, universal_mm)]
    annot2, annot3, univ_annot3 = (cells(list(values.astype(np.float64))) for values in flat)
    variables = {
        "annot2": annot2,
        "annot3": annot3,
        "univ_annot3": univ_annot3,
        "cameras": np.arange(CAMERAS, dtype=np.float64)[None],
        "frames": np.arange(frames, dtype=np.float64)[:, None],
    }
    save_mat(folder / "annot.mat", variables)


def calibration(cameras: list[Camera]) -> str:
    """`camera.calibration`: a header, then seven lines a camera."""
    lines = ["Skeletool Camera Calibration File V1.0"]
    for number, camera in enumerate(cameras):
        intrinsic, extrinsic = np.eye(4), np.eye(4)
        intrinsic[[0, 1], [0, 1]], intrinsic[:2, 2] = camera.focal, camera.center
        extrinsic[:3, :3] = camera.rotation
        extrinsic[:3, 3] = -np.asarray(camera.rotation) @ camera.position_mm
        lines += [
            f"name          {number}",
            "  sensor      10 10",
            f"  size        {camera.width} {camera.height}",
            "  animated    0",
            f"  intrinsic   {numbers(intrinsic)} ",
            f"  extrinsic   {numbers(extrinsic)} ",
            "  radial      0",
        ]
    return "\n".join(lines) + "\n"


def numbers(matrix: np.ndarray) -> str:
    return " ".join(f"{value:.9g}" for value in matrix.ravel().tolist())


def save_test_annotations(
    folder: Path, joints_px: np.ndarray, joints_mm: np.ndarray, universal_mm: np.ndarray,
    valid: np.ndarray, activity: np.ndarray, box: np.ndarray,
) -> None:  # fmt: skip
    """`annot_data.mat` of one test sequence: (N, 17, 2) px, (N, 17, 3) mm, (N), (N), (N, 4)."""
    import h5py

    folder.mkdir(parents=True, exist_ok=True)
    cropped = (joints_px - box[:, None, :2]).reshape(len(joints_px), -1)
    columns = {
        "activity_annotation": activity[:, None],
        "annot2": joints_px[:, None],
        "annot3": joints_mm[:, None],
        "bb_crop": cropped,
        "univ_annot3": universal_mm[:, None],
        "valid_frame": valid[:, None],
    }
    path = folder / "annot_data.mat"
    with h5py.File(path, "w", userblock_size=USERBLOCK) as file:
        for name, values in columns.items():
            file.create_dataset(name, data=values.astype(np.float64)).attrs["MATLAB_class"] = np.bytes_(
                "double"
            )
    with open(path, "r+b") as block:
        block.write(TEXT.replace(b"5.0", b"7.3").ljust(124) + b"\x00\x02IM")


def write(folder: Path, settings: WorldSettings, workers: int) -> None:
    """Training and test sequences."""
    jobs = training_jobs(settings)
    drawn = ordered_map(
        partial(draw_training, folder, settings), jobs, workers, "mpi_inf_3dhp train", chunk=1
    )
    clips: dict[tuple[str, str], list[np.ndarray]] = {}
    for (subject, sequence, *_), joints in zip(jobs, drawn, strict=True):
        clips.setdefault((subject, sequence), []).append(joints)
    for (subject, sequence), parts in clips.items():
        save_training(folder, settings, subject, sequence, np.concatenate(parts))
    tests = [
        (name, first, length)
        for name, count in test_counts(settings).items()
        for first, length in chunks(count, CLIP)
    ]
    shown = ordered_map(partial(draw_test, folder, settings), tests, workers, "mpi_inf_3dhp test", chunk=1)
    parts_of: dict[str, list[tuple[np.ndarray, ...]]] = {}
    for (name, *_), labels in zip(tests, shown, strict=True):
        parts_of.setdefault(name, []).append(labels)
    for name, labels in parts_of.items():
        save_test(folder, settings, name, [np.concatenate(columns) for columns in zip(*labels, strict=True)])


def training_frames(settings: WorldSettings) -> dict[tuple[str, str], int]:
    """Frames of each training sequence; each is seen by the chest-high cameras."""
    names = [(subject, f"Seq{n + 1}") for subject in FRAMES for n in (0, 1)]
    real = [float(count) for counts in FRAMES.values() for count in counts]
    total = round(settings.compressed("train") / len(CHEST_HIGH))
    return dict(zip(names, (max(2, n) for n in share(total, real)), strict=True))


def training_jobs(settings: WorldSettings) -> list[tuple[str, str, int, int, int]]:
    """Subject, sequence, first frame and length of every clip, and the length of its sequence."""
    return [
        (*name, first, length, count)
        for name, count in training_frames(settings).items()
        for first, length in chunks(count, CLIP)
    ]


def test_counts(settings: WorldSettings) -> dict[str, int]:
    """Pictures of each test sequence; their lengths are drawn towards each other as the sets' sizes are."""
    weights = [float(count) ** settings.scale.compression for count in TESTS.values()]
    return dict(zip(TESTS, (max(4, n) for n in share(settings.tested("test"), weights)), strict=True))


def scaled_cameras(settings: WorldSettings, subject: str) -> list[Camera]:
    """The fourteen cameras of a subject's recordings."""
    cameras = mpi3dhp_cameras(subject)
    return [rescaled(settings, cameras[number]) for number in range(CAMERAS)]


def rescaled(settings: WorldSettings, camera: Camera) -> Camera:
    longest = max(camera.width, camera.height)
    return camera.scaled((settings.scale.image_px or longest) / longest)


def actor(settings: WorldSettings, name: str) -> Subject:
    """A subject of the training set, or of one test sequence."""
    return sample_subject(settings.seed, "mpi_inf_3dhp", name)


def draw_training(folder: Path, settings: WorldSettings, job: tuple[str, str, int, int, int]) -> np.ndarray:
    """The pictures of one clip from eight sides; its joints (n, 28, 3) in the world."""
    name, sequence, first, length, count = job
    subject = actor(settings, name)
    key = ("mpi_inf_3dhp", name, sequence, first)
    points, _ = clip(settings.motion, subject, length, settings.seed, *key)
    look = sample_look(settings.seed, "mpi_inf_3dhp", name, sequence)
    cameras = scaled_cameras(settings, name)
    figures = [Figure(pose, subject, look) for pose in points]
    studio = sample_scene("green_screen", figures, cameras, settings.seed, *key[:3])
    for n, figure in enumerate(figures):
        for view in CHEST_HIGH:
            if (name, sequence, view) == CUT_VIDEO and first + n >= count - CUT_FRAMES:
                continue
            shot = take([figure], cameras[view], studio, settings.seed, *key, n, view)
            shot.save(folder / TRAIN_IMAGE.format(name, sequence, view, first + n + 1))
    return joints_of(points, "mpi3dhp28")


def save_training(
    folder: Path, settings: WorldSettings, name: str, sequence: str, world_mm: np.ndarray
) -> None:
    """Annotation and calibration of one sequence with joints (N, 28, 3)."""
    cameras = scaled_cameras(settings, name)
    points = np.stack([camera.to_camera(world_mm) for camera in cameras])
    pixels = np.stack([camera.project(seen) for camera, seen in zip(cameras, points, strict=True)])
    universal = points * (UNIVERSAL_MM / actor(settings, name).height_mm)
    save_annotations(folder / name / sequence, pixels, points, universal)
    (folder / name / sequence / "camera.calibration").write_text(calibration(cameras))


def draw_test(folder: Path, settings: WorldSettings, job: tuple[str, int, int]) -> tuple[np.ndarray, ...]:
    """The pictures of a test clip: px (n, 17, 2), mm (n, 17, 3), valid (n), activity (n), box (n, 4)."""
    name, first, length = job
    subject = actor(settings, name)
    key = ("mpi_inf_3dhp", name, first)
    points, activity = clip(settings.motion, subject, length, settings.seed, *key)
    look = sample_look(settings.seed, "mpi_inf_3dhp", name)
    camera = rescaled(settings, mpi3dhp_test_camera(name))
    figures = [Figure(pose, subject, look) for pose in points]
    place = sample_scene(PLACES[name], figures, camera, settings.seed, *key[:2])
    shots: list[Shot] = []
    for n, figure in enumerate(figures):
        shots.append(take([figure], camera, place, settings.seed, *key, n))
        shots[-1].save(folder / TEST_IMAGE.format(name, first + n + 1))
    seen = [shot.joints("mpi3dhp17") for shot in shots]
    valid = rng(settings.seed, *key, "valid").random(length) < VALID_SHARE
    boxes = np.concatenate([shot.body_boxes() for shot in shots])
    pixels, millimetres = np.concatenate([s.px for s in seen]), np.concatenate([s.mm for s in seen])
    return pixels, millimetres, valid, np.full(length, activity), boxes


def save_test(folder: Path, settings: WorldSettings, name: str, columns: list[np.ndarray]) -> None:
    """Annotation of one test sequence, without its last frames where the real one lacks them."""
    last = len(columns[0]) - UNANNOTATED.get(name, 0)
    pixels, millimetres, valid, activity, boxes = (column[:last] for column in columns)
    universal = millimetres * (UNIVERSAL_MM / actor(settings, name).height_mm)
    target = folder / "mpi_inf_3dhp_test_set" / name
    save_test_annotations(target, pixels, millimetres, universal, valid, activity, boxes)


def pictures(settings: WorldSettings) -> int:
    """How many image files this set has."""
    frames = sum(training_frames(settings).values())
    return frames * len(CHEST_HIGH) - CUT_FRAMES + sum(test_counts(settings).values())
