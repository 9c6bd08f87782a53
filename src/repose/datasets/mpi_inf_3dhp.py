"""MPI-INF-3DHP as downloaded, its training videos extracted to pictures.

Training: `S{1..8}/Seq{1,2}/annot.mat` with one cell per camera of `annot2` (N, 56) px and `annot3`,
`univ_annot3` (N, 84) mm, both in that camera's frame, `camera.calibration` beside it, and pictures
`imageFrames/video_{camera}/frame_%06d.jpg`, counted from 1. Test:
`mpi_inf_3dhp_test_set/TS{1..6}/annot_data.mat`, HDF5 with MATLAB's axes reversed, and
`imageSequence/img_%06d.jpg`.

Choices: the eight chest-high cameras; every frame; `annot3` as 3D joints (the test set's `univ_annot3` as
`joints3d_univ`). Left out, and counted: frames with any of the joints that MPII's sixteen are made of
outside the picture, and frames without a picture (one video is shorter than its annotation). The test set's
`valid` flag is kept as a column and not applied. All labelled joints count as visible. Without any of the
folders S1 to S8, the test set is read alone.

Legend: N frames, J joints (28 in training, 17 in the test set).
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from repose.datasets.manifest import MARKER
from repose.datasets.pictures import Pictures
from repose.datasets.sources import fault, first_existing, numbers, read_h5, read_lines, read_mat, shown
from repose.datasets.tables import inside_frame, pose_table
from repose.foundations.errors import ReposeError
from repose.skeletons import conversion, get_skeleton
from repose.skeletons.posetable import PoseTable, encode

FILES: tuple[str, ...] = (
    "S*/Seq*/annot.mat", "S*/Seq*/camera.calibration", "S*/Seq*/imageFrames/*.jpg",
    "*TS*/annot_data.mat", "*TS*/imageSequence/*.jpg",
)  # fmt: skip
SEQUENCES = tuple(f"S{subject}/Seq{number}" for subject in range(1, 9) for number in (1, 2))
TEST_SEQUENCES = tuple(f"TS{number}" for number in range(1, 7))
TEST_FOLDERS = ("mpi_inf_3dhp_test_set", "mpi_inf_3dhp_test_set/mpi_inf_3dhp_test_set", "test", ".")
CAMERAS = (0, 1, 2, 4, 5, 6, 7, 8)  # chest-high ones
ALL_CAMERAS = 14
TRAIN_IMAGE, TEST_IMAGE = "{}/imageFrames/video_{}/frame_{:06d}.jpg", "{}/imageSequence/img_{:06d}.jpg"
ACTIVITIES = (
    "Standing/Walking", "Exercising", "Sitting", "Reaching/Crouching", "On The Floor", "Sports",
    "Miscellaneous",
)  # fmt: skip
OUTSIDE, NO_PICTURE = "a joint outside the picture", "no picture of the frame"
SCENES = {
    "green screen": ("TS1", "TS2"), "no green screen": ("TS3", "TS4"), "outdoors": ("TS5", "TS6"),
}  # fmt: skip
PUBLISHED_FRAMES = 2929  # of the test set, as papers on lifting count them: valid, all joints in the picture
NO_TRAINING = "no training set: none of the folders S1 to S8 is there"
FEW = 10  # frames; a longer video without a single picture was not extracted
PER_SIZE = 0.01  # how far x/z may differ between the two kinds of 3D annotation


def read(root: Path, pictures: Pictures) -> dict[str, PoseTable]:
    """Training and test set, or the test set alone; of real files, what the test set holds is counted."""
    complete = has_training_set(root)
    train = {"train": read_train(root, pictures)} if complete else {}
    test = read_test(root, pictures)
    notes = [] if complete else [NO_TRAINING]
    if not (root / MARKER).is_file():
        notes.append(frames_note(test))
    meta = test.meta | {"notes": [*test.meta["notes"], *notes]}
    return train | {"test": dataclasses.replace(test, meta=meta)}


def has_training_set(root: Path) -> bool:
    """Whether any training subject is there."""
    return any((root / sequence).parent.is_dir() for sequence in SEQUENCES)


def frames_note(test: PoseTable) -> str:
    """How many valid frames show all joints, by scene, beside the number that papers state."""
    valid = test.extra["valid"].astype(bool)
    whole = valid & inside_frame(test.joints2d, test.image_size).all(axis=1)
    films, kept = test.words("sequence")[whole], int(valid.sum())
    scenes = ", ".join(f"{scene} {np.isin(films, names).sum():,}" for scene, names in SCENES.items())
    more = len(films) - PUBLISHED_FRAMES
    beside = f"{abs(more):,} {'more' if more > 0 else 'fewer'} than" if more else "the same as"
    tested = f"; {kept:,} with all joints that MPII's are made of" if kept != len(films) else ""
    return (
        f"{len(films):,} valid frames with all joints in the picture ({scenes}), {beside} the published "
        f"{PUBLISHED_FRAMES:,}{tested}"
    )


def mapped_joints(skeleton: str) -> np.ndarray:
    """The joints that MPII's sixteen are made of."""
    return get_skeleton(skeleton).indices(
        dict.fromkeys(name for source in conversion(skeleton, "mpii16").values() for name in source.joints)
    )


