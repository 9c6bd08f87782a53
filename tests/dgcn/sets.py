"""Small sets of drawn people on disk, and the settings of trainings that take seconds."""

import dataclasses
from pathlib import Path

import numpy as np
import torch

from repose.dgcn.decode import DecoderOptions
from repose.dgcn.designs import PUBLISHED, NetworkScale
from repose.dgcn.losses import Weights
from repose.dgcn.recipe import PaperTraining
from repose.dgcn.run import Run, Setup, Store
from repose.foundations.files import write_json
from repose.foundations.rng import rng
from repose.pictures.scene_crops import SceneAugment
from repose.pictures.scenes import scenes_of
from repose.skeletons.soft_adjacency import joint_distances, save_distances
from repose.training.branching import SmallTraining
from repose.training.devices import Device
from tests.pictures.scenes import table_of_people

CPU = Device(torch.device("cpu"), channels_last=True)
SCALE = NetworkScale(0.0625, 0.25, "basic", "ladder", 8, False)
SMALL = SmallTraining(16, 4, 2e-2, 3e-3, 0.25, 0.25, 2)
PAPER = PaperTraining(8, 2, 1e-3, 0.95, (1,), 0.0, 0.0, 1)
GRAPH = dataclasses.replace(PUBLISHED, relations_own=3.0)
SETUP = Setup(
    scale=SCALE, crop_px=48, picture_px=80,
    augment=SceneAugment(flip=0.5, scale=(0.8, 1.25), rotation=0.0, near=0.8, spread=0.25),
    held_out=0.2, weights=Weights(1, 1, 1, 1, 1, 1, 4, "positives"), supervision=1.0,
    decoder=DecoderOptions(), paper=PAPER, images={"coco": 1000, "crowdpose": 500, "mpii_multi": 500},
)  # fmt: skip
SKELETONS = {"coco": "coco17", "crowdpose": "crowdpose14", "mpii_multi": "mpii16"}
TESTS = {"coco": "val", "crowdpose": "test", "mpii_multi": "val"}


def store_with(folder: Path, *names: str) -> Store:
    """Prepared sets with stored pictures of noise, and their adjacencies."""
    for name in names:
        draw, table = rng(0, "test", "dgcn", name), table_of_people(10, SKELETONS[name], 30)
        scenes, at = scenes_of(table), folder / "scenes" / name
        sizes = scenes.size_px / scenes.size_px.max(1, keepdims=True)
        for split in ("train", TESTS[name]):
            scenes.save(at / f"{split}.npz")
            squares = draw.integers(0, 255, (10, 80, 80, 3), dtype=np.uint8)
            for square, (width, height) in zip(squares, np.ceil(80 * sizes).astype(int), strict=True):
                square[height:], square[:, width:] = 0, 0
            np.save(at / f"{split}_pictures.npy", squares)
        write_json(at / "meta.json", {"set": name})
        (folder / "adjacency").mkdir(exist_ok=True)
        save_distances(folder / "adjacency" / f"{name}.npz", joint_distances(table, "box"))
    roots = dict.fromkeys(names, str(folder))
    return Store(folder / "scenes", folder / "adjacency", folder / "runs/dgcn", roots, 1)


def trunk(name: str = "trunk", **changes) -> Run:
    """What arms begin with."""
    return dataclasses.replace(Run(name, "resnet50", "coco", (), None, 0.5, SMALL, (0,)), **changes)


def arm(name: str, adjacency: str | None, data: str = "coco", strides=(16,), **changes) -> Run:
    """The baseline, or a graph module on it; `changes` are those of its graph."""
    graph = adjacency and dataclasses.replace(GRAPH, adjacency=adjacency, strides=strides, **changes)
    return Run(name, "resnet50", data, ((data, TESTS[data]),), graph or None, 0.5, SMALL, (0,), "trunk")
