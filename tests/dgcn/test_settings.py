"""From the parameters to runs: what the tables presume is what is trained."""

import pytest

from repose.dgcn.settings import arm_of, configuration_of, setup_of, trunk_of
from repose.foundations.errors import ReposeError
from repose.foundations.parameters import read_yaml12
from tests.imports import ROOT

PARAMS = read_yaml12(ROOT / "params.yaml")
SECTION, SCALE = PARAMS["dgcn"], PARAMS["scale"]["dgcn"]
ARMS = {name: arm_of(SECTION, name, SCALE, 0) for name in SECTION["runs"]}


def test_arms_of_a_backbone_differ_in_the_graph_alone():
    for name, arm in ARMS.items():
        partner = ARMS[f"base_{name.split('_')[1]}"] if name.startswith("ad_") else ARMS["base_r50"]
        same = ("backbone", "parent", "data", "tests", "small")
        assert [getattr(arm, key) for key in same] == [getattr(partner, key) for key in same] or (
            name.startswith("base_")
        ), name


def test_the_soft_adjacency_takes_the_gamma_of_its_run():
    assert {ARMS[name].gamma for name in ("as_r50", "ad_r50", "ad_mpii")} == {0.5}
    assert [ARMS[name].gamma for name in ("as_g001", "as_g01", "as_g1", "as_g5", "as_g100")] == [
        0.01, 0.1, 1.0, 5.0, 100.0,
    ]  # fmt: skip


def test_only_what_table_7_shows_is_tested_on_test_dev():
    assert {name for name, arm in ARMS.items() if ("coco", "test") in arm.tests} == {"base_r152", "ad_r152"}
    crowd = {**SECTION, "runs": {"a": SECTION["runs"]["ad_crowd"] | {"test_dev": True}}}
    with pytest.raises(ReposeError, match=r"dgcn\.runs\.a: test_dev with data crowdpose, expected coco"):
        arm_of(crowd, "a", SCALE, 0)


def test_what_a_trunk_is_made_of_knows_no_graph_and_no_decoder():
    trunk = trunk_of(SECTION, "trunk_r50", SCALE, 0)
    assert not {"graph", "gamma", "decoder"} & configuration_of(SECTION, SCALE, trunk, 0).keys()


def test_at_the_papers_scale_the_losses_have_the_papers_weights():
    scale = SCALE | {"weights_even": False, "vector_weight": 1.0, "normalise": "published"}
    setup = setup_of(SECTION, scale)
    weights = setup.weights
    assert (weights.pif_c, weights.pif_vec, weights.paf_c, weights.paf_vec1) == (30, 2, 50, 3)
    assert setup.supervision == 30
