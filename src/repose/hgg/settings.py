"""A run and what all runs share, from the sections of the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from repose.foundations.errors import ReposeError
from repose.hgg.candidates import CandidateRules
from repose.hgg.clustering import ClusteringRules
from repose.hgg.designs import NetworkScale
from repose.hgg.graph_net import GraphNetDesign
from repose.hgg.looking import FIRST, GroupingDesign, Look, Reading
from repose.hgg.objective import GROUPING, Weights
from repose.hgg.people import PeopleRules
from repose.hgg.recipe import PaperTraining
from repose.hgg.run import Run, Setup
from repose.pictures.scene_crops import SceneAugment
from repose.training.branching import SmallTraining, small_training

TRUNK = "trunk"
SETS = {
    "val": (("coco", "val"),),
    "all": (("coco", "val"), ("coco", "test"), ("ochuman", "val"), ("ochuman", "test")),
}
SHARED = ("loss", "sigma", "testing", "augment", "train", "precision", "held_out")
# of the scale, of which the trunk knows nothing
OF_GROUPING = ("dropout", "place_gain", "threshold", "similar")
ALONE = "simulation"  # of the scale; no training reads it
Section = Mapping[str, Any]


def trunk_of(section: Section, scale: Section, seed: int) -> Run:
    """What all runs begin with."""
    return Run(TRUNK, None, (), {}, training(section, scale, "trunk_crops"), (seed,))


def arm_of(section: Section, name: str, scale: Section, seed: int) -> Run:
    """Associative embedding, or a grouping on it."""
    entry = section["runs"][name]
    return Run(
        name=name,
        grouping=grouping_of(section, entry, scale),
        sets=SETS[entry["sets"]],
        tests=looks_of(section, name),
        small=training(section, scale, "arm_crops"),
        seeds=tuple(seed + k for k in range(entry["seeds"])),
        parent=TRUNK,
    )


def grouping_of(section: Section, entry: Section, scale: Section) -> GroupingDesign | None:
    """The grouping of a run; none in associative embedding.

    Where no loss teaches edges, the discriminator of macro-nodes judges them.
    """
    losses = tuple(entry["losses"] or ())
    if entry["kind"] == "none":
        if losses:
            raise ReposeError(f"hgg.runs: losses {list(losses)} of kind none, expected null or another kind")
        return None
    if not losses or not set(losses) <= set(GROUPING):
        raise ReposeError(f"hgg.runs: losses {list(losses)}, expected some of {', '.join(GROUPING)}")
    small = {"dropout": scale["dropout"], "place_gain": scale["place_gain"]}
    net = GraphNetDesign(
        kind=entry["kind"], embedding=scale["network"]["tags"], **section["graph_net"], **small
    )
    rules = ClusteringRules(judge="edge" if "edge" in losses else "macro", **section["clustering"])
    return GroupingDesign(net, entry["graph"], rules, losses)


def looks_of(section: Section, name: str) -> dict[str, Look]:
    """The tests of a run; the first one's predictions are those that tables read unless they name another."""
    names = section["runs"][name]["tests"]
    if names[:1] != [FIRST]:
        raise ReposeError(f"hgg.runs.{name}.tests: found {names}, expected {FIRST} as the first")
    return {test: look_of(section, test) for test in names}


def look_of(section: Section, name: str) -> Look:
    """A test by its name."""
    if name not in section["tests"]:
        raise ReposeError(f"hgg.runs: test {name!r}, expected one of {', '.join(section['tests'])}")
    entry = section["tests"][name]
    return Look(tuple(entry["scales"]), entry["grouper"])


def training(section: Section, scale: Section, crops: str) -> SmallTraining:
    """What replaces the published schedule; with no number of crops nothing does."""
    small = scale["train"]
    return small_training(small, small[crops], section["train"]["batch"])


def setup_of(section: Section, scale: Section) -> Setup:
    """What all runs share."""
    loss, augment = dict(section["loss"]), dict(section["augment"])
    loss |= {name: value for name, value in scale["loss"].items() if value is not None}
    return Setup(
        scale=NetworkScale(**scale["network"] | {"stem": tuple(scale["network"]["stem"])}),
        crop_px=scale["crop_px"],
        picture_px=scale["picture_px"],
        augment=SceneAugment(**(augment | {"scale": tuple(augment["scale"])})),
        held_out=section["held_out"],
        sigma=section["sigma"] if scale["sigma"] is None else scale["sigma"],
        exact=scale["exact"],
        most_people=section["testing"]["most_people"],
        weights=Weights(**loss),
        similar=scale["similar"],
        nodes=section["candidates"]["nodes"],
        reading=reading_of(section, scale),
        paper=PaperTraining(**section["train"]),
    )


def reading_of(section: Section, scale: Section) -> Reading:
    """How maps are read."""
    rules, testing = dict(section["candidates"]), section["testing"]
    del rules["nodes"]  # of crops in training
    if scale["threshold"] is not None:
        rules["threshold"] = scale["threshold"]
    return Reading(
        candidates=CandidateRules(**rules, subpixel="parabola" if scale["exact"] else "quarter"),
        people=PeopleRules(testing["fill"], testing["least_joints"], testing["most_people"]),
        flip=testing["flip"],
        unit_px=scale["crop_px"],
        farthest=np.inf if testing["farthest"] is None else testing["farthest"],
    )


def configuration_of(section: Section, scale: Section, run: Run, seed: int) -> dict[str, Any]:
    """Everything that a run's result follows from, as `run.json` tells it."""
    unread = (ALONE,) if run.parent else (ALONE, *OF_GROUPING)
    small = {key: value for key, value in scale.items() if key not in unread}
    own = {"run": run.name, "scale": small, "seed": seed, "training": asdict(run.small)}
    own |= {key: section[key] for key in SHARED}
    if run.parent is None:
        return own
    tests = {name: asdict(test) for name, test in run.tests.items()}
    own |= {"candidates": section["candidates"], "parent": run.parent}
    return own | {"grouping": run.grouping and asdict(run.grouping), "tests": tests}
