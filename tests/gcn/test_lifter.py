"""Counts by formula, widths of equal counts, and a training that learns."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from repose.foundations.errors import ReposeError
from repose.gcn.adjacency import normalised_adjacency
from repose.gcn.lifter import ClassTask, GraphLifter, matching_channels, operations, parameters
from repose.gcn.network import Architecture, GraphNetwork
from repose.gcn.run import Model, Setup, Weights, at_scale, build, check, objective_of
from repose.lifting.harness import Objective, train_lifter
from repose.lifting.lifter import no_statistics, numbers_of
from repose.lifting.poses import lifting_poses
from repose.lifting.recipe import PaperTraining, SmallTraining, make_recipe
from repose.lifting.stacked import parameter_count
from repose.training.devices import Device
from tests.lifting.tables import table

ADJACENCY = torch.from_numpy(normalised_adjacency("semgcn16"))
GAIN = 2**0.5
MODEL = Model("separate", 205, 4, "none", None, 10, 64, 100, "gt", 0.0, "none", matches=128)


@pytest.mark.parametrize("kind", ["shared", "separate", "global"])
def test_the_formula_counts_what_is_there(kind):
    design = Architecture(kind, 6, 3, 5 if kind == "global" else 0, GAIN)
    assert parameter_count(GraphNetwork((0,), design, ADJACENCY)) == parameters(design)


def test_a_sample_costs_what_the_paper_s_width_says():
    assert round(operations(Architecture("global", 128, 4, 100, GAIN), 16) / 1e6) == 28


@pytest.mark.parametrize("width", [0.21875, 0.375, 0.5])
@pytest.mark.parametrize(("printed", "partner"), [(205, 128), (410, 256)])
def test_a_baseline_has_its_partners_parameters_to_one_percent(width, printed, partner):
    ours = at_scale(replace(MODEL, channels=printed, matches=partner), GAIN, width, 1.0)
    theirs = Architecture("global", round(partner * width), 4, 100, GAIN)
    assert abs(parameters(ours) / parameters(theirs) - 1) < 0.01


def test_the_papers_baselines_have_the_printed_widths():
    assert at_scale(MODEL, GAIN, 1, 1.0).channels == 205


def test_a_width_without_a_partner_says_what_to_do():
    design = Architecture("separate", 1, 4, 0, GAIN)
    with pytest.raises(ReposeError, match="choose another width"):
        matching_channels(design, parameters(Architecture("global", 32, 4, 100, GAIN)))


def test_martinez_has_his_parameters():
    martinez = Model("martinez", 1024, 2, "none", None, 10, 64, 100, "gt", 0.5, "zscore")
    _, here, paper, _ = build(martinez, Setup("semgcn16", GAIN, 1.0, 0.03, 0.01), (0,), no_statistics(16))
    assert paper == 4_291_632
    assert here < 10_000


def test_martinez_network_learns_normalised_joints_and_the_graph_networks_metres():
    poses = lifting_poses(table("train", 40), "semgcn16", "gt")
    weights = Weights(1e-3, 1e-4)
    for normalise, scale in (("zscore", poses.joints3d_m.std(0)), ("none", None)):
        model = replace(MODEL, layer="martinez", normalise=normalise)
        numbers = numbers_of(normalise, poses.joints2d, poses.joints3d_m)
        found = objective_of(model, weights, numbers, (0,)).scale
        if scale is None:
            assert found is None
        else:
            torch.testing.assert_close(found[1:], torch.from_numpy(scale[1:]), rtol=1e-3, atol=1e-4)
    with pytest.raises(ReposeError, match="expected normalise: none"):
        check(replace(MODEL, normalise="zscore"), None, poses)


@pytest.mark.slow
def test_a_short_training_lowers_loss_and_error_of_every_seed():
    poses = lifting_poses(table("train", 64), "semgcn16", "gt")
    seeds = (0, 1)
    design = Architecture("global", 12, 2, 4, GAIN, 0.01)
    lifter = GraphLifter(GraphNetwork(seeds, design, ADJACENCY.clone()))
    small = SmallTraining(60, 16, "muon", 1e-2, 5, 0.1, 3)
    recipe = make_recipe(PaperTraining(64, 50, 1e-3, 0.96, 100000), small, len(poses.sample))
    history = train_lifter(
        lifter,
        Objective(seeds, False, None, ClassTask(1e-3)),
        poses,
        poses,
        recipe,
        Device(torch.device("cpu")),
        clip=1.0,
        seed=0,
        name="test",
        labels=np.arange(64) % 4,
    )
    assert len(history) == 3
    for seed in range(2):
        assert history[-1]["loss"][seed] < 0.8 * history[0]["loss"][seed]
        assert history[-1]["error"][seed] < history[0]["error"][seed]


def test_the_paper_s_schedules_come_from_poses_and_batch():
    gt = make_recipe(
        PaperTraining(64, 50, 1e-3, 0.96, every_steps=100_000),
        SmallTraining(None, 1, "muon", 1, 0, 0, 1),
        1_559_752,
    )
    assert (gt.steps, gt.training.epochs, gt.training.schedule.every) == (24_371, 50, 100_000)
    detected = make_recipe(
        PaperTraining(256, 50, 1e-3, 0.95, every_epochs=4),
        SmallTraining(None, 1, "muon", 1, 0, 0, 1),
        1_559_752,
    )
    assert detected.training.schedule.every == 4 * detected.steps
    learner = make_recipe(
        PaperTraining(24, 210, 1e-3, 0.1, milestones=(170, 200)),
        SmallTraining(None, 1, "muon", 1, 0, 0, 1),
        2400,
    )
    assert learner.training.schedule.milestones == (17_000, 20_000)