class Rows:
    """Frames gathered view by view; those left out are counted."""

    def __init__(self) -> None:
        self.parts: dict[str, list[np.ndarray]] = {}
        self.words: dict[str, list[str]] = {"subject": [], "sequence": [], "camera": []}
        self.lengths: list[int] = []
        self.names: list[str] = []
        self.dropped = {OUTSIDE: 0, NO_PICTURE: 0}

    def add(
        self, kept: np.ndarray, names: list[str], words: tuple[str, str, str], columns: dict[str, np.ndarray]
    ) -> None:
        """The kept rows of one view."""
        for name, column in columns.items():
            self.parts.setdefault(name, []).append(column[kept])
        for name, word in zip(self.words, words, strict=True):
            self.words[name].append(word)
        self.names += [names[i] for i in np.flatnonzero(kept)]
        self.lengths.append(int(kept.sum()))

    def kept(self, points: np.ndarray, size: np.ndarray, there: np.ndarray) -> np.ndarray:
        """Which frames are kept: those with all points (N, …, 2) in the picture, and with a picture."""
        inside = inside_frame(points, size).all(axis=1)
        self.dropped[NO_PICTURE] += int((~there).sum())
        self.dropped[OUTSIDE] += int((there & ~inside).sum())
        return np.asarray(there & inside)

    def table(self, split: str, skeleton: str, where: Path, **more: Any) -> PoseTable:
        """The pose table of all rows."""
        if not self.names:
            raise fault(where, f"no usable frame ({self.dropped})", "frames with all joints in the picture")
        columns = {name: np.concatenate(parts) for name, parts in self.parts.items()}
        coded = {}
        for name, words in self.words.items():
            codes, known = encode(words)
            coded[name] = np.repeat(codes, self.lengths), known
        if "activity" in columns:
            coded["action"] = columns.pop("activity"), ACTIVITIES
        joints2d, size = columns.pop("joints2d"), columns.pop("size")
        return pose_table(
            "mpi_inf_3dhp", split, skeleton, joints2d, np.ones(joints2d.shape[:2], bool), size,
            joints3d=columns.pop("joints3d"), frame=columns.pop("frame"), columns=coded, extra=columns,
            image=np.arange(len(joints2d)), image_names=self.names, image_sizes=size, dropped=self.dropped,
        )  # fmt: skip


def read_train(root: Path, pictures: Pictures) -> PoseTable:
    """The training sequences of the chest-high cameras."""
    rows, mapped = Rows(), mapped_joints("mpi3dhp28")
    for sequence in SEQUENCES:
        path = root / sequence / "annot.mat"
        content = read_mat(path, "annot2", "annot3", "univ_annot3")
        sizes = calibrated_sizes(root / sequence / "camera.calibration")
        for camera in CAMERAS:
            where = f"{path}: camera {camera}"
            joints2d = cell(content["annot2"], camera, 2, where, "annot2")
            joints_mm = cell(content["annot3"], camera, 3, where, "annot3")
            check_universal(joints_mm, cell(content["univ_annot3"], camera, 3, where, "univ_annot3"), where)
            if len(joints2d) != len(joints_mm):
                raise fault(where, f"{len(joints2d)} 2D and {len(joints_mm)} 3D poses", "as many of both")
            names = [TRAIN_IMAGE.format(sequence, camera, frame + 1) for frame in range(len(joints2d))]
            there = pictures.there(names)
            if not there.any() and len(there) > FEW:
                raise no_pictures(root, sequence, camera)
            kept = rows.kept(joints2d[:, mapped], sizes[camera], there)
            subject, number = sequence.split("/")
            columns = view_columns(joints2d, joints_mm, sizes[camera], "mpi3dhp28")
            rows.add(kept, names, (subject, f"{subject} {number}", str(camera)), columns)
    return rows.table("train", "mpi3dhp28", root)


def view_columns(
    joints2d: np.ndarray, joints_mm: np.ndarray, size: np.ndarray, skeleton: str
) -> dict[str, np.ndarray]:
    """The columns of one view's frames."""
    root = get_skeleton(skeleton).index(get_skeleton(skeleton).root)
    return {
        "joints2d": joints2d.astype(np.float32),
        "joints3d": (joints_mm - joints_mm[:, [root]]).astype(np.float32),
        "root_mm": joints_mm[:, root].astype(np.float32),
        "frame": np.arange(len(joints2d), dtype=np.int32),
        "size": np.tile(size.astype(np.int32), (len(joints2d), 1)),
    }


