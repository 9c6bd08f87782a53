"""How fast a device trains the papers' networks: the graph network, and the network for pictures.

A GPU is waited for before the clock is read. The graph network's arithmetic is set against the rate at
which the device multiplies matrices in the same precision: of a layer's own shape, and of a size that keeps
it busy.
"""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from benchmarks import fusion, gcn, timing
from repose.foundations.processes import usable_cores
from repose.fusion.batches import FusionBatches, Set, Sizes
from repose.fusion.designs import PAPER, NetworkScale, build_seeded, design_of
from repose.fusion.losses import Weights, losses
from repose.gcn.adjacency import normalised_adjacency
from repose.gcn.network import GraphNetwork
from repose.pictures.pack import MARGIN, DecodedPeople, Person, decoding_processes
from repose.training.devices import Device, Forward, cpu_has_bf16, prepare_device, to_device
from repose.training.optimiser import Optimiser, Stepper

Row = tuple[str, str, str]  # what, how fast, remark
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


@dataclass(frozen=True)
class Extent:
    """How large and how often."""

    network: NetworkScale  # for pictures
    batch: int  # pictures
    steps: int  # of the network for pictures that are timed
    rounds: int  # of the graph network; the shortest counts
    calls: int  # of a round, after which alone a GPU is waited for
    side: int  # of the large matrices
    ready: int  # batches that may lie ready, and so are no measure of how fast they are made


TOY = Extent(NetworkScale(0.125, 0.125, "basic", (1, 1), True, 64), 4, 1, 1, 1, 256, 1)
ON_GPU = Extent(PAPER, 32, 30, 15, 20, 8192, 12)
ON_CPU = Extent(PAPER, 32, 2, 10, 1, 2048, 1)


def prepared(name: str, toy: bool) -> tuple[dict[str, Device], Extent]:
    """The device `cuda` or `cpu` in every precision that it has, and how large and often to measure."""
    extent = TOY if toy else ON_GPU if name == "cuda" else ON_CPU
    kinds = ["fp32", "bf16"] if name == "cuda" or cpu_has_bf16() else ["fp32"]
    threads = 1 if toy else usable_cores()
    return {kind: prepare_device(name, threads, kind, channels_last=True) for kind in kinds}, extent


def wait(device: Device) -> None:
    """Until the device has done what it was given."""
    if device.device.type == "cuda":
        torch.cuda.synchronize()


def graph_rows(devices: dict[str, Device], extent: Extent) -> list[Row]:
    """Matrix products, and training steps of the graph network at the paper's size."""
    works: dict[str, Callable[[], object]] = {}
    for kind, device in devices.items():
        with device.device:
            works[f"layer {kind}"] = gcn.product(DTYPES[kind])
            works[f"large {kind}"] = large_product(extent.side, DTYPES[kind])
        works[f"step {kind}"] = graph_step(device)
    several: dict[str, Callable[[], object]] = {
        key: repeated(work, extent.calls, devices[key.split()[1]]) for key, work in works.items()
    }
    taken = gcn.best_seconds(several, extent.rounds)
    seconds = {key: value / extent.calls for key, value in taken.items()}
    layer, large = 4 * gcn.JOINTS * gcn.BATCH * gcn.CHANNELS**2, 2 * extent.side**3
    rows, step = [], gcn.BATCH * gcn.flops_a_sample()
    for kind in devices:
        own = seconds[f"step {kind}"]
        small, great = layer / seconds[f"layer {kind}"], large / seconds[f"large {kind}"]
        shares = f"{step / own / small:.2g} of the layer's rate, {step / own / great:.2g} of the other's"
        name = f"graph network, {gcn.CHANNELS} channels, batch {gcn.BATCH}, {kind}"
        rows += [
            (f"matrix product, a layer's shape, {kind}", tflops(small), ""),
            (f"matrix product, {extent.side} a side, {kind}", tflops(great), ""),
            (name, f"{gcn.BATCH / own:.0f} samples/s", shares),
        ]
    return rows


