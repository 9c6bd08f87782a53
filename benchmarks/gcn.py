"""Training speed of the graph network beside a plain matrix product and a layer-by-layer writing of it.

All figures are ratios within one run: `python -m benchmarks.gcn [threads]`.
"""

import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from repose.gcn.adjacency import normalised_adjacency
from repose.gcn.network import Architecture, GraphNetwork
from repose.training.devices import cpu_has_bf16, prepare_device

JOINTS, CHANNELS, BATCH, BLOCKS, OUTPUTS = 16, 128, 256, 4, 100
DESIGN = Architecture("global", CHANNELS, BLOCKS, OUTPUTS, 2**0.5)


class PlainLayer(nn.Module):
    """Eqs. 4 and 5 term by term on (B, N, C), with PyTorch's normalisation: the straightforward way."""

    def __init__(self, inputs: int, channels: int, outputs: int, adjacency: Tensor, last: bool) -> None:
        super().__init__()
        self.q, self.w, self.t = (nn.Parameter(torch.empty(inputs, channels)) for _ in range(3))
        self.r, self.s = (nn.Parameter(torch.empty(inputs, outputs)) for _ in range(2))
        self.bias = nn.Parameter(torch.empty(channels))
        self.register_buffer("adjacency", adjacency)
        self.norm = None if last else nn.BatchNorm1d(channels)
        self.global_norm = None if last else nn.BatchNorm1d(outputs)

    def forward(self, x: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
        eye = torch.eye(JOINTS)
        own = torch.matmul(self.adjacency * eye, torch.matmul(x, self.q))
        heard = torch.matmul(self.adjacency * (1 - eye), torch.matmul(x, self.w))
        y = own + heard + torch.matmul(u, self.t)[:, None] + self.bias
        v = torch.matmul(x, self.r).mean(1) + torch.matmul(u, self.s)
        if self.norm is None or self.global_norm is None:
            return y, v
        return self.norm(y.transpose(1, 2)).transpose(1, 2).relu(), self.global_norm(v).relu()


class PlainNetwork(nn.Module):
    """The network of fig. 4 from plain layers, with the weights of ours."""

    def __init__(self, ours: GraphNetwork) -> None:
        super().__init__()
        adjacency, c = ours.adjacency, CHANNELS
        self.first = PlainLayer(2, c, c, adjacency, False)
        self.blocks = nn.ModuleList(PlainLayer(c, c, c, adjacency, False) for _ in range(2 * BLOCKS))
        self.last = PlainLayer(c, 3, OUTPUTS, adjacency, True)
        theirs = [self.first, *self.blocks, self.last]
        sources = [ours.first.layer, *(block.layer for block in ours.blocks), ours.last]  # type: ignore[union-attr]
        with torch.no_grad():
            for mine, source in zip(theirs, sources, strict=True):
                for name, weight in source.weights.items():  # type: ignore[union-attr]
                    getattr(mine, name).copy_(weight[0])
                mine.bias.copy_(source.bias[0])  # type: ignore[union-attr]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x, u = self.first(x, x.new_zeros(len(x), 2))
        for one, two in zip(self.blocks[::2], self.blocks[1::2], strict=True):
            y, v = two(*one(x, u))
            x, u = x + y, u + v
        return self.last(x, u)


def best_seconds(works: dict[str, Callable[[], object]], rounds: int = 15) -> dict[str, float]:
    """The shortest time of each call; they take turns, so that a busy neighbour troubles all alike."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            work()  # what another call left in the caches is not its fault
            start = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - start)
    return {name: min(values) for name, values in times.items()}


def flops_a_sample() -> float:
    """Multiplications and additions of forward and backward, matrix products with weights only."""
    layer = 2 * CHANNELS**2 * (2 * JOINTS + 3)
    ends = 2 * CHANNELS * ((2 + 3) * 2 * JOINTS + 2 * 3 + 3 + 2 * OUTPUTS)
    return 3.0 * (2 * BLOCKS * layer + ends)


def product(dtype: torch.dtype) -> Callable[[], object]:
    """One layer as one plain product: (N·B, 2C) times (2C, C)."""
    a = torch.randn(JOINTS * BATCH, 2 * CHANNELS).to(dtype)
    b = torch.randn(2 * CHANNELS, CHANNELS).to(dtype)
    return lambda: a @ b


def training_step(model: nn.Module, forward: Callable[[], tuple[Tensor, Tensor]]) -> Callable[[], None]:
    """A step as in training at the paper's scale: loss, gradients, clipping, Adam."""
    parameters = list(model.parameters())
    optimiser = torch.optim.Adam(parameters, fused=True)

    def step() -> None:
        joints, code = forward()
        loss = joints.square().mean() + 1e-3 * code.square().mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()

    return step


def measure() -> list[str]:
    """The lines of the report."""
    ours = GraphNetwork((0,), DESIGN, torch.from_numpy(normalised_adjacency("semgcn16")))
    plain = PlainNetwork(ours)
    x = torch.randn(BATCH, JOINTS, 2)
    stacked = x.transpose(0, 1)[None].contiguous()  # S = 1, N, B, 2
    a, b = ours(stacked), plain(x)
    torch.testing.assert_close(a[0][0].transpose(0, 1), b[0], rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(a[1][0], b[1], rtol=1e-3, atol=1e-3)

    def in_bf16() -> tuple[Tensor, Tensor]:
        with torch.autocast("cpu", torch.bfloat16):
            return ours(stacked)

    candidates = {
        "product fp32": product(torch.float32),
        "ours, fp32": training_step(ours, lambda: ours(stacked)),
        "per layer, fp32": training_step(plain, lambda: plain(x)),
    }
    if cpu_has_bf16():
        candidates |= {"product bf16": product(torch.bfloat16), "ours, bf16": training_step(ours, in_bf16)}
    seconds = best_seconds(candidates)
    work, flops = BATCH * flops_a_sample(), 4 * JOINTS * BATCH * CHANNELS**2
    rates = {name: flops / seconds.pop(name) for name in list(seconds) if name.startswith("product")}
    peak = rates["product fp32"]
    lines = [f"{name} of a layer's shape: {rate / 1e9:.0f} GFLOP/s" for name, rate in rates.items()]
    if not cpu_has_bf16():
        lines.append("bf16: not measured, this CPU has none of its own")
    for name, taken in seconds.items():
        lines.append(
            f"{name}: {BATCH / taken:.0f} samples/s, {work / taken / peak:.2f} of the fp32 product's rate, "
            f"{seconds['per layer, fp32'] / taken:.2f} times the per-layer one"
        )
    return lines + where_time_goes(ours, lambda: ours(stacked))


def where_time_goes(model: nn.Module, forward: Callable[[], tuple[Tensor, Tensor]]) -> list[str]:
    """Share of the time by kind of operation."""
    step = training_step(model, forward)
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        for _ in range(10):
            step()
    events = profile.key_averages()
    total = sum(event.self_cpu_time_total for event in events)
    kinds = {
        "matrix products": ("bmm", "mm", "addmm", "baddbmm"),
        "Adam and clipping": ("adam", "norm", "foreach"),
    }
    shares = dict.fromkeys([*kinds, "the rest"], 0.0)
    for event in events:
        name = event.key.removeprefix("aten::")
        kind = next((k for k, words in kinds.items() if any(w in name for w in words)), "the rest")
        shares[kind] += event.self_cpu_time_total / total
    largest = sorted(events, key=lambda event: -event.self_cpu_time_total)[:8]
    return [
        "time: " + ", ".join(f"{kind} {share:.0%}" for kind, share in shares.items()),
        "largest: " + ", ".join(f"{e.key} {e.self_cpu_time_total / total:.0%}" for e in largest),
    ]


def main(threads: int = 2) -> None:
    """Print the rates, and where the time goes."""
    prepare_device("cpu", threads)
    print("\n".join(measure()))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
