"""From the parameters to a run: what a smaller scale replaces, and for whom."""

from dataclasses import replace

import pytest

from repose.foundations.parameters import read_yaml12
from repose.gcn.run import Model, as_trained, scale_of, schedules, setup_of
from tests.imports import ROOT

PARAMS = read_yaml12(ROOT / "params.yaml")
TRAIN = PARAMS["gcn"]["train"]
SCALE = PARAMS["scale"]["gcn"] | {"detected": {"rate": 0.3, "dropout": 0.05}}
GRAPH = Model("global", 256, 4, "classes", 100, 10, 64, 100, "detected", 0.2, "none")
MARTINEZ = replace(GRAPH, layer="martinez", task="none", classes=None, dropout=0.5, normalise="zscore")


def test_a_smaller_scale_replaces_the_dropout_of_graph_networks_on_detected_joints():
    assert as_trained(GRAPH, SCALE).dropout == 0.05
    published = SCALE | {"detected": {"rate": 0.3, "dropout": None}}
    assert as_trained(GRAPH, published) == GRAPH
    for model in (MARTINEZ, replace(GRAPH, input="gt")):
        assert as_trained(model, SCALE) == model


def test_what_is_set_for_detected_joints_is_told_where_it_is_taken():
    assert scale_of(GRAPH, SCALE) == SCALE
    for model in (MARTINEZ, replace(GRAPH, input="gt")):
        assert SCALE.keys() - scale_of(model, SCALE).keys() == {"detected"}


@pytest.mark.parametrize("joints", ["gt", "detected"])
def test_martinez_network_has_its_own_schedule_with_either_joints_and_no_clipping(joints):
    graph, martinez = (replace(model, input=joints) for model in (GRAPH, MARTINEZ))
    rate = {"rate": 0.3} if joints == "detected" else {}
    assert schedules(TRAIN, SCALE, graph) == (TRAIN[joints], SCALE["train"] | rate)
    assert schedules(TRAIN, SCALE, martinez) == (TRAIN["martinez"], SCALE["train"] | SCALE["martinez"])
    assert (setup_of(TRAIN, SCALE, graph).clip, setup_of(TRAIN, SCALE, martinez).clip) == (1.0, 0.0)
