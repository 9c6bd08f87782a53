"""How a trained run looks at pictures: the people that each of its tests finds, and how they were grouped.

A test's name follows that of the split in the names of the files: nothing for the first, `_multi`, …
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from repose.foundations.errors import ReposeError
from repose.hgg.candidates import CandidateRules
from repose.hgg.clustering import ClusteringRules, Grouper
from repose.hgg.graph_net import GraphNetDesign
from repose.hgg.objective import PoseGroups
from repose.hgg.operations import operations_of
from repose.hgg.people import PeopleRules
from repose.hgg.predict import Arrays, Reader, Variant, by_graph, by_tags, find_people
from repose.hgg.rounds import some_rounds
from repose.pictures.pack import People as Pictures
from repose.pictures.scenes import Scenes
from repose.training.devices import Device, Forward

SKELETON = "coco17"
FIRST = "single"  # test whose predictions have no further name
GROUPERS = ("own", "tags")


@dataclass(frozen=True)
class Look:
    """A way of looking at pictures and grouping what is seen."""

    scales: tuple[float, ...]
    grouper: str  # own: the run's | tags: associative embedding's

    def __post_init__(self) -> None:
        if not self.scales:
            raise ReposeError("hgg.tests: scales: found none, expected one at least, 1.0 the pictures' own")
        if self.grouper not in GROUPERS:
            found = f"found {self.grouper!r}, expected one of {', '.join(GROUPERS)}"
            raise ReposeError(f"hgg.tests: grouper: {found}")


@dataclass(frozen=True)
class Reading:
    """How the maps of all runs are read."""

    candidates: CandidateRules
    people: PeopleRules
    flip: bool  # mirror images are looked at too
    unit_px: float  # side of the training crops, in which groupers are told places
    farthest: float  # distance of tags from which on all are one to associative embedding's assignment


@dataclass(frozen=True)
class GroupingDesign:
    """A run's grouping, where it is not associative embedding's."""

    net: GraphNetDesign
    graph: str
    rules: ClusteringRules
    losses: tuple[str, ...]


def reader_of(looks: Mapping[str, Look], reading: Reading, grouper: Grouper | None) -> Reader:
    """How the maps of a trained run are read, by all its tests.

    A graph network reads the tags of the picture alone, as it was taught: averaged with those of its mirror
    image they tell people apart less well, whose places the image exchanges.
    """
    tags = Variant(by_tags(SKELETON, reading.farthest), "concat")
    own = Variant(by_graph(grouper), "first") if grouper else tags
    variants = {
        name: replace(own if look.grouper == "own" else tags, scales=look.scales)
        for name, look in looks.items()
    }
    return Reader(SKELETON, reading.candidates, reading.people, variants, reading.flip, reading.unit_px)


def look_at(
    network: PoseGroups, scenes: Scenes, pictures: Pictures, reader: Reader, design: GroupingDesign | None,
    rounds: bool, device: Device,
) -> dict[str, Arrays]:  # fmt: skip
    """What a run's tests find in a split, by the end of the file's name.

    Of a grouping also its operations and, where asked for, the rounds of some pictures.
    """
    forward, rows = Forward(network.eval(), device), np.arange(len(scenes))
    people, loose = find_people(forward, scenes, pictures, rows, reader, device.device)
    found = {"" if name == FIRST else f"_{name}": arrays for name, arrays in people.items()}
    found["_candidates"] = loose
    if design and network.grouper:
        found["_operations"] = operations_of(design.net, design.graph, loose, len(scenes))
        if rounds:
            grouper = network.grouper
            found["_rounds"] = some_rounds(forward, scenes, pictures, rows, reader, grouper, device.device)
    return found
