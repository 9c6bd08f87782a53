"""A trained run on pictures of anyone: all their people, each with a score."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from repose.dgcn.decode import DecoderOptions
from repose.dgcn.designs import NetworkScale, build, design_of
from repose.dgcn.graph import GraphDesign
from repose.dgcn.limbs import limbs_of
from repose.dgcn.predict import Reader, find_people, reader_of
from repose.pictures.everybody import Everybody, knows, record_of
from repose.pictures.prepare_scenes import SKELETONS
from repose.pictures.unlabelled import OnePicture, unlabelled
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


def is_run(folder: Path) -> bool:
    """Whether a folder is that of a run of this room; a trunk is none, which nothing says how to read."""
    return knows(folder, "backbone", "decoder")


def load_finder(folder: Path) -> Finder:
    """The first seed of a run."""
    record = record_of(folder, is_run)
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
    squares = OnePicture(picture, finder.picture_px)
    scenes, options = unlabelled(picture.size, finder.reader.skeleton), finder.reader.options
    people, _ = find_people(finder.forward, scenes, squares, np.arange(1), finder.reader, torch.device("cpu"))
    guess = np.float32(options.forced_most if options.force_complete else 0)
    points, score = people["joints2d_px"] - np.float32(0.5), people["score"]  # files count from the corner
    return Everybody(points, score, score > guess, people["person_score"].astype(float))
