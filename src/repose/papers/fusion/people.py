"""What a run of the fusion trainings predicts for the people of a test set, and how that is drawn.

Legend: N people, J = MPII's 16 joints, B bones of the arms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays
from repose.metrics import bone_sum, carried_over, mpjpe_corrected
from repose.pictures.pack import MARGIN, Person, cut_out
from repose.pictures.people import Split, load_split, sources_of
from repose.report.drawing import INK, Cell, Sheet, draw_pose, draw_pose_3d, draw_wire
from repose.report.runs import Run
from repose.skeletons import get_skeleton

SKELETON = get_skeleton("mpii16")
TRUTH = get_skeleton("h36m17")
ARMS = [(f"{side}_{upper}", f"{side}_{lower}") for side in "rl" for upper, lower in
        (("shoulder", "elbow"), ("elbow", "wrist"))]  # fmt: skip
BONES = {("shoulder", "elbow"): "upper arm", ("elbow", "wrist"): "forearm"}
SIDES = {"r": "right", "l": "left"}


@dataclass(frozen=True)
class Shown:
    """The people of a test set with what one run predicted."""

    people: Split
    roots: list[str]  # folders of the pictures, by source
    joints2d_px: np.ndarray  # N, J, 2
    joints3d_mm: np.ndarray  # N, J, 3, scaled to the truth's sum of bones if there is a truth
    in_3d: bool

    def error2d(self) -> np.ndarray:
        """Mean distance (N) of the labelled joints in percent of the crop's side."""
        distance = np.linalg.norm(self.joints2d_px - self.people.joints2d, axis=-1) * self.people.labelled
        return np.asarray(
            100 * distance.sum(1) / np.maximum(self.people.labelled.sum(1), 1) / self.people.side
        )

    def error3d(self) -> np.ndarray:
        """Corrected MPJPE (N), mm; 0 where there is no usable truth."""
        return mpjpe_corrected(self.joints3d_mm, self.people.truth_mm) * self.people.has_depth


def load_shown(run: Run, name: str, data: Path, roots: Mapping[str, str]) -> Shown:
    """What the first seed of a run predicted on a test set."""
    folder = data / "fusion" / name
    people = load_split(folder, "test")
    files = run.predictions(f"{name}-test")
    if not files:
        raise ReposeError(
            f"{run.folder}: no predictions for {name}, expected some; train the run again with `dvc repro`"
        )
    found = load_arrays(files[0], "sample", "joints2d_px", "joints3d_mm")
    if not np.array_equal(found["sample"], people.sample):
        raise ReposeError(f"{files[0]}: not the people of {folder}; train the run again with `dvc repro`")
    poses, in_3d = found["joints3d_mm"].astype(float), bool(people.truth_mm.any())
    if in_3d:
        size = np.maximum(bone_sum(carried_over(poses)), 1e-9)  # of a pose in one point
        poses = poses * (bone_sum(people.truth_mm) / size)[:, None, None]
    return Shown(people, [roots[s] for s in sources_of(folder)], found["joints2d_px"], poses, in_3d)


def arm_lengths(shown: Shown) -> tuple[np.ndarray, np.ndarray]:
    """Lengths of the arms' bones (N, B), predicted and true, mm."""
    lengths = []
    for skeleton, points in ((SKELETON, shown.joints3d_mm), (TRUTH, shown.people.truth_mm)):
        start, end = np.array([skeleton.indices(pair) for pair in ARMS]).T
        lengths.append(np.linalg.norm(points[:, start] - points[:, end], axis=-1))
    return lengths[0], lengths[1]


def bone_words(number: int) -> str:
    """The name of an arm's bone, such as right forearm."""
    start, end = ARMS[number]
    return f"{SIDES[start[0]]} {BONES[start[2:], end[2:]]}"


def put_person(sheet: Sheet, cell: Cell, shown: Shown, row: int, truth: bool = False) -> None:
    """A person's picture with the predicted 2D pose, restricted to the joints that the set labels.

    `truth` adds the true pose as thin lines.
    """
    people, px = shown.people, int(cell.width)
    x, y = people.center[row].tolist()
    side = MARGIN * float(people.side[row])
    root = shown.roots[people.source[row]]
    sheet.picture(cut_out(Person(root, people.image[row].decode(), x, y, side, px)), int(cell.x), int(cell.y))

    def on_sheet(points: np.ndarray) -> np.ndarray:
        return np.asarray((points - (x, y)) * (px / side) + cell.center)

    known = np.asarray(people.labelled.any(0))
    draw_pose(sheet, cell, SKELETON, on_sheet(shown.joints2d_px[row]), known, known, 1.8)
    if truth:
        draw_wire(sheet, cell, SKELETON, on_sheet(people.joints2d[row]), people.labelled[row], INK)


def put_wireframe(
    sheet: Sheet, cell: Cell, shown: Shown, row: int, azimuth: float, truth: bool = False
) -> None:
    """A person's predicted or true 3D pose."""
    if truth:
        draw_pose_3d(sheet, cell, TRUTH, shown.people.truth_mm[row].astype(float), azimuth, most=1.0)
    else:
        draw_pose_3d(sheet, cell, SKELETON, shown.joints3d_mm[row], azimuth, most=1.0)
