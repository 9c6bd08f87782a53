"""Grouping's time on one core, after the network: milliseconds a picture by the number of people.

Candidates are simulated with 17 kinds of joints, of which 15 % are missed. The graph's network and
discriminators have the papers' sizes; they are trained a little, since untrained scores would keep half of
all edges. Public parsers of associative embedding take 25 and 65 ms on such a machine, a public graph
network 99 ms for 300 nodes.
"""

import time
from collections.abc import Callable

import numpy as np
import torch

from benchmarks.timing import seconds
from repose.hgg.clustering import ClusteringRules, Grouper
from repose.hgg.graph_net import GraphNetDesign
from repose.hgg.graphs import type_pairs
from repose.hgg.groupers import (
    SimulatedTraining,
    associative,
    batch_of,
    hierarchical,
    scenes_of,
    spectral,
    train_grouper,
)  # fmt: skip
from repose.hgg.simulation import Quality, drawn_poses
from repose.skeletons import get_skeleton

PEOPLE = (1, 5, 10, 20, 30)
PICTURES = 5  # of each number of people
TRAINING = SimulatedTraining(steps=80)


def milliseconds(work: Callable[[], object], times: int = 10) -> float:
    """The shortest processor time of a call, after one to warm up."""
    return 1e3 * seconds(work, times, time.process_time)


def somewhat_trained(design: GraphNetDesign, rules: ClusteringRules, quality: Quality) -> Grouper:
    """A grouper that has seen a few simulated pictures."""
    return train_grouper(drawn_poses(500, 0), type_pairs("coco17", "full"), design, rules, quality, TRAINING)


def main() -> None:
    """Print milliseconds a picture of three groupers, of the graph network alone, and of its training."""
    torch.set_num_threads(1)
    poses, quality = drawn_poses(500, 0), Quality()
    start = time.process_time()
    net = somewhat_trained(GraphNetDesign(dropout=0.0, place_gain=20.0), ClusteringRules(), quality)
    rate = TRAINING.steps * TRAINING.batch / (time.process_time() - start)
    groupers = {
        "associative embedding": associative(get_skeleton("coco17").joints),
        "hierarchical graph": hierarchical(net),
        "spectral": spectral,
    }
    for people in PEOPLE:
        scenes = [scene.candidates for scene in scenes_of(poses, people, PICTURES, quality, 0)]
        found = [
            f"{name} {np.mean([milliseconds(lambda c=c, g=g: g(c)) for c in scenes]):.2f}"  # type: ignore[misc]
            for name, g in groupers.items()
        ]
        nodes = np.mean([len(c.type) for c in scenes])
        print(f"{people:2} people, {nodes:3.0f} candidates: {', '.join(found)} ms")
    crowd = scenes_of(poses, 30, 1, quality, 0)[0].candidates
    nodes_of_300 = batch_of([type(crowd)(*(array[:300] for array in crowd))])
    with torch.inference_mode():
        taken = milliseconds(lambda: net.graph_net(nodes_of_300))
        print(f"EdgeConv network, 300 nodes: {taken:.2f} ms")
        batch = batch_of([scene.candidates for scene in scenes_of(poses, 3, 32, quality, 0)])
        taken = milliseconds(lambda: net.graph_net(batch)) / len(batch.mask)
        print(f"the same, 32 pictures of 3 people at once: {taken:.3f} ms a picture")
    print(f"training on pictures of 1 to 8 people: {rate:.0f} pictures/s")


if __name__ == "__main__":
    main()
