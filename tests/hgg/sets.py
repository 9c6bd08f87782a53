"""Small sets of drawn people on disk, and the settings of trainings that take seconds."""

import dataclasses
from pathlib import Path

import numpy as np
import torch

from repose.foundations.files import write_json
from repose.foundations.rng import rng
from repose.hgg.candidates import CandidateRules
from repose.hgg.clustering import ClusteringRules
from repose.hgg.designs import NetworkScale
from repose.hgg.graph_net import GraphNetDesign
from repose.hgg.looking import GroupingDesign, Look, Reading
from repose.hgg.objective import GROUPING, Weights
from repose.hgg.people import PeopleRules
from repose.hgg.recipe import PaperTraining
from repose.hgg.run import Run, Setup, Store
from repose.pictures.scene_crops import SceneAugment
from repose.pictures.scenes import scenes_of
from repose.training.branching import SmallTraining
from repose.training.devices import Device
from tests.pictures.scenes import table_of_people

CPU = Device(torch.device("cpu"), channels_last=True)
TAGS = 2
SMALL = SmallTraining(16, 4, 2e-2, 3e-3, 0.25, 0.25, 2)
UNTRAINED = dataclasses.replace(SMALL, crops=None)  # the published schedule
PAPER = PaperTraining(4, 2e-4, 1e-5, 3, 2, 0.5, 1)
READING = Reading(
    CandidateRules(threshold=0.0, most=3), PeopleRules(most=5), flip=True, unit_px=48, farthest=np.inf
)
SETUP = Setup(
    scale=NetworkScale(1, 8, 4, 1, (8, 8, 8), TAGS, 0, True), crop_px=48, picture_px=80,
    augment=SceneAugment(flip=0.5, scale=(0.8, 1.25), rotation=0.0, near=0.8, spread=0.25),
    held_out=0.2, sigma=1.0, exact=True, most_people=5, weights=Weights(100, 1, 1, 1, "classes", 3),
    similar=0.1, nodes=40, reading=READING, paper=PAPER,
)  # fmt: skip
NET = GraphNetDesign(embedding=TAGS, dropout=0.0)
LOOKS = {"single": Look((1.0,), "own"), "multi": Look((1.0, 0.5), "own"), "greedy": Look((1.0,), "tags")}
SPLITS = {"coco": ("train", "val"), "ochuman": ("val",)}
SETS = (("coco", "val"), ("ochuman", "val"))


def store_with(folder: Path) -> Store:
    """Prepared sets with stored pictures of noise."""
    for name, splits in SPLITS.items():
        draw, scenes = rng(0, "test", "hgg", name), scenes_of(table_of_people(10, people=30))
        at, sizes = folder / "scenes" / name, scenes.size_px / scenes.size_px.max(1, keepdims=True)
        for split in splits:
            scenes.save(at / f"{split}.npz")
            squares = draw.integers(0, 255, (10, 80, 80, 3), dtype=np.uint8)
            for square, (width, height) in zip(squares, np.ceil(80 * sizes).astype(int), strict=True):
                square[height:], square[:, width:] = 0, 0
            np.save(at / f"{split}_pictures.npy", squares)
        write_json(at / "meta.json", {"set": name})
    return Store(folder / "scenes", folder / "runs/hgg", dict.fromkeys(SPLITS, str(folder)), 1)


def trunk(name: str = "trunk", **changes) -> Run:
    """What arms begin with."""
    return dataclasses.replace(Run(name, None, (), {}, SMALL, (0,)), **changes)


def grouping(*losses: str, kind: str = "edge_conv", graph: str = "full", **changes) -> GroupingDesign:
    """A grouping that learns by `losses`; `changes` are those of its network."""
    judge = "edge" if "edge" in losses else "macro"
    net = dataclasses.replace(NET, kind=kind, **changes)
    return GroupingDesign(net, graph, ClusteringRules(judge=judge), losses)


def arm(name: str, grouped: GroupingDesign | None, **changes) -> Run:
    """Associative embedding, or a grouping on it."""
    looks = LOOKS if grouped else {"single": LOOKS["single"], "multi": LOOKS["multi"]}
    return dataclasses.replace(Run(name, grouped, SETS, looks, SMALL, (0,), "trunk"), **changes)


FULL = grouping(*GROUPING)
