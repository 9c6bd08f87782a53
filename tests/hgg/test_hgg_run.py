"""Trainings from settings to their folders, on toy sets: a trunk and the arms that branch off it."""

import dataclasses
import functools
import shutil

import numpy as np
import pytest
import torch

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays, read_json
from repose.hgg import looking
from repose.hgg import rounds as of_rounds
from repose.hgg import run as runs
from repose.hgg.designs import build_seeded, design_of
from repose.hgg.rounds import some_rounds
from repose.hgg.run import start_of, train_run
from repose.hgg.settings import arm_of, configuration_of, trunk_of
from repose.pictures import teaching
from repose.training import checkpoint
from repose.training.distributed import Ranks
from repose.training.record import load_weights
from repose.training.tracking import Tracker
from repose.training.trunk import STATE, start_state
from tests.hgg.sets import CPU, FULL, SETUP, UNTRAINED, arm, grouping, store_with, trunk
from tests.hgg.trained import sections

JOINTS = 17
TESTED = ("coco-val", "ochuman-val")
PARAMETERS = 44_610  # of EdgeConv's network and both discriminators, a tag being one number
STEM = "proposals.stem.0.0.weight"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Two sets, and a trunk that has seen some pictures, by Muon and by the published schedule."""
    folder = tmp_path_factory.mktemp("hgg")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REPOSE_TRACKING", "off")
        patch.setenv("DVC_ROOT", str(folder))
        patch.setattr(runs, "network_size", functools.cache(runs.network_size))
        patch.setattr(teaching, "HELD_BATCHES", 1)
        made = store_with(folder)
        trained(trunk(), made)
        trained(trunk("published", small=UNTRAINED), made)
        yield made


def trained(run, store, setup=SETUP):
    train_run(run, setup, store, CPU, {"run": run.name})
    return store.runs / run.name


def weights(folder, seed=0):
    return load_weights(folder / f"seed{seed}/model.safetensors")


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_trunk_leaves_weights_and_its_optimisers_state_and_no_predictions(store):
    folder = store.runs / "trunk"
    names = {file.name for file in (folder / "seed0").iterdir()}
    assert names == {"model.safetensors", STATE, "history.csv"}
    state, own = load_weights(folder / "seed0" / STATE), weights(folder)
    assert {name.rpartition("/")[0] for name in state} <= own.keys()
    assert {name.rpartition("/")[2] for name in state} == {"steps", "mean", "square"}
    assert state[f"{STEM}/mean"].abs().max() > 0
    record = read_json(folder / "run.json")
    assert (record["parent"], record["tests"]) == (None, [])
    assert record["cost"]["samples"] == 16
    assert record["parameters"]["paper"] == 138_893_840
    assert record["grouping_parameters"] == 0
    assert record["paper_cost"]["samples"] == 4 * 3


@pytest.mark.parametrize("name", ["dropout", "place_gain", "threshold", "similar", "simulation"])
def test_the_trunks_configuration_knows_nothing_of_the_groupings_scale(name):
    section, scale = sections()
    other = {"simulation": {"steps": 1, "pictures": 1}}.get(name, 0.25)
    known = [
        [configuration_of(section, own, make(own), 0) for own in (scale, scale | {name: other})]
        for make in (lambda own: trunk_of(section, own, 0), lambda own: arm_of(section, "full", own, 0))
    ]
    (before, after), (arm_before, arm_after) = known
    assert before == after
    assert name not in before["scale"]
    assert (arm_before == arm_after) == (name == "simulation")  # which no training reads


def test_an_arm_leaves_what_scores_and_reports_need(store):
    folder = trained(arm("full", FULL), store)
    record = read_json(folder / "run.json")
    assert (record["parent"], tuple(record["tests"])) == ("trunk", TESTED)
    assert record["variants"]["greedy"] == {"scales": [1.0], "grouper": "tags"}
    assert record["parameters"]["paper"] == 138_893_840 + PARAMETERS
    assert record["grouping_parameters"] == PARAMETERS + 2 * 64  # a second number of a tag
    assert (record["cost"]["samples"], record["paper_cost"]["samples"]) == (32, 4 * 5)
    assert not (folder / "seed0" / STATE).exists()
    files = {file.stem for file in (folder / "seed0/predictions").iterdir()}
    ends = ("", "_multi", "_greedy", "_candidates")
    found_there = {f"{tested}{end}" for tested in TESTED for end in ends}
    assert files == found_there | {f"{tested}_operations" for tested in TESTED} | {"coco-val_rounds"}
    for name in sorted(found_there):
        found = load_arrays(folder / f"seed0/predictions/{name}.npz")
        rows = len(found["image"])
        assert rows > 0
        assert (found["format"], found["joints"][0]) == (1, "nose")
        each = {"joint": (rows,), "joints2d_px": (rows, 2), "score": (rows,)}
        people = {"joints2d_px": (rows, JOINTS, 2), "score": (rows, JOINTS), "person_score": (rows,)}
        wanted = each if name.endswith("candidates") else people
        assert {key: found[key].shape for key in wanted} == wanted


def test_a_grouping_counts_its_operations_in_every_picture_of_every_set(store):
    folder = trained(arm("counted", FULL), store) / "seed0/predictions"
    for tested in TESTED:
        counted, loose = (
            load_arrays(folder / f"{tested}_{what}.npz") for what in ("operations", "candidates")
        )
        assert counted["image"].tolist() == list(range(10))  # as many as there are pictures
        assert len(set(counted["proposals"])) == 1
        busy = np.bincount(loose["image"], minlength=10) > 0
        assert ((counted["graph_net"] > 0) == busy).all()
        assert ((counted["discriminators"] > 0) == busy).all()


def test_a_grouping_shows_its_rounds_on_the_first_set_alone(store, monkeypatch):
    monkeypatch.setattr(of_rounds, "SURE", 0.0)  # nobody is sure of anybody after so short a training
    monkeypatch.setattr(looking, "some_rounds", functools.partial(some_rounds, people=(1, 99)))
    folder = trained(arm("shown", FULL), store) / "seed0/predictions"
    shown, loose = (load_arrays(folder / f"coco-val_{what}.npz") for what in ("rounds", "candidates"))
    assert not (folder / "ochuman-val_rounds.npz").exists()
    assert 0 < len(shown["image"]) <= len(loose["image"])
    assert shown["rounds"][0].tolist() == list(range(len(shown["image"])))
    own = np.isin(loose["image"], shown["image"])
    np.testing.assert_array_equal(shown["joints2d_px"], loose["joints2d_px"][own])


def test_curves_show_the_parts_of_the_loss_also_on_held_out_pictures(store):
    history = trained(arm("curves", FULL), store) / "seed0/history.csv"
    head, *rows = (line.split(",") for line in history.read_text().splitlines())
    parts = ["loss", "heatmap", "pull", "push", "edge", "final", "intermediate"]
    skills = ["held_judge", "held_macro"]  # of held-out pictures alone; empty where all is right, or wrong
    assert head == ["epoch", "rate", *parts, *(f"held_{part}" for part in parts), *skills]
    assert all(float(value) > 0 for row in rows for value in row[: -len(skills)])
    assert all(-1 <= float(value) <= 1 for row in rows for value in row[-len(skills) :] if value)


def test_associative_embedding_has_neither_a_grouper_nor_its_losses(store):
    folder = trained(arm("ae", None), store)
    assert weights(folder).keys() == weights(store.runs / "trunk").keys()
    assert read_json(folder / "run.json")["parameters"]["paper"] == 138_893_840
    assert "edge" not in (folder / "seed0/history.csv").read_text().splitlines()[0]
    assert (folder / "seed0/predictions/coco-val_candidates.npz").exists()
    for what in ("greedy", "operations", "rounds"):
        assert not (folder / f"seed0/predictions/coco-val_{what}.npz").exists()


def test_the_same_training_leaves_the_same_bytes(store):
    run = arm("again", FULL)
    before = contents(trained(run, store))
    assert contents(trained(run, store)) == before
    assert len(before) == 3 + 2 * 5 + 1


def test_a_killed_training_goes_on_and_leaves_the_same_bytes(store, monkeypatch):
    grouped = dataclasses.replace(
        FULL,
        net=dataclasses.replace(FULL.net, dropout=0.5),
        rules=dataclasses.replace(FULL.rules, order="random"),
    )
    run = arm("killed", grouped, sets=())
    whole = contents(trained(run, store))
    shutil.rmtree(store.runs / "killed")
    monkeypatch.setattr(checkpoint, "SAVE_S", 0.0)
    epochs = []

    def killed(tracker, row, seed=None):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Tracker, "epoch", killed)
        trained(run, store)
    monkeypatch.setattr(Tracker, "epoch", lambda tracker, row, seed=None: epochs.append(row["epoch"]))
    assert contents(trained(run, store)) == whole
    assert epochs == [2]


def test_another_seed_has_other_crops_and_another_grouper_but_the_same_trunk(store):
    trunks = weights(trained(trunk("third", seeds=(3,)), store), 3)
    run = arm("two", FULL, seeds=(3, 4), parent="third")
    folder = trained(run, store)
    starts = {seed: start_of(run, SETUP, store, seed).state_dict() for seed in run.seeds}
    for start in starts.values():
        assert all(torch.equal(start[name], tensor) for name, tensor in trunks.items())
        assert all(name.startswith("grouper.") for name in start.keys() - trunks.keys())
    first = "grouper.edge.mlp.0.weight"
    assert not torch.equal(starts[3][first], starts[4][first])
    assert not torch.equal(weights(folder, 3)[STEM], weights(folder, 4)[STEM])
    plain = arm("plain", None, seeds=(3, 4), parent="third")  # nothing but the crops differs
    folder = trained(plain, store)
    assert not torch.equal(weights(folder, 3)[STEM], weights(folder, 4)[STEM])


@pytest.mark.parametrize("losses", [("edge", "final", "intermediate"), ("final",), ("edge",)])
def test_the_grouping_alone_teaches_the_proposal_network(store, losses):
    without = dataclasses.replace(SETUP.weights, heat=0, tags=0, grouping=0)
    before, run = weights(store.runs / "published"), grouping(*losses)
    for weight, moved in ((0, False), (1, True)):
        setup = dataclasses.replace(SETUP, weights=dataclasses.replace(without, grouping=weight))
        alone = arm("alone", run, small=UNTRAINED, parent="published", sets=())
        after = weights(trained(alone, store, setup))
        assert torch.equal(after[STEM], before[STEM]) != moved


@pytest.mark.parametrize(
    "changes",
    [{"kind": "attention"}, {"kind": "fully_connected"}, {"graph": "tree"}, {"aggregate": "mean"}],
)
def test_every_kind_of_network_and_graph_learns(store, changes):
    run = arm("kind", grouping("edge", "final", "intermediate", **changes), sets=())
    start = start_of(run, SETUP, store, 0).state_dict()
    after = weights(trained(run, store))
    for name in ("graph_net.layers.0.linear", "graph_net.mlp.0", "edge.mlp.0"):
        assert not torch.equal(after[f"grouper.{name}.weight"], start[f"grouper.{name}.weight"])


def test_a_training_without_a_single_candidate_is_one_of_the_proposals_alone(store):
    blind = dataclasses.replace(SETUP.reading.candidates, threshold=9.0)
    reading = dataclasses.replace(SETUP.reading, candidates=blind)
    nothing = dataclasses.replace(SETUP, reading=reading, held_out=0.0)
    run = arm("nothing", FULL)
    start, after = start_of(run, nothing, store, 0).state_dict(), weights(trained(run, store, nothing))
    moved = {name.partition(".")[0] for name in after if not torch.equal(after[name], start[name])}
    assert moved == {"proposals"}
    found = load_arrays(store.runs / "nothing/seed0/predictions/coco-val.npz")
    assert found["joints2d_px"].shape == (0, JOINTS, 2)
    for what, rows in (("candidates", 0), ("rounds", 0), ("operations", 10)):
        left = load_arrays(store.runs / f"nothing/seed0/predictions/coco-val_{what}.npz")
        assert len(left["image"]) == rows


def test_the_published_schedule_begins_with_the_trunks_weights_and_a_new_optimiser(store):
    assert not (store.runs / "published/seed0" / STATE).exists()
    run = arm("base", None, small=UNTRAINED, parent="published")
    assert start_state(store.runs, run.parent, run.small) is None
    folder = trained(run, store)
    assert read_json(folder / "run.json")["cost"]["samples"] == 4 * (3 + 2)
    assert not torch.equal(weights(folder)[STEM], weights(store.runs / "published")[STEM])


def test_a_trunk_begins_with_the_weights_of_its_seed(store):
    start = start_of(trunk(), SETUP, store, 0).proposals.state_dict()
    seeded = build_seeded(design_of(SETUP.scale, JOINTS), 0).state_dict()
    assert all(torch.equal(start[name], tensor) for name, tensor in seeded.items())


def test_a_trunk_of_another_scale_is_refused_in_one_line(store):
    wider = dataclasses.replace(SETUP, scale=dataclasses.replace(SETUP.scale, width=12))
    with pytest.raises(ReposeError, match=r"trunk: proposals\.\S+ does not fit, .* train it again"):
        start_of(arm("full", FULL), wider, store, 0)


def test_a_grouping_is_not_trained_by_several_processes(store, monkeypatch):
    monkeypatch.setattr(runs, "find_ranks", lambda: Ranks(0, 2))
    with pytest.raises(ReposeError, match=r"hgg\.runs\.full: 2 processes, expected one.*without"):
        trained(arm("full", FULL), store)
