"""A trained run on pictures of anyone: all their people with their scores, and how they were grouped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from repose.hgg.clustering import ClusteringRules, Grouper
from repose.hgg.designs import design_of
from repose.hgg.graph_net import GraphNetDesign
from repose.hgg.looking import FIRST, SKELETON, GroupingDesign, Look, reader_of
from repose.hgg.network import Hourglasses
from repose.hgg.objective import PoseGroups
from repose.hgg.predict import MULTIPLE, Arrays, Reader, Variant, View, people_seen, views_of
from repose.hgg.rounds import rounds_of
from repose.hgg.run import Run, grouper_of
from repose.hgg.settings import setup_of
from repose.pictures.everybody import Everybody, knows, record_of
from repose.pictures.unlabelled import alone
from repose.skeletons import get_skeleton
from repose.training.branching import SmallTraining
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


def is_run(folder: Path) -> bool:
    """Whether a folder is that of a run of this room; the trunk is none, which nobody tests."""
    return knows(folder, "grouping", "tests")


def load_finder(folder: Path) -> Finder:
    """The first seed of a run."""
    record = record_of(folder, is_run)
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
    batch = alone(picture, finder.reader.skeleton, finder.picture_px, MULTIPLE)
    return views_of(finder.forward, batch, finder.reader, CPU)[finder.variant.scales]
