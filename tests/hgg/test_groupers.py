import pytest
import torch

from repose.foundations.errors import ReposeError
from repose.hgg.benchmark import evaluate
from repose.hgg.clustering import ClusteringRules
from repose.hgg.graph_net import GraphNetDesign
from repose.hgg.graphs import type_pairs
from repose.hgg.groupers import SimulatedTraining, hierarchical, scenes_of, train_grouper
from repose.hgg.simulation import Quality, drawn_poses

POSES = drawn_poses(30, 0)


def test_a_short_training_teaches_grouping_and_is_repeatable():
    torch.set_num_threads(1)
    easy = Quality(missed=0.1, made_up=0.0, tag_noise=0.1, tag_mixed=0.0)
    training = SimulatedTraining(steps=80, batch=3, people=(1, 2), tag_noise=(0.1, 0.1))
    design = GraphNetDesign(dropout=0.0, place_gain=20.0)
    trained = [
        train_grouper(POSES, type_pairs("coco17", "full"), design, ClusteringRules(), easy, of)
        for of in (training, SimulatedTraining(steps=2), SimulatedTraining(steps=2))
    ]
    scores = [evaluate(hierarchical(net), scenes_of(POSES, 2, 10, easy, 0)) for net in trained[:2]]
    assert scores[0].pairwise_f1 > 0.7
    assert scores[0].pairwise_f1 > scores[1].pairwise_f1
    first, second = (torch.cat([p.flatten() for p in net.parameters()]) for net in trained[1:])
    assert torch.equal(first, second)


@pytest.mark.parametrize("people", [(8, 1), (1, 2, 3)])
def test_a_range_of_people_is_the_least_and_the_most(people):
    with pytest.raises(ReposeError, match=r"hgg.simulation.training.people: found .* the least and the most"):
        SimulatedTraining(people=people)
