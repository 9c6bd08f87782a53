"""Training associative embedding and its grouping at the default scale, and what a test's modules take.

Crops a second of whole training steps, with crops and labels made by the thread beside it, against the same
steps on a batch that is already there; a step of the run `full`, which groups its own candidates, against
one of `ae`; and Fig. 4b in milliseconds, the modules of a test by the number of people in a picture. An
untrained network proposes nothing: so the truth is added to what it says, and its grouper has seen some
simulated pictures. One thread, all within this process. `python -m benchmarks.hgg 2` takes two threads.
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch

from benchmarks.crops import (
    JOINTS,
    PEOPLE,
    STEPS,
    against,
    crop_batches,
    loading_lines,
    training_step,
)  # fmt: skip
from benchmarks.decoder import figures
from benchmarks.decoder import labels as all_labelled
from benchmarks.grouping import PEOPLE as NUMBERS
from benchmarks.grouping import milliseconds, somewhat_trained
from benchmarks.timing import best_seconds
from repose.foundations.parameters import load_params
from repose.foundations.rng import rng
from repose.hgg.candidates import by_picture, find_candidates
from repose.hgg.clustering import Grouper, cluster
from repose.hgg.designs import build_seeded, design_of
from repose.hgg.groupers import batch_of
from repose.hgg.looking import SKELETON, GroupingDesign
from repose.hgg.network import STRIDE, Said
from repose.hgg.objective import PoseGroups, plain_parameters
from repose.hgg.people import people_of
from repose.hgg.predict import by_tags
from repose.hgg.recipe import trunk_recipe
from repose.hgg.run import Setup, maker_of, objective_of
from repose.hgg.settings import arm_of, setup_of, trunk_of
from repose.hgg.simulation import Quality, tags_of
from repose.hgg.targets import PEAK, Labels
from repose.hgg.testing import look
from repose.skeletons import get_skeleton
from repose.training.devices import Device, Forward, cpu_has_bf16, prepare_device
from repose.training.optimiser import Optimiser

EMBEDDING = "associative embedding"
PICTURES = 8  # of a test that are looked at together, all with as many people
HEIGHTS = (0.17, 0.83)  # least and largest of people by the picture's side, as `crops.crowded` has them
ROOM = 10  # people; more of them are shorter


class Bench(NamedTuple):
    """What all measurements share."""

    setup: Setup
    grouping: GroupingDesign
    grouper: Grouper
    quality: Quality
    optimiser: Optimiser
    device: Device
    batch: int


def truth_said(labels: Labels, quality: Quality, draw: np.random.Generator) -> Said:
    """What a well trained network says: bells, and in the cells of each person's joints tags of their own."""
    heat = labels.heat.float() / PEAK
    tags = torch.zeros(*heat.shape[:2], quality.tag_size, *heat.shape[2:])
    for picture, (known, cell) in enumerate(zip(labels.labelled, labels.cell.long(), strict=True)):
        person, joint = known.nonzero().T
        x, y = cell[person, joint].T
        places = labels.joints2d_px[picture].numpy().astype(float)
        own = tags_of(person.numpy(), joint.numpy(), places, quality, draw)
        tags[picture, joint, :, y, x] = torch.from_numpy(own).float()
    return Said(heat, tags)


class Prompted(Forward):
    """A network to whose words the truth is added."""

    def __init__(self, network: PoseGroups, device: Device, truth: Said) -> None:
        super().__init__(network, device)
        self.truth = truth

    def __call__(self, *inputs: Any, **options: Any) -> list[Said]:
        said = super().__call__(*inputs, **options)
        return [Said(s.heat + self.truth.heat, s.tags + self.truth.tags) for s in said]


def network_of(bench: Bench, grouper: Grouper | None) -> PoseGroups:
    """The network with its first weights."""
    network = PoseGroups(build_seeded(design_of(bench.setup.scale, JOINTS), 0), grouper)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def step_with(bench: Bench, grouping: GroupingDesign | None, truth: Said | None) -> Callable[[Any], None]:
    """One step of a training on a batch, with a grouping or without."""
    setup, device = bench.setup, bench.device
    network = network_of(bench, bench.grouper if grouping else None).train()
    objective = objective_of(grouping, setup, network, 0)
    forward = Prompted(network, device, truth) if truth else Forward(network, device)
    return training_step(network, objective, forward, bench.optimiser, plain_parameters(network))


