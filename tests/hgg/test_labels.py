"""Legend: N candidates, P people, J joints, E edges, M macro-nodes."""

import numpy as np
import pytest
import torch

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.hgg.clustering import ClusteringRules, Grouper, Grouping, Round
from repose.hgg.graph_net import GraphNetDesign
from repose.hgg.graphs import type_pairs
from repose.hgg.groupers import batch_of, truth_of
from repose.hgg.labels import (
    NOBODY,
    SEVERAL,
    UNSURE,
    Assignment,
    assign,
    discriminator_loss,
    edge_labels,
    final_nodes,
    grouping_losses,
    macro_labels,
    owners,
    sampled,
    skill,
    skills,
)  # fmt: skip
from repose.hgg.simulation import Quality, drawn_poses, simulate

SIGMA = np.array([0.05, 0.1])
PEOPLE = np.array([[[10.0, 10], [10, 40]], [[50.0, 10], [50, 40]]])  # P, J, 2
AREA = np.array([900.0, 900.0])


def assigned(types, points, labelled=None):
    labelled = np.ones((2, 2), bool) if labelled is None else labelled
    return assign(np.array(types), np.array(points, float), PEOPLE, labelled, AREA, SIGMA)


def test_a_candidate_is_the_joint_of_its_kind_on_which_it_lies():
    found = assigned([0, 1, 0, 1], [[10, 10], [50, 41], [10, 40], [30, 25]])
    assert found.person.tolist() == [0, 1, NOBODY, NOBODY]
    assert not found.duplicate.any()


def test_of_two_candidates_on_a_joint_the_nearer_counts():
    found = assigned([0, 0], [[11, 10], [10, 10]])
    assert found.person.tolist() == [0, 0]
    assert found.duplicate.tolist() == [True, False]


def test_similarity_must_be_more_than_a_half():
    reach = np.sqrt(2 * np.log(2) * 900) * 2 * SIGMA[0]  # where exp(−d² / (2 · area · (2σ)²)) is a half
    for factor, person in ((0.99, 0), (1.01, NOBODY)):
        assert assigned([0], [[10 + factor * reach, 10]]).person.tolist() == [person]


def test_unlabelled_joints_and_empty_pictures_have_no_candidates():
    assert assigned([0], [[10, 10]], np.array([[False, True], [True, True]])).person.tolist() == [NOBODY]
    assert len(assigned(np.zeros(0, int), np.zeros((0, 2))).person) == 0
    nobody = assign(np.zeros(1, int), np.zeros((1, 2)), PEOPLE[:0], np.ones((0, 2), bool), AREA[:0], SIGMA)
    assert nobody.person.tolist() == [NOBODY]


def test_the_order_of_people_changes_no_label():
    scene = simulate(drawn_poses(20, 0), 4, Quality(), 0)
    renamed = np.where(scene.person < 0, scene.person, np.array([2, 0, 3, 1])[scene.person])
    made, whole = all_pairs(len(scene.person)), np.zeros(len(scene.person), bool)
    a, b = (edge_labels(made, Assignment(person, whole)) for person in (scene.person, renamed))
    np.testing.assert_array_equal(a, b)


def all_pairs(count, node=None, after=None, formed=()):
    node = np.arange(count) if node is None else np.array(node)
    pairs = np.stack(np.triu_indices(node.max() + 1, 1), 1)
    after = node if after is None else np.array(after)
    nothing = torch.zeros(node.max() + 1, 1)
    return Round(node, nothing, pairs, np.zeros(len(pairs)), after, np.array(formed, int), None)


#                  two of person 0, one of 1, one of nobody, a duplicate of 0
MIXED = Assignment(np.array([0, 0, 1, -1, 0, -1]), np.array([False, False, False, False, True, False]))


def test_edges_within_a_person_are_kept_and_what_cannot_be_known_is_not_asked():
    made = all_pairs(6)
    label, counts = (
        dict(zip(map(tuple, made.pairs.tolist()), of, strict=True)) for of in edge_labels(made, MIXED)
    )
    assert label[0, 1]
    assert counts[0, 1]
    assert not label[0, 2]
    assert counts[0, 2]
    assert not label[0, 3]
    assert counts[0, 3]
    assert not counts[3, 5]  # two of nobody's
    assert not counts[0, 4]  # a duplicate


def test_a_stray_does_not_change_whose_a_macro_node_is():
    person = Assignment(np.array([0, 0, 1, 0, 1, 0]), np.zeros(6, bool))
    made = all_pairs(6, node=[0, 0, 0, 1, 2, 2])  # mostly 0, all 0, even
    label, counts = edge_labels(made, person)
    assert label[0]
    assert counts[0]
    assert not counts[1:].any()


def test_a_macro_node_is_one_persons_only_if_all_members_are():
    node = np.array([0, 0, 1, 1, 2, 3])
    assert owners(node, MIXED).tolist() == [0, SEVERAL, UNSURE, NOBODY]
    label, counts = macro_labels(all_pairs(6, node, node, [0, 1, 2, 3]), MIXED)
    assert label.tolist() == [True, False, False, False]
    assert counts.tolist() == [True, True, False, True]


def test_final_macro_nodes_are_those_that_merge_no_further():
    first = all_pairs(6, after=[0, 0, 1, 1, 2, 2], formed=[0, 1, 2])
    second = all_pairs(6, node=[0, 0, 1, 1, 2, 2], after=[0, 0, 0, 0, 1, 1], formed=[0])
    assert [f.tolist() for f in final_nodes([first, second])] == [[False, False, True], [True]]
    assert final_nodes([]) == []