def cell(cells: Any, camera: int, axes: int, where: str, name: str) -> np.ndarray:
    """The joints (N, 28, axes) of one camera."""
    if not isinstance(cells, np.ndarray) or cells.dtype != object or cells.size < ALL_CAMERAS:
        raise fault(
            where, f"`{name}` is an array of shape {shown(np.shape(cells))}", "a cell for each of 14 cameras"
        )
    values = numbers(cells.ravel()[camera], (None, 28 * axes), f"{where}, `{name}`")
    return values.reshape(-1, 28, axes)


def check_universal(joints_mm: np.ndarray, universal_mm: np.ndarray, where: str) -> None:
    """Both 3D annotations are in the camera's frame: in front of it, and seen at the same place."""
    if joints_mm.shape != universal_mm.shape:
        raise fault(where, "`annot3` and `univ_annot3` of different length", "as many poses in both")
    if len(joints_mm) and not np.median(joints_mm[..., 2]) > 0:
        raise fault(where, "3D joints behind the camera", "`annot3` in the camera's frame, mm, z forward")
    seen = [points[::50, :, :2] / points[::50, :, 2:] for points in (joints_mm, universal_mm)]
    if len(joints_mm) and np.median(np.abs(seen[0] - seen[1])) > PER_SIZE:
        raise fault(
            where, "`annot3` and `univ_annot3` that project to different points", "the same 2D joints of both"
        )


def calibrated_sizes(path: Path) -> np.ndarray:
    """(14, 2) widths and heights from `camera.calibration`."""
    sizes = []
    for line in read_lines(path):
        match line.split():
            case ["size", width, height]:
                try:
                    sizes.append((int(width), int(height)))
                except ValueError:
                    raise fault(path, f"the size {width} {height}", "two whole numbers") from None
    if len(sizes) != ALL_CAMERAS:
        raise fault(path, f"the sizes of {len(sizes)} cameras", f"{ALL_CAMERAS}")
    return np.array(sizes)


def no_pictures(root: Path, sequence: str, camera: int) -> ReposeError:
    """The sentence about a video that was not extracted."""
    folder = root / sequence / "imageFrames" / f"video_{camera}"
    video = root / sequence / "imageSequence" / f"video_{camera}.avi"
    remedy = f"extract them: mkdir -p {folder} && ffmpeg -i {video} -qscale:v 1 {folder}/frame_%06d.jpg"
    return fault(folder, "no pictures", "the frames of the video, frame_000001.jpg and so on", remedy)


def read_test(root: Path, pictures: Pictures) -> PoseTable:
    """The six test sequences, all annotated frames."""
    base = first_existing(
        root, [f"{folder}/TS1" for folder in TEST_FOLDERS], "the test set TS1 to TS6"
    ).parent
    rows, mapped = Rows(), mapped_joints("mpi3dhp17")
    for sequence in TEST_SEQUENCES:
        path = base / sequence / "annot_data.mat"
        content = read_h5(path, "annot2", "annot3", "univ_annot3", "valid_frame", "activity_annotation")
        joints2d = test_joints(content["annot2"], 2, f"{path}: `annot2`")
        joints_mm = test_joints(content["annot3"], 3, f"{path}: `annot3`")
        universal = test_joints(content["univ_annot3"], 3, f"{path}: `univ_annot3`")
        check_universal(joints_mm, universal, str(path))
        frames = len(joints2d)
        valid = flat(content["valid_frame"], frames, f"{path}: `valid_frame`")
        activity = flat(content["activity_annotation"], frames, f"{path}: `activity_annotation`")
        if not set(np.unique(activity)) <= set(range(1, len(ACTIVITIES) + 1)):
            raise fault(path, "an activity outside 1 to 7", "`activity_annotation` from 1 to 7")
        prefix = (base / sequence).relative_to(root).as_posix()
        names = [TEST_IMAGE.format(prefix, frame + 1) for frame in range(frames)]
        there = pictures.there(names)
        if not there.any():
            raise fault(base / sequence / "imageSequence", "no pictures", "img_000001.jpg and so on")
        size = pictures.sizes([names[int(np.flatnonzero(there)[0])]])[0]  # one size a sequence
        kept = rows.kept(joints2d[:, mapped], size, there)
        columns = view_columns(joints2d, joints_mm, size, "mpi3dhp17")
        root_joint = get_skeleton("mpi3dhp17").index(get_skeleton("mpi3dhp17").root)
        columns["joints3d_univ"] = (universal - universal[:, [root_joint]]).astype(np.float32)
        columns["valid"] = valid > 0
        columns["activity"] = activity.astype(np.int32) - 1
        rows.add(kept, names, (sequence, sequence, "0"), columns)
    return rows.table("test", "mpi3dhp17", base)


def test_joints(array: np.ndarray, axes: int, where: str) -> np.ndarray:
    """(N, 17, axes) of an array as HDF5 gives it, or with the axes as MATLAB shows them."""
    if array.ndim == 4 and array.shape[:3] == (axes, 17, 1):
        array = array.T
    return numbers(array, (None, 1, 17, axes), where)[:, 0]


def flat(array: np.ndarray, frames: int, where: str) -> np.ndarray:
    """One number per frame."""
    return numbers(np.ravel(array), (frames,), where)
