"""Legend: N candidates, M macro-nodes, E edges, J joints, P people."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.hgg.clustering import ClusteringRules, Grouper, cluster, mean_features
from repose.hgg.graph_net import GraphNetDesign, Nodes
from repose.hgg.graphs import type_pairs

J = 17
FULL = type_pairs("coco17", "full")


def crowd(people, visible, draw):
    """Kinds (N) and people (N) of the joints that are seen, in random order."""
    person, kind = np.nonzero(draw.random((people, J)) < visible)
    order = draw.permutation(len(person))
    return kind[order], person[order]


def oracle(person, noise, draw):
    """Scores 0.9 within a person and 0.1 between people, plus noise; of macro-nodes the mean over their
    members.

    It reads features that are one-hot candidates.
    """
    astray = np.triu(draw.standard_normal((len(person), len(person))), 1)
    scores = np.where(person[:, None] == person, 0.9, 0.1) + noise * (astray + astray.T)

    def score(features, pairs):
        first, second = features.numpy()[pairs].transpose(1, 0, 2)  # E, N each
        found = ((first @ scores) * second).sum(1)
        return torch.from_numpy(found.clip(1e-6, 1 - 1e-6)).logit()

    return score


def grouped(kind, score, allowed=FULL, draw=None, **rules):
    features = torch.eye(len(kind), dtype=torch.float64)
    return cluster(
        features, np.zeros(len(kind), int), kind, allowed, score, ClusteringRules(**rules), draw=draw
    )


def exact(clusters, person):
    """The share of people all of whose joints, and no others, are together."""
    same, together = person[:, None] == person, clusters[:, None] == clusters
    return np.mean([(same == together).all(1)[person == p].all() for p in np.unique(person)])


def simulated(visible, noise, cut, order, trials=20, mixed=True):
    """Exact people and the rounds needed, of four people at a time; joints mixed, or person by person."""
    found, rounds = [], []
    for trial in range(trials):
        draw = rng(trial, "simulation")
        kind, person = crowd(4, visible, draw)
        if not mixed:
            person, kind = np.sort(person), kind[np.lexsort((kind, person))]
        made = grouped(kind, oracle(person, noise, draw), draw=draw, cut=cut, order=order)
        found.append(exact(made.clusters, person))
        rounds.append(len(made.rounds))
    return np.mean(found), set(rounds)


@pytest.mark.parametrize("order", ["score", "random"])
def test_perfect_scores_without_a_cut_are_destroyed(order):
    assert simulated(1.0, 0.0, 0.0, order)[0] < 0.05


def test_they_survive_only_where_everybody_is_left_with_a_joint_of_one_kind():
    assert simulated(1.0, 0.0, 0.0, "score", mixed=False) == (1.0, {5})


def test_with_noise_and_without_a_cut_no_order_survives():
    assert simulated(1.0, 0.15, 0.0, "score", mixed=False)[0] < 0.1


@pytest.mark.parametrize("order", ["score", "random"])
def test_with_the_cut_perfect_scores_give_perfect_people_in_five_rounds(order):
    assert simulated(1.0, 0.0, 0.5, order) == (1.0, {5})


@pytest.mark.parametrize("order", ["score", "random"])
def test_with_the_cut_noise_does_little(order):
    assert simulated(1.0, 0.15, 0.5, order)[0] > 0.9


@pytest.mark.parametrize("visible", [1.0, 0.7])
def test_with_much_noise_the_order_of_scores_is_better_than_a_random_one(visible):
    best, drawn = (simulated(visible, 0.3, 0.5, order, trials=30)[0] for order in ("score", "random"))
    assert best > drawn + 0.1
    assert best > 0.6


@given(
    st.integers(1, 6), st.floats(0.1, 1), st.sampled_from(["tree", "bypass", "extended", "full"]),
    st.sampled_from(["score", "random"]), st.sampled_from([0.0, 0.5]), st.integers(0, 999),
)  # fmt: skip
@settings(deadline=None, max_examples=60)
def test_whatever_the_scores_the_clusters_are_possible_people(people, visible, graph, order, cut, seed):
    draw = rng(seed, "any")
    kind, _person = crowd(people, visible, draw)
    allowed = type_pairs("coco17", graph)

    def score(features, pairs):
        return torch.from_numpy(draw.normal(size=len(pairs)))

    made = grouped(kind, score, allowed, draw, order=order, cut=cut)
    assert made.clusters.shape == kind.shape  # each candidate in one cluster
    assert set(made.clusters) == set(range(made.clusters.max(initial=-1) + 1))
    assert len(set(zip(made.clusters, kind, strict=True))) == len(kind)  # never two joints of a kind
    assert len(made.rounds) <= math.ceil(math.log2(J))


def test_a_sparse_graph_links_macro_nodes_through_any_of_their_members():
    tree = type_pairs("coco17", "tree")
    made = grouped(np.arange(J), oracle(np.zeros(J), 0.0, rng(0, "none")), tree)
    assert {tuple(p) for p in made.rounds[0].pairs} == {
        (a, b) for a in range(J) for b in range(a + 1, J) if tree[a, b]
    }
    assert len(made.rounds[1].pairs) > 0
    assert made.rounds[-1].after.max() < J // 3


def nodes_of(kind, seed=0, pictures=1):
    made = torch.Generator().manual_seed(seed)
    count = len(kind)
    return Nodes(
        torch.randn(pictures, count, 1, generator=made),
        torch.from_numpy(kind).expand(pictures, count).clone(),
        torch.rand(pictures, count, 2, generator=made),
        torch.ones(pictures, count, dtype=torch.bool),
    )


def grouper(seed=0, **rules):
    torch.manual_seed(seed)
    made = Grouper(GraphNetDesign(), FULL, ClusteringRules(**rules)).eval()
    with torch.no_grad():  # untrained scores all lie on one side of the cut
        made.edge.mlp[-1].weight *= 50
    return made


@pytest.mark.parametrize("count", [0, 1, 2, 300])
def test_empty_pictures_single_candidates_and_crowds_are_grouped(count):
    kind = rng(0, "kinds").integers(J, size=count)
    with torch.inference_mode():
        clusters = grouper()(nodes_of(kind)).clusters
    assert clusters.shape == (count,)
    assert len(set(zip(clusters, kind, strict=True))) == count


def test_the_order_of_candidates_changes_no_group():
    kind, order = rng(0, "kinds").integers(J, size=60), rng(0, "order").permutation(60)
    one = nodes_of(kind)
    other = Nodes(*(t[:, order] for t in one))
    with torch.no_grad():
        a, b = (grouper()(n).clusters for n in (one, other))
    assert ((a[order][:, None] == a[order]) == (b[:, None] == b)).all()
    assert 1 < len(set(a)) < 60


def test_pictures_of_a_batch_are_grouped_as_alone():
    kind = rng(0, "kinds").integers(J, size=40)
    one = nodes_of(kind, pictures=3)
    one.mask[1, 25:] = False
    one.mask[2] = False
    with torch.no_grad():
        together = grouper()(one).clusters
        alone = [grouper()(Nodes(*(t[b : b + 1] for t in one))).clusters for b in range(3)]
    parts = [together[:40], together[40:], together[:0]]
    for part, own in zip(parts, alone, strict=True):
        assert ((part[:, None] == part) == (own[:, None] == own)).all()
    assert not set(parts[0]) & set(parts[1])


def test_macro_nodes_have_the_mean_of_their_members():
    features, node = torch.randn(6, 4), np.array([0, 1, 0, 2, 0, 1])
    expected = torch.stack([features[node == m].mean(0) for m in range(3)])
    torch.testing.assert_close(mean_features(features, node), expected)


def test_rounds_tell_from_which_macro_nodes_to_which():
    kind, person = crowd(3, 0.9, rng(0, "crowd"))
    made = grouped(kind, oracle(person, 0.0, rng(0, "none")))
    assert (made.rounds[0].before == np.arange(len(kind))).all()
    for one, following in zip(made.rounds[:-1], made.rounds[1:], strict=True):
        assert (one.after == following.before).all()
        sizes = np.array([len(set(one.before[one.after == m])) for m in range(one.after.max() + 1)])
        assert set(np.flatnonzero(sizes == 2)) == set(one.formed)
        assert sizes.max() == 2
    assert (made.clusters == made.rounds[-1].after).all()


def test_macro_nodes_below_their_own_cut_are_undone():
    kind = np.arange(J)
    with torch.no_grad():
        net = grouper(macro_cut=0.5)
        net.macro.mlp[-1].bias.fill_(-100.0)
        assert len(set(net(nodes_of(kind)).clusters)) == J
        net.macro.mlp[-1].bias.fill_(100.0)
        assert (net(nodes_of(kind)).clusters == grouper()(nodes_of(kind)).clusters).all()


@pytest.mark.parametrize("judge", ["edge", "macro"])
def test_what_is_merged_in_training_is_decided_without_dropout(judge):
    torch.manual_seed(0)
    net = Grouper(GraphNetDesign(dropout=0.5), FULL, ClusteringRules(cut=0.0, judge=judge))
    made = net.train()(nodes_of(np.arange(J)))
    assert len(made.rounds) > 1
    for of in made.rounds:
        wanted = net.eval().score_edges(of.features, of.pairs).detach().numpy()
        np.testing.assert_allclose(of.logits, wanted, atol=1e-5)


def test_the_random_order_asks_for_its_draw():
    with pytest.raises(RuntimeError, match="needs a `draw`"):
        grouper(order="random")(nodes_of(np.arange(J)))


def test_an_unknown_order_is_an_error_of_the_user():
    with pytest.raises(ReposeError, match=r"hgg.clustering.order: found 'best'"):
        ClusteringRules(order="best")