def training_lines(bench: Bench) -> list[str]:
    """Associative embedding with loading and without, and with a grouping of its candidates."""
    setup = bench.setup
    batches = partial(crop_batches, setup.picture_px, setup.crop_px, setup.augment, bench.batch)
    maker = maker_of(setup, setup.crop_px)
    lines = loading_lines("associative embedding", step_with(bench, None, None), batches, maker)
    ready = next(batches(maker).prepared(0))
    truth = truth_said(ready["labels"], bench.quality, rng(0, "benchmark", "tags"))
    found = len(find_candidates(truth.heat.numpy(), setup.reading.candidates).type) / bench.batch
    runs = {"ae": None, "full": bench.grouping}
    steps = {name: partial(step_with(bench, own, truth), ready) for name, own in runs.items()}
    taken = {name: 1e3 * seconds for name, seconds in best_seconds(steps, STEPS // 2).items()}
    words = f"a step, {found:.0f} candidates a crop of pictures with {PEOPLE} people"
    return [*lines, f"{words}: {against('ae', taken, 'ms')}"]


class Seen(NamedTuple):
    """What a network says of pictures with so many people each, and what is read from it."""

    heat: np.ndarray  # B, J, H, W
    tags: np.ndarray  # B, J, T, H, W
    unit: np.ndarray  # 2: width and height in cells of what the grouper is told places in


def seen_with(bench: Bench, people: int) -> Seen:
    """Pictures with so many people, of whose joints some are missed."""
    px, draw = bench.setup.picture_px, rng(0, "benchmark", "hgg", people)
    low, high = (share * px * min(1.0, (ROOM / people) ** 0.5) for share in HEIGHTS)
    joints, known, *rest = all_labelled(figures(draw, PICTURES, people, px, (low, high)), px)
    known = known & (draw.random(known.shape) >= bench.quality.missed)
    truth = truth_said(maker_of(bench.setup, px)(joints, known, *rest), bench.quality, draw)
    return Seen(truth.heat.numpy(), truth.tags.numpy(), np.full(2, bench.setup.reading.unit_px / STRIDE))


def modules(bench: Bench, seen: Seen) -> tuple[dict[str, Callable[[], object]], int]:
    """The modules of a test after the network, and how many candidates there are."""
    rules, grouper = bench.setup.reading.candidates, bench.grouper
    proposals = find_candidates(seen.heat, rules)
    pictures = by_picture(proposals, seen.tags, seen.unit)
    nodes = batch_of(pictures)
    of_batch = (grouper.graph_net(nodes)[nodes.mask], proposals.picture, proposals.type, grouper.allowed)
    clustered = partial(cluster, *of_batch, grouper.score_edges, grouper.rules)
    groups = clustered().clusters
    return {
        "candidates": lambda: batch_of(by_picture(find_candidates(seen.heat, rules), seen.tags, seen.unit)),
        "graph network": lambda: grouper.graph_net(nodes),
        "clustering": clustered,
        "people": lambda: people_of(groups, proposals, seen.heat, seen.tags, bench.setup.reading.people),
        EMBEDDING: partial(by_tags(SKELETON, bench.setup.reading.farthest), pictures),
    }, len(groups)


@torch.inference_mode()
def test_lines(bench: Bench) -> Iterator[str]:
    """Milliseconds a picture of a test's modules, by the number of people."""
    px, mirror = bench.setup.picture_px, bench.setup.reading.flip
    forward = Forward(network_of(bench, None).eval(), bench.device)
    pictures = torch.zeros(PICTURES, 3, px, px, dtype=torch.uint8).to(memory_format=torch.channels_last)
    flip = get_skeleton(SKELETON).flip if mirror else None
    network = milliseconds(lambda: look(forward, pictures, flip)) / PICTURES
    mirrored = " and its mirror image" if mirror else ""
    yield f"a test, a picture of {px} px{mirrored}: proposal network {network:.2f} ms, and then"
    for people in NUMBERS:
        works, candidates = modules(bench, seen_with(bench, people))
        taken = {name: milliseconds(work) / PICTURES for name, work in works.items()}
        instead = f"; {EMBEDDING} in their place {taken.pop(EMBEDDING):.2f} ms"
        share = (taken["graph network"] + taken["clustering"]) / (network + sum(taken.values()))
        parts = ", ".join(f"{name} {each:.2f}" for name, each in taken.items())
        head = f"{people:2} people, {candidates / PICTURES:3.0f} candidates"
        yield f"{head}: {parts} ms; grouping {share:.1%} of all{instead}"


def bench_of(threads: int) -> Bench:
    """The default scale, and a grouper that has learnt a little."""
    params = load_params()
    section, scale = params["hgg"], params["scale"]["hgg"]
    setup, grouping = setup_of(section, scale), arm_of(section, "full", scale, 0).grouping
    if grouping is None:
        raise RuntimeError("hgg.runs.full groups by associative embedding")
    precision = "bf16" if cpu_has_bf16() else "fp32"
    device = prepare_device("cpu", threads, precision, channels_last=True)
    quality = Quality(tag_size=setup.scale.tags)
    grouper = somewhat_trained(grouping.net, grouping.rules, quality)
    recipe = trunk_recipe(setup.paper, trunk_of(section, scale, 0).small)
    return Bench(setup, grouping, grouper, quality, recipe.training.optimiser, device, recipe.batch)


def main(threads: int = 1) -> None:
    """Print rates, ratios and milliseconds."""
    bench = bench_of(threads)
    print(f"{bench.device.precision}, {threads} thread(s) and that of the loading")
    for line in training_lines(bench):
        print(line, flush=True)
    for line in test_lines(bench):
        print(line, flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
