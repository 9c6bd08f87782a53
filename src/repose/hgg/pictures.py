"""A trained run on pictures of anyone: all their people, each with a score, and how they were put together.

Legend: N people, J joints.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch

from repose.foundations.errors import ReposeError
from repose.foundations.files import read_json
from repose.hgg.clustering import ClusteringRules, Grouper
from repose.hgg.designs import design_of
from repose.hgg.graph_net import GraphNetDesign
from repose.hgg.looking import FIRST, SKELETON, GroupingDesign, Look, reader_of
from repose.hgg.network import Hourglasses
from repose.hgg.objective import PoseGroups
from repose.hgg.predict import MULTIPLE, Arrays, Reader, Variant, View, people_seen, views_of
from repose.hgg.recipe import SmallTraining
from repose.hgg.rounds import rounds_of
from repose.hgg.run import Run, grouper_of
from repose.hgg.settings import setup_of
from repose.pictures.background import as_pictures
from repose.pictures.scene_batches import WholePictures
from repose.skeletons import get_skeleton
from repose.training.devices import Device, Forward
from repose.training.record import load_model, seed_folder

if TYPE_CHECKING:
    from PIL.Image import Image

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Finder:
    """A trained network, and how pictures get into it and people out of it."""

    forward: Forward
    reader: Reader  # of one variant, the run's first test
    grouper: Grouper | None  # none: associative embedding
    picture_px: int  # long edge that every picture is brought to, as in the run's tests

    @property
    def variant(self) -> Variant:
        """How pictures are looked at and candidates grouped."""
        return self.reader.variants[FIRST]


class Everybody(NamedTuple):
    """The people of a picture, the surest first; pixels' centres are whole numbers."""

    joints2d_px: np.ndarray  # N, J, 2; guesses where a joint was not found
    score: np.ndarray  # N, J; also of guesses
    found: np.ndarray  # N, J bool
    person_score: np.ndarray  # N


def is_run(folder: Path) -> bool:
    """Whether a folder is that of a run of this room; the trunk is none, which nobody tests."""
    path = folder / "run.json"
    return path.is_file() and {"grouping", "tests"} <= read_json(path).get("configuration", {}).keys()


def load_finder(folder: Path) -> Finder:
    """The first seed of a run."""
    if not is_run(folder):
        known = sorted(run.name for run in folder.parent.glob("*") if is_run(run))
        have = f"found {', '.join(known)}" if known else f"there is none in {folder.parent}"
        raise ReposeError(f"{folder}: no run that finds people, {have}; train it with `dvc repro`")
    record = read_json(folder / "run.json")
    run, settings = run_of(record), record["configuration"]
    setup = setup_of(settings, settings["scale"])
    proposals = Hourglasses(design_of(setup.scale, len(get_skeleton(SKELETON).joints)))
    network = PoseGroups(proposals, grouper_of(run.grouping, run.seeds[0])).eval()
    load_model(network, seed_folder(folder, run.seeds[0]) / "model.safetensors")
    forward = Forward(network, Device(CPU))
    return Finder(
        forward, reader_of(run.tests, setup.reading, network.grouper), network.grouper, setup.picture_px
    )


def run_of(record: dict[str, Any]) -> Run:
    """The run that a `run.json` tells of, of its tests only the first."""
    settings = record["configuration"]
    first = settings["tests"][FIRST]
    return Run(
        name=settings["run"],
        grouping=settings["grouping"] and grouping_of(settings["grouping"]),
        sets=(),
        tests={FIRST: Look(tuple(first["scales"]), first["grouper"])},
        small=SmallTraining(**settings["training"]),
        seeds=tuple(record["seeds"]),
        parent=settings["parent"],
    )


def grouping_of(told: dict[str, Any]) -> GroupingDesign:
    """A grouping out of a `run.json`."""
    net, rules = GraphNetDesign(**told["net"]), ClusteringRules(**told["rules"])
    return GroupingDesign(net, told["graph"], rules, tuple(told["losses"]))


def everybody(finder: Finder, picture: Image) -> Everybody:
    """The people of an RGB picture of any size."""
    view = view_in(finder, picture)
    people = people_seen(view, finder.variant, finder.reader.people)
    points = view.in_file(people.joints2d, people.picture) - 0.5  # files count from the corner
    return Everybody(points, people.score, people.found, people.person_score.astype(float))


def rounds_in(finder: Finder, picture: Image) -> Arrays:
    """The candidates of an RGB picture and their clusters, as `rounds_of` says; px from the corner."""
    if finder.grouper is None:
        raise RuntimeError("associative embedding has no rounds")
    return rounds_of(view_in(finder, picture), finder.variant, finder.grouper)


def view_in(finder: Finder, picture: Image) -> View:
    """What the network sees in a picture, and its mirror image if the run's tests look at those."""
    batch = alone(picture, finder.picture_px)
    return views_of(finder.forward, batch, finder.reader, CPU)[finder.variant.scales]


def alone(picture: Image, px: int) -> WholePictures:
    """A batch of one picture, its long edge brought to `px`, padded with black as those of tests are."""
    side = max(picture.size)
    square = np.asarray(picture.crop((0, 0, side, side)).resize((px, px), 2))
    size = np.ceil(np.array(picture.size) * px / side - 1e-6).astype(np.int64)  # width, height
    columns, rows = (MULTIPLE * -(-size // MULTIPLE)).tolist()
    padded = np.zeros((1, rows, columns, 3), np.uint8)
    shown = square[:rows, :columns]
    padded[0, : shown.shape[0], : shown.shape[1]] = shown
    return WholePictures(np.zeros(1, np.int64), as_pictures(padded), np.array([px / side]), size[None])
