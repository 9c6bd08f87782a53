"""A trained run on pictures of anyone: all their people, each with a score.

Legend: N people, J joints.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from repose.dgcn.decode import DecoderOptions
from repose.dgcn.designs import NetworkScale, build, design_of
from repose.dgcn.graph import GraphDesign
from repose.dgcn.limbs import limbs_of
from repose.dgcn.predict import Reader, find_people, reader_of
from repose.foundations.errors import ReposeError
from repose.foundations.files import read_json
from repose.pictures.prepare_scenes import SKELETONS
from repose.pictures.scenes import Scenes
from repose.skeletons import get_skeleton
from repose.training.devices import Device, Forward
from repose.training.record import load_model, seed_folder

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class Finder:
    """A trained network, and how pictures get into it and people out of it."""

    forward: Forward
    reader: Reader
    picture_px: int  # long edge that every picture is brought to, as in the run's tests


class Everybody(NamedTuple):
    """The people of a picture, the surest first; pixels' centres are whole numbers."""

    joints2d_px: np.ndarray  # N, J, 2; guesses where a joint was not found
    score: np.ndarray  # N, J
    found: np.ndarray  # N, J bool
    person_score: np.ndarray  # N


def is_run(folder: Path) -> bool:
    """Whether a folder is that of a run of this room; a trunk is none, which nothing says how to read."""
    path = folder / "run.json"
    return path.is_file() and {"backbone", "decoder"} <= read_json(path).get("configuration", {}).keys()


def load_finder(folder: Path) -> Finder:
    """The first seed of a run."""
    if not is_run(folder):
        known = sorted(run.name for run in folder.parent.glob("*") if is_run(run))
        have = f"found {', '.join(known)}" if known else f"there is none in {folder.parent}"
        raise ReposeError(f"{folder}: no run that finds people, {have}; train it with `dvc repro`")
    record = read_json(folder / "run.json")
    settings = record["configuration"]
    skeleton, scale = SKELETONS[settings["data"]], settings["scale"]
    graph = settings["graph"] and GraphDesign(
        **(settings["graph"] | {"strides": tuple(settings["graph"]["strides"])})
    )
    joints, limbs = len(get_skeleton(skeleton).joints), len(limbs_of(skeleton))
    design = design_of(settings["backbone"], NetworkScale(**scale["network"]), joints, limbs, graph)
    network = build(design)
    load_model(network, seed_folder(folder, record["seeds"][0]) / "model.safetensors")
    options, regression = DecoderOptions(**settings["decoder"]), settings["loss"]["regression"]
    reader = reader_of(skeleton, design, options, regression)
    return Finder(Forward(network.eval(), Device(torch.device("cpu"))), reader, scale["picture_px"])


def everybody(finder: Finder, picture: Image) -> Everybody:
    """The people of an RGB picture of any size."""
    squares = Square(picture, finder.picture_px)
    scenes, options = unlabelled(picture.size, finder.reader.skeleton), finder.reader.options
    people, _ = find_people(finder.forward, scenes, squares, np.arange(1), finder.reader, torch.device("cpu"))
    guess = np.float32(options.forced_most if options.force_complete else 0)
    points, score = people["joints2d_px"] - np.float32(0.5), people["score"]  # files count from the corner
    return Everybody(points, score, score > guess, people["person_score"].astype(float))


class Square:
    """One picture in the top left corner of a square, its long edge brought to `px`."""

    def __init__(self, picture: Image, px: int) -> None:
        side = max(picture.size)
        self.square = np.asarray(picture.crop((0, 0, side, side)).resize((px, px), 2))
        self.px = px

    def ask(self, rows: np.ndarray) -> Callable[[], np.ndarray]:
        """The square, as often as asked for."""
        return lambda: np.stack([self.square] * len(rows))


def unlabelled(size: tuple[int, int], skeleton: str) -> Scenes:
    """A picture (width, height) of which nothing is known."""
    joints = len(get_skeleton(skeleton).joints)
    of_joints, of_people = np.zeros((0, joints), bool), np.zeros(0, np.float32)
    return Scenes(
        skeleton=skeleton, part=np.zeros(1, np.int8), ids=np.zeros(1, np.int32), image=np.array([b""]),
        size_px=np.array([size], np.int32), published_px=np.array([max(size)], np.float32),
        crowd_index=np.full(1, np.nan, np.float32), first=np.zeros(2, np.int64),
        joints2d_px=np.zeros((0, joints, 2), np.float32), labelled=of_joints, visible=of_joints,
        area=of_people, box=np.zeros((0, 4), np.float32), crowd=of_people.astype(bool),
    )  # fmt: skip
