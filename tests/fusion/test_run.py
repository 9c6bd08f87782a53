"""A run of a stage, from settings to its folder, on toy sets."""

import dataclasses

import numpy as np
import pytest
import torch

from repose.foundations.files import load_arrays, read_json, save_arrays, write_json
from repose.fusion.designs import NetworkScale
from repose.fusion.losses import Weights
from repose.fusion.recipe import PaperStage, SmallStage
from repose.fusion.run import Run, Setup, Store, train_run, weights_of
from repose.pictures.augment import Augment
from repose.training.devices import Device
from repose.training.record import load_weights
from tests.fusion.sets import toy_set

SCALE = NetworkScale(0.0625, 0.0625, "basic", (1, 1), False, 16)
SETUP = Setup(
    "resnet", SCALE, Augment(0.25, 30.0, 0.6, 0.5), None, False, True, 1
)  # fmt: skip
SMALL = SmallStage(1e-3, 4, "muon", 4e-3, 0.05, 0.0625, 10.0, 1.0)
IMAGES = {"flat": 1000, "deep": 5000}
CPU = Device(torch.device("cpu"), channels_last=True)


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("REPOSE_TRACKING", "off")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    for name, in_3d in (("flat", False), ("deep", True)):
        folder = tmp_path / "data" / name
        folder.mkdir(parents=True)
        for split, people in (("train", 12), ("test", 11)):
            made = toy_set(tmp_path, name + split, people, in_3d, px=20)
            save_arrays(folder / f"{split}.npz", vars(made.split))
            np.save(folder / f"{split}_people.npy", made.people.squares)
        write_json(folder / "meta.json", {"sources": [name]})
    return Store(tmp_path / "data", tmp_path / "runs", {}, 1)


def run_of(name, family, train, tests, parent=None, geo=0.0):
    paper = PaperStage(6, 1e-3, (4,), 32, 0.1, geo)
    return Run(name, family, paper, SMALL, train, tests, parent, (0, 1) if parent is None else (0,))


def trained(run, store, setup=SETUP):
    train_run(run, setup, IMAGES, store, CPU, {"run": run.name})
    return store.runs / run.name


@pytest.mark.slow
def test_stages_hand_over_their_weights_and_leave_what_scores_and_reports_need(store):
    first = trained(run_of("one", "stage1", ("flat",), ("flat",)), store)
    second = trained(run_of("two", "stage3", ("flat", "deep"), ("deep",), "one", 0.01), store)
    record = read_json(second / "run.json")
    assert record["parent"] == "one"
    assert record["parameters"]["paper"] == 34_003_552
    assert record["paper_cost"]["samples"] == 6 * 2000
    assert record["cost"]["samples"] == 12
    assert record["cost"]["operations"] % record["cost"]["samples"] == 0
    assert (second / "seed0/history.csv").read_text().startswith("epoch,rate,loss,heatmap,depth,geometric,")
    found = load_arrays(second / "seed0/predictions/deep-test.npz")
    assert found["joints3d_mm"].shape == (11, 16, 3)
    assert found["map_px"] == 8
    assert (first / "seed1/model.safetensors").is_file()
    start, end = (load_weights(path / "seed0/model.safetensors") for path in (first, second))
    assert start.keys() == end.keys()
    assert not torch.equal(start["depth.weight"], end["depth.weight"])


def test_the_same_run_leaves_the_same_bytes(store):
    run = run_of("one", "stage1", ("flat",), ("flat",))
    folder = trained(run, store)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    trained(run, store)
    assert before
    assert all(path.read_bytes() == content for path, content in before.items())


@pytest.mark.slow
def test_the_hourglass_trains_too(store):
    setup = dataclasses.replace(SETUP, network="hourglass")
    folder = trained(run_of("hg", "solo2", ("deep",), ("deep",)), store, setup)
    assert (folder / "seed0/predictions/deep-test.npz").is_file()


def test_the_small_scales_weights_and_targets_replace_the_papers():
    paper, small = (
        PaperStage(60, 1e-3, (), 32, 0.1, 0.01),
        SmallStage(0.1, 4, "adam", 1.0, 0.0, 0.1, 9.0, 2.0),
    )
    assert weights_of(paper, small) == Weights(0.2, 0.02, 9.0, 0.1)
    assert weights_of(paper, dataclasses.replace(small, share=None)) == Weights(0.1, 0.01)