def test_balanced_losses_are_the_mean_of_both_classes_means():
    logits = torch.tensor([2.0, -1.0, 0.5, 3.0])
    label, counts = np.array([True, False, False, True]), np.array([True, True, True, False])
    cost = [np.log1p(np.exp(-2.0)), np.log1p(np.exp(-1.0)), np.log1p(np.exp(0.5))]
    expected = {
        "classes": (cost[0] + (cost[1] + cost[2]) / 2) / 2,
        "none": np.mean(cost),
        "focal": np.mean([c * (1 - np.exp(-c)) ** 2 for c in cost]),
    }
    for balance, value in expected.items():
        assert discriminator_loss(logits, label, counts, balance).item() == pytest.approx(value, rel=1e-5)
    one_class = discriminator_loss(logits[:1], label[:1], counts[:1], "classes")
    assert one_class.item() == pytest.approx(cost[0], rel=1e-5)
    assert discriminator_loss(logits, label, counts & False, "classes").item() == 0
    with pytest.raises(ReposeError, match=r"hgg.loss.balance: found 'all'"):
        discriminator_loss(logits, label, counts, "all")


def test_edges_to_be_cut_are_drawn_and_edges_to_be_kept_all_count():
    label, counts = np.arange(1000) < 30, np.arange(1000) % 2 == 0
    rows = sampled(label, counts, 3, rng(0, "edges"))
    assert label[rows].sum() == 15
    assert len(rows) == 15 + 3 * 16
    assert counts[rows].all()
    assert len(set(rows)) == len(rows)
    assert len(sampled(label, counts, 0, rng(0, "edges"))) == 500


def slow_skill(logits, label):
    """Of every positive with every negative: 1 where it is higher, 0 where alike, −1 where lower."""
    return np.mean([np.sign(p - n) for p in logits[label] for n in logits[~label]])


@pytest.mark.parametrize("values", [3, 10, 1000])
def test_skill_is_how_often_right_is_rated_higher_than_wrong_of_all_pairs(values):
    draw = rng(0, "skill", values)
    label, counts = draw.random(60) < 0.3, draw.random(60) < 0.8
    logits = (draw.integers(values, size=60) + label).astype(np.float32)  # the fewer values the more ties
    found = skill(logits, label, counts)
    assert found == pytest.approx(slow_skill(logits[counts], label[counts]))
    assert skill(-logits, label, counts) == pytest.approx(-found)


def test_skill_is_one_without_fault_zero_by_chance_and_unknown_where_all_are_alike():
    label, whole = np.array([True, False, True]), np.ones(3, bool)
    assert skill(np.array([2.0, -1.0, 1.0]), label, whole) == 1
    assert skill(np.zeros(3), label, whole) == 0
    for alike in (~whole, label, ~label):
        assert skill(np.zeros(3), label, alike) is None


def test_the_skills_of_a_grouping_are_of_all_rounds_together():
    draw, truth = rng(0, "rounds"), Assignment(np.array([0, 0, 1, 1, 0, 1]), np.zeros(6, bool))
    first = all_pairs(6, after=[0, 0, 1, 2, 3, 2], formed=[0, 2])
    second = all_pairs(4, node=[0, 0, 1, 2, 3, 2], after=[0, 0, 1, 1, 0, 1], formed=[0, 1])
    rounds = [
        of._replace(
            logits=draw.normal(size=len(of.pairs)), formed_logits=torch.from_numpy(draw.normal(size=2))
        )
        for of in (first, second)
    ]
    logits = np.concatenate([of.logits for of in rounds])
    label, counts = np.concatenate([edge_labels(of, truth) for of in rounds], axis=1)
    found = skills(Grouping(second.after, rounds), truth)
    assert found.judge == pytest.approx(slow_skill(logits[counts], label[counts]))
    assert found.macro is None  # all four are one person's
    mixed = truth._replace(person=np.array([0, 0, 1, 1, 1, 1]))
    formed = np.concatenate([of.formed_logits for of in rounds])
    wanted = slow_skill(formed, np.array([True, True, False, True]))
    assert skills(Grouping(second.after, rounds), mixed).macro == pytest.approx(wanted)
    assert skills(Grouping(np.zeros(0, np.int64), []), truth) == (None, None)


@pytest.mark.parametrize("kind", ["edge_conv", "attention", "fully_connected"])
def test_the_grouping_loss_reaches_the_tags_and_every_weight(kind):
    torch.manual_seed(0)
    net = Grouper(GraphNetDesign(kind), type_pairs("coco17", "full"), ClusteringRules()).train()
    with torch.no_grad():
        net.edge.mlp[-1].bias += 1.0  # so that something merges
    scenes = [simulate(drawn_poses(20, 0), people, Quality(), 0) for people in (1, 3, 0)]
    nodes = batch_of([scene.candidates for scene in scenes])
    tags = nodes.embedding.requires_grad_()
    made = net(nodes, rng(0, "order"))
    losses = grouping_losses(made, truth_of(scenes), net.edge, rng(0, "edges"))
    for loss in losses:
        (found,) = torch.autograd.grad(loss, tags, retain_graph=True)
        assert found.abs().sum() > 0
        assert (found[~nodes.mask] == 0).all()
    sum(losses).backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in net.parameters())


def test_pictures_without_candidates_cost_nothing():
    nothing = Grouping(np.zeros(0, np.int64), [])
    empty = Assignment(np.zeros(0, np.int64), np.zeros(0, bool))
    assert [x.item() for x in grouping_losses(nothing, empty, lambda f, p: f, rng(0, "none"))] == [0, 0, 0]
