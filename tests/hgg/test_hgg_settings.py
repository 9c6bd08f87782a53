"""From the parameters to runs: what the tables presume is what is trained."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from repose.foundations.errors import ReposeError
from repose.foundations.parameters import read_yaml12
from repose.hgg.designs import PAPER, design_of
from repose.hgg.graph_net import GraphNet
from repose.hgg.graphs import type_pairs
from repose.hgg.looking import Look, reader_of
from repose.hgg.objective import GROUPING
from repose.hgg.run import grouper_of, recipe_of
from repose.hgg.settings import arm_of, configuration_of, setup_of, trunk_of
from repose.settings import PRESETS
from repose.settings.presets import preset
from tests.imports import ROOT

PARAMS = read_yaml12(ROOT / "params.yaml")
SECTION = PARAMS["hgg"]
MODULE = ("full", "fc", "gat")  # EdgeConv and its alternatives


def scale_of(name):
    """The section `scale.hgg` under a preset."""
    section = {}
    for key, value in preset(name).items():
        if key.startswith("hgg."):
            *parents, leaf = key.split(".")[1:]
            place = section
            for parent in parents:
                place = place.setdefault(parent, {})
            place[leaf] = value
    return section


SCALES = {name: scale_of(name) for name in PRESETS}
ARMS = {name: arm_of(SECTION, name, SCALES["default"], 0) for name in SECTION["runs"]}


def changed(run, **entry):
    """The section with some keys of a run replaced."""
    return SECTION | {"runs": SECTION["runs"] | {run: SECTION["runs"][run] | entry}}


@pytest.mark.parametrize("scale", SCALES)
def test_every_run_test_and_split_that_is_declared_can_be_built(scale):
    scale = SCALES[scale]
    setup, trunk = setup_of(SECTION, scale), trunk_of(SECTION, scale, 0)
    assert design_of(setup.scale, 17).joints == 17
    for name, entry in SECTION["runs"].items():
        run = arm_of(SECTION, name, scale, 5)
        assert run.seeds == tuple(range(5, 5 + entry["seeds"]))
        reader = reader_of(run.tests, setup.reading, grouper_of(run.grouping, 0))
        assert list(reader.variants) == entry["tests"]
        assert [list(way.scales) for way in reader.variants.values()] == [
            SECTION["tests"][test]["scales"] for test in entry["tests"]
        ]
        assert run.sets[0] == ("coco", "val")
        assert recipe_of(run, setup).samples > 0
        assert json.loads(json.dumps(configuration_of(SECTION, scale, run, 0)))["parent"] == trunk.name


def test_the_papers_scale_is_the_published_setting():
    setup = setup_of(SECTION, SCALES["paper"])
    assert setup.scale == PAPER
    assert (setup.weights.heat, setup.weights.tags, setup.weights.grouping) == (1, 1e-3, 1e-5)
    assert (setup.crop_px, setup.sigma, setup.exact, setup.similar) == (512, 2, False, None)
    assert (setup.reading.candidates.subpixel, setup.reading.candidates.threshold) == ("quarter", 0.1)
    run = arm_of(SECTION, "full", SCALES["paper"], 0)
    assert (run.grouping.net.embedding, run.grouping.net.dropout, run.grouping.net.place_gain) == (1, 0.5, 1)
    recipe = recipe_of(run, setup)
    assert (recipe.batch, recipe.training.optimiser.kind, recipe.training.schedule.rate) == (32, "adam", 2e-4)


@pytest.mark.parametrize("tags", sorted({SCALES[name]["network"]["tags"] for name in PRESETS}))
def test_the_three_kinds_of_graph_network_are_of_one_size_within_a_hundredth(tags):
    count = {}
    for name in MODULE:
        net = dataclasses.replace(ARMS[name].grouping.net, embedding=tags)
        with torch.device("meta"):
            network = GraphNet(net, type_pairs("coco17", "full"))
        count[net.kind] = sum(parameter.numel() for parameter in network.parameters())
    assert len(count) == len(MODULE)
    assert all(abs(number / count["edge_conv"] - 1) <= 0.01 for number in count.values()), count


def test_rows_of_the_ablation_differ_in_what_they_are_about_alone():
    full = ARMS["full"].grouping
    for name in ("final", "edge", "edge_final"):
        grouping = ARMS[name].grouping
        assert dataclasses.replace(grouping, losses=GROUPING, rules=full.rules) == full
    for name in ("fc", "gat"):
        net = dataclasses.replace(ARMS[name].grouping.net, kind="edge_conv")
        assert dataclasses.replace(ARMS[name].grouping, net=net) == full
    for name in ("tree", "bypass", "extended"):
        assert dataclasses.replace(ARMS[name].grouping, graph="full") == full
        assert ARMS[name].grouping.graph == name
    assert all((arm.small, arm.parent) == (ARMS["ae"].small, "trunk") for arm in ARMS.values())


def test_macro_nodes_judge_where_no_loss_teaches_edges():
    judges = {name: arm.grouping.rules.judge for name, arm in ARMS.items() if arm.grouping}
    assert {name for name, judge in judges.items() if judge == "macro"} == {"final"}


def test_a_trunk_knows_neither_groupings_nor_tests():
    trunk = trunk_of(SECTION, SCALES["default"], 0)
    known = configuration_of(SECTION, SCALES["default"], trunk, 0)
    assert not {"grouping", "tests", "parent", "graph_net", "clustering"} & known.keys()


def test_losses_of_the_scale_replace_the_published_ones_where_there_are_any():
    scale = SCALES["default"] | {"loss": {"heat": None, "tags": 7.0}}
    weights = setup_of(SECTION, scale).weights
    assert (weights.heat, weights.tags, weights.grouping) == (1.0, 7.0, 1e-5)


def test_the_small_scale_has_a_threshold_a_balance_and_a_least_sigma_of_its_own():
    scale = SCALES["default"]
    setup = setup_of(SECTION, scale)
    assert setup.reading.candidates.threshold == scale["threshold"] != SECTION["candidates"]["threshold"]
    assert setup.weights.balance == scale["loss"]["balance"] != SECTION["loss"]["balance"]
    assert setup.similar == scale["similar"]


@pytest.mark.parametrize("scale", SCALES)
def test_a_graph_reads_the_tags_and_the_unit_of_places_that_it_was_taught(scale):
    setup, run = setup_of(SECTION, SCALES[scale]), arm_of(SECTION, "full", SCALES[scale], 0)
    reader = reader_of(run.tests, setup.reading, grouper_of(run.grouping, 0))
    assert reader.unit_px == setup.crop_px
    joined = {name: way.tags for name, way in reader.variants.items()}
    assert joined == {"single": "first", "multi": "first", "greedy": "concat"}


def test_tags_of_any_distance_are_compared_unless_a_bound_is_given():
    assert setup_of(SECTION, SCALES["default"]).reading.farthest == np.inf
    bounded = SECTION | {"testing": SECTION["testing"] | {"farthest": 2.0}}
    assert setup_of(bounded, SCALES["default"]).reading.farthest == 2.0


@pytest.mark.parametrize(("entry", "message"), [
    ({"tests": ["single", "blind"]}, r"hgg\.runs: test 'blind', expected one of single, multi, greedy"),
    ({"tests": ["multi", "single"]}, r"hgg\.runs\.full\.tests: found \['multi', 'single'\], expected single"),
    ({"tests": []}, r"hgg\.runs\.full\.tests: found \[\], expected single as the first"),
    ({"losses": ["edge", "all"]}, r"losses \['edge', 'all'\], expected some of edge, final, intermediate"),
    ({"losses": None}, r"losses \[\], expected some of edge"),
    ({"kind": "none"}, r"losses .*edge.* of kind none, expected null"),
    ({"kind": "cnn"}, r"hgg\.graph_net\.kind: found 'cnn', expected one of edge_conv"),
])  # fmt: skip
def test_an_unknown_test_or_loss_is_one_clear_line(entry, message):
    with pytest.raises(ReposeError, match=message) as caught:
        arm_of(changed("full", **entry), "full", SCALES["default"], 0)
    assert "\n" not in str(caught.value)


def test_a_test_needs_a_scale_and_a_known_grouper():
    with pytest.raises(ReposeError, match=r"hgg\.tests: grouper: found 'luck', expected one of own, tags"):
        Look((1.0,), "luck")
    with pytest.raises(ReposeError, match=r"hgg\.tests: scales: found none"):
        Look((), "own")
