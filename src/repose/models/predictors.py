"""What a run does as a model: `predict(input, params)` on arrays, or on pictures, with a description of both.

Legend: N poses or people, J joints, H W picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import read_json

if TYPE_CHECKING:
    from PIL.Image import Image

SIZE_PX = {"width_px": 1000.0, "height_px": 1000.0}  # of Human3.6M's pictures
GREY = np.full((96, 128, 3), 128, np.uint8)  # an empty picture
A_PICTURE = "a picture: its path, or an RGB array (H, W, 3) of uint8; the centres of pixels are whole numbers"


@dataclass(frozen=True)
class Predictor:
    """A run that predicts."""

    predict: Callable[[Any, Mapping[str, Any]], Any]  # of an input and of values for `params`
    params: Mapping[str, Any]  # options of a call, with their defaults
    joints: tuple[str, ...]
    example: np.ndarray  # an input
    takes: str
    gives: str


def load_predictor(system: str, folder: Path) -> Predictor:
    """The first seed of a run."""
    if system not in LOADERS:
        raise ReposeError(
            f"{folder}: no way to predict with a run of {system}, expected {', '.join(LOADERS)}"
        )
    return LOADERS[system](system, folder)


def lifter(system: str, folder: Path) -> Predictor:
    """A run that lifts 2D joints."""
    from repose.models.lifters import joints_of, load_lifter

    lift, joints = load_lifter(system, folder), joints_of(read_json(folder / "run.json")["configuration"])

    def predict(points: Any, params: Mapping[str, Any]) -> np.ndarray:
        return lift(points, (params["width_px"], params["height_px"]))

    rows = np.linspace(0.2, 0.8, len(joints))  # joints on a line
    example = np.stack([rows * SIZE_PX["width_px"], rows * SIZE_PX["height_px"]], -1)[None]
    takes = f"2D joints (N, {len(joints)}, 2) in px of pictures of width_px × height_px"
    gives = f"3D joints (N, {len(joints)}, 3) in mm relative to {joints[0]}; x right, y down, z away"
    return Predictor(predict, SIZE_PX, joints, example.astype(np.float32), takes, gives)


def person_in_box(system: str, folder: Path) -> Predictor:
    """A run of fusion, which reads one person."""
    from repose.fusion.predict import find_person
    from repose.fusion.predict import load_predictor as load_run
    from repose.skeletons import get_skeleton

    run = load_run(folder)

    def predict(picture: Any, params: Mapping[str, Any]) -> dict[str, np.ndarray]:
        box = [float(number) for number in params["box_px"]]
        if len(box) not in (0, 4):
            raise ReposeError(f"box_px: found {box}, expected four numbers x, y, w, h, or none")
        person = find_person(run, as_image(picture), (box[0], box[1], box[2], box[3]) if box else None)
        found = {"joints2d_px": person.joints2d_px, "score": person.score, "found": person.found}
        return found if person.joints3d_mm is None else found | {"joints3d_mm": person.joints3d_mm}

    joints = get_skeleton("mpii16").joints
    takes = f"{A_PICTURE}. box_px: x, y, w, h of the person; none: the person fills the picture"
    gives = (
        f"joints2d_px (J, 2), score (J), found (J) and joints3d_mm (J, 3) of {len(joints)} joints J, the "
        "last in the camera's frame about the pelvis; bones sum to 4000 mm, for the network tells no size"
    )
    return Predictor(predict, {"box_px": []}, joints, GREY, takes, gives)


def everybody(system: str, folder: Path) -> Predictor:
    """A run of dgcn or hgg, which finds all people."""
    from repose.dgcn import pictures as dgcn
    from repose.hgg import pictures as hgg
    from repose.skeletons import get_skeleton

    room: Any = {"dgcn": dgcn, "hgg": hgg}[system]
    finder = room.load_finder(folder)
    joints = get_skeleton(finder.reader.skeleton).joints

    def predict(picture: Any, params: Mapping[str, Any]) -> dict[str, np.ndarray]:
        return dict(room.everybody(finder, as_image(picture))._asdict())

    gives = (
        f"joints2d_px (N, J, 2), score (N, J), found (N, J) and person_score (N) of {len(joints)} joints J "
        "of all N people, the surest first"
    )
    return Predictor(predict, {}, joints, GREY, A_PICTURE, gives)


LOADERS: Mapping[str, Callable[[str, Path], Predictor]] = {
    "gcn": lifter,
    "learner": lifter,
    "fusion": person_in_box,
    "dgcn": everybody,
    "hgg": everybody,
}


def as_image(picture: Any) -> Image:
    """A picture from its path or its pixels."""
    from PIL.Image import fromarray

    from repose.fusion.predict import open_picture

    if isinstance(picture, str | Path):
        return open_picture(Path(picture))
    pixels = np.asarray(picture)
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.size == 0 or pixels.dtype.kind not in "ui":
        found = f"{pixels.dtype} of {pixels.shape}"
        raise ReposeError(f"picture: found {found}, expected a path or whole numbers (H, W, 3), RGB")
    if pixels.min() < 0 or pixels.max() > 255:
        raise ReposeError(f"picture: found values up to {pixels.max()}, expected 0 to 255")
    return fromarray(pixels.astype(np.uint8))