def tflops(rate: float) -> str:
    return f"{rate / 1e12:.3g} TFLOP/s"


def large_product(side: int, dtype: torch.dtype) -> Callable[[], object]:
    """The product of two square matrices."""
    a, b = torch.randn(2, side, side).to(dtype)
    return lambda: a @ b


def graph_step(device: Device) -> Callable[[], None]:
    """A training step as the graph network's own benchmark has it."""
    adjacency = torch.from_numpy(normalised_adjacency("semgcn16"))
    network = GraphNetwork((0,), gcn.DESIGN, adjacency).to(device.device)
    poses = torch.randn(1, gcn.JOINTS, gcn.BATCH, 2).to(device.device)
    forward = Forward(network, device)
    return gcn.training_step(network, lambda: forward(poses))


def repeated(work: Callable[[], object], times: int, device: Device) -> Callable[[], None]:
    """So many calls, and the wait for the last one."""

    def run() -> None:
        for _ in range(times):
            work()
        wait(device)

    return run


def picture_rows(devices: dict[str, Device], extent: Extent) -> list[Row]:
    """Training steps of the network for pictures: on one batch in each precision, and from files."""
    kind_of = "ResNet-50" if extent.network == PAPER else "toy"
    rows, name = [], f"{kind_of}, {extent.network.input_px} px, batch {extent.batch}"
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), extent) as batches:
        stream = batches.epoch(0)
        batch = next(stream)
        for kind, device in devices.items():
            step, item = picture_step(extent.network, device), to_device(batch, device)
            taken = timing.seconds(repeated(lambda s=step, i=item: s(i), extent.steps, device), 1)  # type: ignore[misc]
            rows.append((f"{name}, {kind}", f"{extent.steps * extent.batch / taken:.3g} pictures/s", ""))
        rate = extent.batch * extent.steps / from_files(step, stream, extent, device)
        remark = f"decoded from JPEGs of {fusion.PICTURE_PX} px by {usable_cores()} processes"
        rows.append((f"{name}, {kind}, from files", f"{rate:.3g} pictures/s", remark))
    return rows


@contextlib.contextmanager
def opened(folder: Path, extent: Extent) -> Iterator[FusionBatches]:
    """Augmented batches of people in JPEGs, decoded beside the training."""
    split, px = fusion.pictures(folder), extent.network.input_px
    square = round(MARGIN * px)

    def person(row: int) -> Person:
        x, y = split.center[row].tolist()
        return Person(str(folder), split.image[row].decode(), x, y, MARGIN * float(split.side[row]), square)

    with decoding_processes(usable_cores()) as pool:
        people = Set("benchmark", split, DecodedPeople(person, square, pool))
        sizes = Sizes(px, design_of("resnet", extent.network).map_px(px))
        yield FusionBatches([people], extent.batch, 1 + extent.ready + extent.steps, sizes, fusion.HOW, 0)


def from_files(step: Callable[[Any], None], stream: Iterator[Any], extent: Extent, device: Device) -> float:
    """Seconds of the steps on batches that are made meanwhile."""
    for _ in range(extent.ready):
        step(to_device(next(stream), device))
    wait(device)
    start = time.perf_counter()
    for _ in range(extent.steps):
        step(to_device(next(stream), device))
    wait(device)
    return time.perf_counter() - start


def picture_step(scale: NetworkScale, device: Device) -> Callable[[Any], None]:
    """A training step of the network on a batch."""
    network: nn.Module = build_seeded(design_of("resnet", scale), 0)
    network.to(device.device)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    forward, stepper = Forward(network, device), Stepper(Optimiser("adam"), list(network.parameters()))

    def step(batch: Any) -> None:
        total, _ = losses(forward(batch["pictures"]), batch["labels"], Weights(0.1, 0.01))
        for parameter in stepper.parameters:
            parameter.grad = None
        total.backward()
        stepper.step(1e-3)

    return step
