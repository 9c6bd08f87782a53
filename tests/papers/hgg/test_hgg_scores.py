"""Scores of HGG runs by all their tests, and what grouping costs."""

from math import log

import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.hgg.graphs import type_pairs
from repose.metrics.people import with_visible_person
from repose.metrics.people.coco import coco_numbers
from repose.papers.hgg import declared
from repose.papers.hgg.facts import gap_text, hgg_facts, part_size, used_text
from repose.papers.hgg.operations import (
    candidate_counts,
    cost_of,
    proposal_operations,
    rounds,
)
from repose.papers.hgg.scores import hgg_scores
from repose.papers.people.judged import load_found, load_judged
from tests.papers.hgg.hgg_runs import LOSSES, TESTS, bare_run, record_of, write_run
from tests.papers.people.people_runs import write_sets


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Test sets, and two runs of which the second is the worse."""
    folder = tmp_path_factory.mktemp("hgg")
    tables = write_sets(folder, tests=TESTS)
    runs = [
        write_run(folder / "runs", "full", tables, wrong=0.8),
        write_run(folder / "runs", "ae", tables, wrong=1.6),
    ]
    return folder, runs, hgg_scores(runs, folder / "poses")


def test_every_test_of_a_run_is_a_row_with_cocos_numbers_in_percent(house):
    folder, runs, scores = house
    assert {run for run, _ in scores} == {"full", "full@multi", "full@greedy", "ae", "ae@multi", "mean_pose"}
    for test, group in (("coco-val", "coco_val"), ("ochuman-test", "ochuman_test")):
        judged = load_judged(folder / "poses", test)
        for row, suffix in (("ae", ""), ("ae@multi", "_multi")):
            people = load_found(runs[1].predictions(test + suffix)[1], judged)
            for kind, pictures in (("all", None), ("visible", with_visible_person(judged.truth))):
                exact = coco_numbers(judged.truth, people, pictures=pictures)
                for name in ("AP", "AP50", "AP75", "AR"):
                    score = scores[row, f"{name.lower()}_{kind}"].only((group,))
                    assert score.value()[1] == pytest.approx(100 * exact[name]), (row, test, name)
    assert 0 < scores["mean_pose", "ar_all"].value() < 100


def test_groups_are_the_test_sets_and_tests_of_a_run_share_its_chance(house):
    _, _, scores = house
    for row in ("full", "full@greedy"):
        score = scores[row, "ap_all"]
        assert score.group_names == ("coco_val", "coco_test", "ochuman_val", "ochuman_test")
        assert score.sums.shape == (2, 28)
        assert score.start == "full"
        assert scores[row, "ap_visible_ochuman_val"].group_names == ("ochuman_val",)


def test_what_is_lost_in_grouping_is_known_of_tests_that_see_the_same_joints(house):
    _, _, scores = house
    for row in ("full", "full@greedy", "ae"):
        gap, best, own = (
            scores[row, m].by_group() for m in ("grouping_gap", "ap_grouped_by_truth", "ap_visible")
        )
        np.testing.assert_allclose(gap, best - own)
    assert ("full@multi", "grouping_gap") not in scores
    np.testing.assert_allclose(
        scores["full@greedy", "ap_grouped_by_truth"].sums, scores["full", "ap_grouped_by_truth"].sums
    )
    assert (scores["full", "grouping_gap"].value() > -1e-9).all()


def test_a_missing_test_is_one_sentence(tmp_path):
    tables = write_sets(tmp_path, tests=("coco-val",))
    run = write_run(tmp_path / "runs", "full", tables)
    run.predictions("coco-val_greedy")[0].unlink()
    with pytest.raises(ReposeError, match=r"no predictions of coco-val_greedy .* make the run again"):
        hgg_scores([run], tmp_path / "poses")


def test_the_trunk_fills_no_row():
    assert declared({"graph_net": {}, "runs": {"ae": {"seeds": 3}}}) == {"ae": {"seeds": 3}}


def test_facts_say_how_a_row_was_made_and_count_a_training_once(house):
    _, runs, scores = house
    facts = hgg_facts(runs, scores)
    assert facts["ae"]["made"] == "associative embedding, one scale"
    taught = "edge_conv on the full graph, taught edge, final, intermediate"
    assert facts["full"]["made"] == f"{taught}, one scale"
    assert facts["full@multi"]["made"] == f"{taught}, several scales"
    assert facts["full@greedy"]["made"] == f"{taught}, one scale, grouped by tags"
    settings = "the run `full`, tested at scales 2, 1, 0.5, grouped by itself"
    assert facts["full@multi"]["settings"] == settings
    assert "samples_seen" in facts["full"]
    assert "samples_seen" not in facts["full@greedy"]
    assert facts["full@greedy"]["seeds"] == 2
    assert facts["full@greedy"]["training_error"] == pytest.approx(LOSSES["heatmap"])
    assert "part_size" not in facts["ae"]
    assert "Put together by the truth, the same joints reach AP" in gap_text(scores)
    assert "57 % below the loss of a coin" in used_text(facts)
    assert gap_text({}) == used_text({}) == ""


def test_a_discriminator_has_learnt_what_it_saves_of_a_coins_loss_the_weakest_counts(tmp_path):
    assert part_size(bare_run(tmp_path, "full")) == pytest.approx(1 - LOSSES["intermediate"] / log(2))
    assert part_size(bare_run(tmp_path, "edge")) == pytest.approx(1 - LOSSES["edge"] / log(2))
    assert part_size(bare_run(tmp_path, "ae")) is None
    unbalanced = bare_run(tmp_path, "fc")
    unbalanced.record["configuration"]["loss"]["balance"] = "none"
    assert part_size(unbalanced) is None


def dense_cost(counts, graph):
    """The published modules on every edge, one by one: three layers of EdgeConv, both discriminators."""
    kinds = np.repeat(np.arange(17), counts)
    edges = sum(graph[a, b] for a in kinds for b in kinds)
    layers = sum(2 * 2 * inputs * 64 for inputs in (20, 64, 64))
    net = edges * layers + len(kinds) * 3 * 2 * 64 * 64
    left, discriminators = len(kinds), 0
    for _ in range(5):
        pairs = min(edges / 2, left * (left - 1) / 2)
        discriminators += pairs * (2 * 2 * 128 * 64 + 2 * 64 * 32 + 2 * 32)
        left = -(-left // 2)
        discriminators += left * (2 * 64 * 32 + 2 * 32 * 16 + 2 * 16)
    return net, discriminators


@pytest.mark.parametrize("graph", ["full", "tree"])
def test_grouping_costs_what_every_edge_and_macro_node_costs(graph):
    counts = np.random.default_rng(0).integers(0, 4, (2, 17))
    cost = cost_of(record_of("full")["configuration"]["grouping"] | {"graph": graph}, counts)
    for row, own in enumerate(counts):
        net, discriminators = dense_cost(own, type_pairs("coco17", graph))
        assert cost.graph_net[row] == pytest.approx(net)
        assert cost.discriminators[row] == pytest.approx(discriminators)
    np.testing.assert_allclose(cost.total, cost.graph_net + cost.discriminators)


def test_a_layer_in_which_nobody_hears_of_another_costs_least():
    counts = np.full((1, 17), 2)
    costs = [
        cost_of(record_of(name)["configuration"]["grouping"], counts).graph_net
        for name in ("fc", "gat", "full")
    ]
    assert costs[0] < costs[1] < costs[2]


def test_rounds_halve_the_macro_nodes_until_a_person_is_one():
    edges, formed = rounds(np.array([17.0, 1.0]), np.array([136.0, 0.0]))
    assert formed.tolist() == [9 + 5 + 3 + 2 + 1, 5]
    assert edges.tolist() == [136 + 36 + 10 + 3 + 1, 0]


def test_operations_are_those_of_the_candidates_that_each_seed_has_found(house):
    folder, runs, scores = house
    judged = load_judged(folder / "poses", "coco-val")
    counts = candidate_counts(runs[0].predictions("coco-val_candidates")[0], len(judged.names))
    assert counts.shape == (7, 17)
    assert counts.sum() == 17 * (11 + 2)
    visible = with_visible_person(judged.truth)
    cost = cost_of(runs[0].record["configuration"]["grouping"], counts[visible]).total.mean() / 1e9
    assert scores["full", "gigaflop_grouping"].value()[0] == pytest.approx(cost)
    network = proposal_operations() / 1e9
    assert scores["full", "gigaflop_all"].value()[1] == pytest.approx(network + cost)
    assert 400 < network < 500
    assert ("ae", "gigaflop_grouping") not in scores
