"""A trained run on a picture of anyone: from the person's box, or the whole picture, to joints.

Legend: J joints (MPII's 16), P pixels of a stored side, R of a crop's side.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from repose.foundations.errors import ReposeError
from repose.foundations.files import read_json
from repose.fusion.batches import Sizes
from repose.fusion.decode import Joints, poses_mm, read_maps, turned_back
from repose.fusion.designs import NetworkScale, build, design_of
from repose.pictures.background import as_pictures
from repose.pictures.crops import LARGER, from_crop, upright
from repose.pictures.pack import MARGIN, warped
from repose.training.record import load_model, seed_folder

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[float, float, float, float]  # x y w h, px
FLAT = "stage1"  # runs of this family have not learnt depth
FOUND = 0.1  # score of a joint, of 1 for the target: those that a run was never taught stay below 0.02


@dataclass(frozen=True)
class Predictor:
    """A trained network, and how its maps are read."""

    network: nn.Module
    sizes: Sizes
    flip_test: bool
    subpixel: bool
    in_3d: bool


@dataclass(frozen=True)
class Person:
    """The joints of one person."""

    joints2d_px: np.ndarray  # J, 2
    joints3d_mm: np.ndarray | None  # J, 3, bones of 4000 mm in sum; None where the run knows no depth
    score: np.ndarray  # J

    @property
    def found(self) -> np.ndarray:
        """Which joints (J) are in the picture, for all that the network can say."""
        return np.asarray(self.score >= FOUND)


def load_predictor(folder: Path) -> Predictor:
    """The first seed of a run."""
    path = folder / "run.json"
    if not path.is_file():
        known = sorted(run.name for run in folder.parent.glob("*") if (run / "run.json").is_file())
        have = f"found {', '.join(known)}" if known else f"there is none in {folder.parent}"
        raise ReposeError(f"{folder}: no such run, {have}; train it with `dvc repro`")
    record = read_json(path)
    if record.get("family") is None or "maps" not in record:
        raise ReposeError(f"{path}: not a run that reads pictures, expected one of fusion")
    settings = record["configuration"]
    scale = settings["scale"]["network"]
    network = build(
        design_of(settings["network"], NetworkScale(**(scale | {"blocks": tuple(scale["blocks"])})))
    )
    load_model(network, seed_folder(folder, record["seeds"][0]) / "model.safetensors")
    return Predictor(
        network.eval(), Sizes(**record["maps"]), settings["flip_test"], settings["scale"]["subpixel"],
        record["family"] != FLAT,
    )  # fmt: skip


def open_picture(path: Path) -> Image:
    """A picture in RGB, upright where its camera says how it was held."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as picture:
            return ImageOps.exif_transpose(picture).convert("RGB")
    except FileNotFoundError:
        raise ReposeError(f"{path}: not found, expected a picture") from None
    except Exception as error:  # Pillow meets damaged files with OSError, SyntaxError, ValueError …
        reason = str(error) or type(error).__name__
        raise ReposeError(
            f"{path}: a picture that does not open ({reason}), expected a JPEG or PNG"
        ) from None


def crop_of(size: tuple[int, int], box: Box | None) -> tuple[np.ndarray, float]:
    """Centre and side of the crop around a box, as the trainings cut people out, or of the picture."""
    width, height = size
    if box is None:
        return np.array([width - 1, height - 1]) / 2, float(max(size))
    x, y, w, h = box
    if w <= 0 or h <= 0 or x >= width or y >= height or x + w <= 0 or y + h <= 0:
        raise ReposeError(
            f"--box: {x:g},{y:g},{w:g},{h:g} lies outside the picture of {width} × {height} pixels, "
            "expected x,y,w,h of a person in it"
        )
    return np.array([x + w / 2, y + h / 2]), min(LARGER * max(w, h), float(max(size)))


def square_of(picture: Image, center: np.ndarray, side: float, px: int) -> np.ndarray:
    """The square (P, P, 3) around a centre; black outside the picture."""
    left, top = center + 0.5 - side / 2
    x, y, n = int(np.floor(left)), int(np.floor(top)), int(np.ceil(side)) + 2
    box = (left - x, top - y, left - x + side, top - y + side)
    return np.asarray(picture.crop((x, y, x + n, y + n)).resize((px, px), 2, box))


def find_person(predictor: Predictor, picture: Image, box: Box | None) -> Person:
    """The joints of the person in a box of a picture, or of the one who fills it."""
    center, side = crop_of(picture.size, box)
    size = predictor.sizes.input_px
    crop, stored = upright(center[None], np.array([side])), np.array([MARGIN * side])
    square = square_of(picture, center, MARGIN * side, round(MARGIN * size))
    found = joints_in(predictor, warped(square[None], crop, stored, size))
    poses = poses_mm(found)[0] if predictor.in_3d else None
    return Person(from_crop(found.points, crop)[0], poses, found.score[0])


def joints_in(predictor: Predictor, pictures: np.ndarray) -> Joints:
    """The joints in crops (B, R, R, 3)."""
    inputs = as_pictures(pictures)
    with torch.inference_mode():
        maps = predictor.network(inputs)
        heatmaps, depth = maps.heatmaps[-1], maps.depth
        if predictor.flip_test:
            mirrored = predictor.network(inputs.flip(-1))
            heatmaps = (heatmaps + turned_back(mirrored.heatmaps[-1])) / 2
            depth = (depth + turned_back(mirrored.depth)) / 2
        return read_maps(heatmaps, depth, predictor.subpixel)
