"""Trainings from settings to their folders, on toy sets: a trunk and the arms that branch off it."""

import dataclasses

import numpy as np
import pytest
import torch

from repose.dgcn.designs import build_seeded
from repose.dgcn.labels import LabelMaker
from repose.dgcn.objective import Objective
from repose.dgcn.run import design_of_run, start_of, train_run
from repose.foundations.files import load_arrays, read_json
from repose.pictures.scene_batches import SceneBatches
from repose.pictures.scenes import load_scenes, open_pictures
from repose.training.devices import Forward
from repose.training.loop import Step
from repose.training.record import load_weights
from repose.training.trunk import STATE, start_state
from tests.dgcn.sets import CPU, PAPER, SETUP, SMALL, arm, store_with, trunk

UNTRAINED = dataclasses.replace(SMALL, crops=None)  # the published schedule


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Two sets, and a trunk that has seen some pictures."""
    folder = tmp_path_factory.mktemp("dgcn")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REPOSE_TRACKING", "off")
        patch.setenv("DVC_ROOT", str(folder))
        made = store_with(folder, "coco", "crowdpose")
        trained(trunk(), made)
        trained(trunk("seeded", small=UNTRAINED), made)
        yield made


def published(name="base"):
    """A run by the published schedule, from a trunk that has seen nothing."""
    return dataclasses.replace(arm(name, None), small=UNTRAINED, parent="seeded")


def trained(run, store, setup=SETUP):
    train_run(run, setup, store, CPU, {"run": run.name})
    return store.runs / run.name


def weights(folder, seed=0):
    return load_weights(folder / f"seed{seed}/model.safetensors")


def first_loss(run, store, setup=SETUP):
    """The first step's loss of fields, with the weights that a run begins with."""
    scenes = load_scenes(store.scenes / run.data, "train")
    design, adjacency = design_of_run(run, setup, scenes.skeleton, store)
    network = start_of(run, design, adjacency, scenes.skeleton, store, 0).train()
    said_at = run.graph.said_at if run.graph else ()
    maker = LabelMaker(scenes.skeleton, design.stride, setup.crop_px, said_at)
    pictures = open_pictures(store.scenes / run.data, "train", scenes, "", setup.picture_px, None)
    batch = next(SceneBatches(scenes, pictures, 4, 1, setup.crop_px, setup.augment, 0, maker).prepared(0))
    objective = Objective(network, scenes.skeleton, setup.weights, 0.0, 0)
    with torch.no_grad():
        total, logs = objective(Forward(network, CPU), batch, Step(0, 0, 1))
    return float(total), logs


def test_a_trunk_leaves_weights_and_its_optimisers_state_and_no_predictions(store):
    folder = store.runs / "trunk"
    assert {file.name for file in (folder / "seed0").iterdir()} == {
        "model.safetensors", STATE, "history.csv",
    }  # fmt: skip
    state, own = load_weights(folder / "seed0" / STATE), weights(folder)
    parameters = {name.rpartition("/")[0] for name in state}
    assert parameters <= own.keys()
    assert {name.rpartition("/")[2] for name in state} == {"steps", "mean", "square"}
    assert state["pif.conv.weight/mean"].abs().max() > 0
    record = read_json(folder / "run.json")
    assert record["parent"] is None
    assert record["tests"] == []
    assert record["cost"]["samples"] == 16
    assert record["parameters"]["paper"] == 25_294_760
    assert record["paper_cost"]["samples"] == 2 * 1000


def test_an_arm_begins_with_its_trunk_and_leaves_what_scores_and_reports_need(store):
    before = weights(store.runs / "trunk")
    folder = trained(arm("dynamic", "dynamic"), store)
    record = read_json(folder / "run.json")
    assert record["parent"] == "trunk"
    assert record["tests"] == ["coco-val"]
    assert record["mib_paper"] == pytest.approx(101.58, abs=0.01)
    head = (folder / "seed0/history.csv").read_text().splitlines()[0]
    assert head == "epoch,rate,loss,pif_c,pif_vec,pif_scale,paf_c,paf_vec1,paf_vec2,supervision,held_loss"
    assert not (folder / "seed0" / STATE).exists()
    found = load_arrays(folder / "seed0/predictions/coco-val.npz")
    people = len(found["image"])
    shapes = {"person_score": (people,), "joints2d_px": (people, 17, 2), "score": (people, 17)}
    assert {name: found[name].shape for name in shapes} == shapes
    assert found["format"] == 1
    assert found["joints"][0] == "nose"
    loose = load_arrays(folder / "seed0/predictions/coco-val_candidates.npz")
    assert loose["joints2d_px"].shape == (*loose["joint"].shape, 2)
    after = weights(folder)
    assert after.keys() > before.keys()
    assert all(name.startswith("graph.") for name in after.keys() - before.keys())


