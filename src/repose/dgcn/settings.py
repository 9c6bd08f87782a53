"""A run and what all runs share, from the sections of the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from repose.dgcn.decode import DecoderOptions
from repose.dgcn.designs import NetworkScale
from repose.dgcn.graph import GraphDesign
from repose.dgcn.losses import Weights
from repose.dgcn.recipe import PaperTraining
from repose.dgcn.run import Run, Setup
from repose.foundations.errors import ReposeError
from repose.pictures.scene_crops import SceneAugment
from repose.pictures.scene_sets import Split
from repose.training.branching import SmallTraining, small_training

TESTS = {"coco": ("coco", "val"), "crowdpose": ("crowdpose", "test"), "mpii_multi": ("mpii_multi", "val")}
TEST_DEV = ("coco", "test")  # the published labels of test-dev are not public; the world draws some
NO_WEIGHT = ("regression", "smooth_radius")  # of the section on the loss
SHARED = ("loss", "augment", "train", "precision", "held_out", "images")
Section = Mapping[str, Any]


def trunk_of(section: Section, name: str, scale: Section, seed: int) -> Run:
    """What all runs of a backbone begin with, trained on COCO."""
    entry, small = section["trunks"][name], scale["train"]
    crops = small["trunk_crops"] and round(entry["share"] * small["trunk_crops"])
    return Run(
        name, entry["backbone"], "coco", (), None, section["gamma"], training(section, small, crops), (seed,),
        imagenet=entry["weights"],
    )  # fmt: skip


def arm_of(section: Section, name: str, scale: Section, seed: int) -> Run:
    """The baseline, or a graph module on it."""
    entry, small = section["runs"][name], scale["train"]
    return Run(
        name=name,
        backbone=section["trunks"][entry["parent"]]["backbone"],
        data=entry["data"],
        tests=tests_of(name, entry),
        graph=graph_of(section, entry, scale),
        gamma=entry.get("gamma", section["gamma"]),
        small=training(section, small, small["arm_crops"]),
        seeds=tuple(seed + k for k in range(entry["seeds"])),
        parent=entry["parent"],
    )


def tests_of(name: str, entry: Section) -> tuple[Split, ...]:
    """The test set of a run's data, and COCO's test-dev where it is asked for."""
    own = TESTS[entry["data"]]
    if not entry.get("test_dev"):
        return (own,)
    if entry["data"] != "coco":
        raise ReposeError(f"dgcn.runs.{name}: test_dev with data {entry['data']}, expected coco")
    return own, TEST_DEV


def graph_of(section: Section, entry: Section, scale: Section) -> GraphDesign | None:
    """The graph module of a run; none in the baseline."""
    if entry["graph"] == "none":
        return None
    own = {"adjacency": entry["graph"], "strides": tuple(entry["strides"]), "gate": scale["gate"]}
    return GraphDesign(**own, **section["graph"])


def training(section: Section, small: Section, crops: int | None) -> SmallTraining:
    """What replaces the published schedule; with no number of crops nothing does."""
    return small_training(small, crops, section["train"]["batch"])


def setup_of(section: Section, scale: Section) -> Setup:
    """What all runs share."""
    loss = dict(section["loss"])
    supervision = loss.pop("supervision")
    if scale["weights_even"]:
        supervision, loss = 1.0, {key: value if key in NO_WEIGHT else 1.0 for key, value in loss.items()}
    augment, train = dict(section["augment"]), dict(section["train"])
    return Setup(
        scale=NetworkScale(**scale["network"]),
        crop_px=scale["crop_px"],
        picture_px=scale["picture_px"],
        augment=SceneAugment(**(augment | {"scale": tuple(augment["scale"])})),
        held_out=section["held_out"],
        weights=Weights(**loss, vector_weight=scale["vector_weight"], normalise=scale["normalise"]),
        supervision=supervision,
        decoder=DecoderOptions(**section["decoder"]),
        paper=PaperTraining(**(train | {"milestones": tuple(train["milestones"])})),
        images=section["images"],
    )


def configuration_of(section: Section, scale: Section, run: Run, seed: int) -> dict[str, Any]:
    """Everything that a run's result follows from, as `run.json` tells it."""
    own = {"run": run.name, "backbone": run.backbone, "data": run.data, "scale": scale, "seed": seed}
    own |= {"training": asdict(run.small)} | {key: section[key] for key in SHARED}
    if run.parent is None:
        return own | {"imagenet": run.imagenet}
    graph = {"gamma": run.gamma, "graph": run.graph and asdict(run.graph)}
    return own | graph | {"parent": run.parent, "decoder": section["decoder"]}