@pytest.mark.parametrize("adjacency", ["identity", "hand", "soft", "dynamic"])
def test_the_first_steps_of_all_arms_have_the_baselines_loss(store, adjacency):
    baseline, _ = first_loss(arm("base", None), store)
    total, logs = first_loss(arm("graph", adjacency), store)
    assert total == baseline
    assert logs["supervision"] > 0
    other, _ = first_loss(arm("graph", adjacency, gate=1.0), store)
    assert other != baseline


def test_the_same_training_leaves_the_same_bytes(store):
    run = arm("dynamic", "dynamic")
    folder = trained(run, store)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    trained(run, store)
    assert len(before) == 5
    assert all(path.read_bytes() == content for path, content in before.items())


def test_another_seed_has_other_crops_and_graphs_but_the_same_trunk(store):
    trunks = weights(trained(trunk("third", seeds=(3,)), store), 3)
    run = dataclasses.replace(arm("two", "soft"), seeds=(3, 4), parent="third")
    folder = trained(run, store)
    one, two = weights(folder, 3), weights(folder, 4)
    assert not torch.equal(one["pif.conv.weight"], two["pif.conv.weight"])
    for seed in run.seeds:
        start = start_of(run, *design_of_run(run, SETUP, "coco17", store), "coco17", store, seed).state_dict()
        assert all(torch.equal(start[name], tensor) for name, tensor in trunks.items())


def test_an_arm_with_other_joints_keeps_the_trunks_body_and_has_its_own_outputs(store):
    trunks = weights(store.runs / "trunk")
    run = arm("crowd", "dynamic", "crowdpose")
    start = start_of(
        run, *design_of_run(run, SETUP, "crowdpose14", store), "crowdpose14", store, 0
    ).state_dict()
    assert start["pif.conv.weight"].shape[0] == 5 * 14
    assert all(
        torch.equal(start[name], tensor)
        for name, tensor in trunks.items() if not name.startswith(("pif.", "paf."))
    )  # fmt: skip
    found = load_arrays(trained(run, store) / "seed0/predictions/crowdpose-test.npz")
    assert found["joints2d_px"].shape[1:] == (14, 2)


@pytest.mark.parametrize("graph", [
    {"strides": (16, 8, 4)},
    {"strides": (8,)},
    {"strides": (16, 8), "pyramid": "after"},
    {"strides": (8, 4), "pyramid": "own"},
    {"strides": (16, 8), "k_relations": "limbs"},
])  # fmt: skip
def test_every_reading_of_the_pyramid_is_supervised_where_it_speaks(store, graph):
    history = trained(arm("graph", "dynamic", **graph), store) / "seed0/history.csv"
    names, *rows = [line.split(",") for line in history.read_text().splitlines()]
    assert all(float(row[names.index("supervision")]) > 0 for row in rows)


def test_the_published_schedule_begins_with_a_trunk_that_is_not_trained(store):
    seeded = weights(store.runs / "seeded")
    design, adjacency = design_of_run(trunk(), SETUP, "coco17", store)
    start = build_seeded(design, 0, adjacency).state_dict()
    assert all(torch.equal(start[name], tensor) for name, tensor in seeded.items())
    assert start_state(store.runs, "seeded", UNTRAINED) is None
    folder = trained(published(), store)
    assert (
        read_json(folder / "run.json")["cost"]["samples"] == 2 * 8
    )  # epochs of one batch of 8 of 10 pictures
    assert not torch.equal(weights(folder)["pif.conv.weight"], start["pif.conv.weight"])


def test_the_backbone_stays_as_it_is_in_its_frozen_epochs(store):
    run, kernels = published("frozen"), {}
    for frozen in (0, 2):
        setup = dataclasses.replace(SETUP, paper=dataclasses.replace(PAPER, frozen_epochs=frozen))
        kernels[frozen] = weights(trained(run, store, setup))
    start = start_of(run, *design_of_run(run, SETUP, "coco17", store), "coco17", store, 0).state_dict()
    name = next(name for name, t in start.items() if name.startswith("backbone") and t.ndim == 4)
    assert torch.equal(kernels[2][name], start[name])
    assert not torch.equal(kernels[0][name], start[name])
    assert not torch.equal(kernels[2]["decoder.finest.weight"], start["decoder.finest.weight"])


def test_adjacencies_are_those_of_the_runs_joints_and_gamma(store):
    matrices = {}
    for kind in ("identity", "hand", "soft", "dynamic"):
        _, matrices[kind] = design_of_run(arm("graph", kind), SETUP, "coco17", store)
    np.testing.assert_array_equal(matrices["identity"], np.eye(17))
    assert set(np.unique(matrices["hand"])) == {0, 1}
    np.testing.assert_array_equal(matrices["soft"], matrices["dynamic"])
    sharper = dataclasses.replace(arm("graph", "soft"), gamma=100.0)
    assert not np.array_equal(design_of_run(sharper, SETUP, "coco17", store)[1], matrices["soft"])
