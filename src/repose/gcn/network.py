"""The network of Liu et al., fig. 4: an input layer, residual blocks of two layers, an output layer.

Legend: S models, N joints, B batch, C channels, K outputs of the global node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from repose.gcn.fused import active_layer
from repose.gcn.layers import Graph, global_update, local_update, separate_update, shared_update, split
from repose.lifting.stacked import BatchNorm, draw, dropout, xavier

LOCAL_WEIGHTS = {"shared": "w", "separate": "qw", "global": "qwt"}


@dataclass(frozen=True)
class Architecture:
    """What a network is made of."""

    layer: str  # shared (eq. 1) | separate (eq. 3, the baseline) | global (eqs. 4 and 5)
    channels: int
    blocks: int  # residual blocks of two layers
    outputs: int  # K; 0 without a global node
    gain: float  # of Xavier's initialisation
    output_gain: float = 1.0  # further factor on the initial weights of the joints' output
    dropout: float = 0.0  # after every layer but the last


class GraphLayer(nn.Module):
    """One layer before normalisation; (x, u) -> (x', u'), u being None without a global node."""

    def __init__(
        self,
        seeds: Sequence[int],
        name: str,
        kind: str,
        inputs: int,
        outputs: tuple[int, int],  # channels of a joint, of the global node
        gain: tuple[float, float],
    ) -> None:
        super().__init__()
        self.kind = kind
        self.weights = nn.ParameterDict(
            {w: xavier(seeds, f"{name}.{w}", inputs, outputs[0], gain[0]) for w in LOCAL_WEIGHTS[kind]}
        )
        self.bias = draw(seeds, f"{name}.bias", (outputs[0],), outputs[0] ** -0.5)
        if kind == "global":
            for w in "rs":
                self.weights[w] = xavier(seeds, f"{name}.{w}", inputs, outputs[1], gain[1])

    def forward(self, x: Tensor, u: Tensor | None, graph: Graph) -> tuple[Tensor, Tensor | None]:
        w = self.weights
        if self.kind == "shared":
            return shared_update(x, graph, w["w"], self.bias), None
        if u is None:
            return separate_update(x, graph, w["q"], w["w"], self.bias), None
        local = local_update(x, u, graph, w["q"], w["w"], w["t"], self.bias)
        return local, global_update(x, u, w["r"], w["s"])


class ActiveLayer(nn.Module):
    """A layer with normalisation (a joint's channel over joints and batch, the global node's over the batch),
    ReLU and dropout."""

    def __init__(self, seeds: Sequence[int], name: str, design: Architecture, inputs: int) -> None:
        super().__init__()
        c, gain = design.channels, design.gain
        self.share = design.dropout
        self.layer = GraphLayer(seeds, name, design.layer, inputs, (c, c), (gain, gain))
        self.norm = BatchNorm(len(seeds), c)
        self.global_norm = BatchNorm(len(seeds), c) if design.layer == "global" else None

    def forward(
        self, x: Tensor, u: Tensor | None, graph: Graph, noise: Sequence[torch.Generator] | None
    ) -> tuple[Tensor, Tensor | None]:
        if self.training and self.layer.kind != "shared":
            y, u = self.fused(x, u, graph)
        else:
            y, u = self.layer(x, u, graph)
            s, n, b, c = y.shape
            y = self.norm(y.reshape(s, n * b, c)).view(s, n, b, c)
        if u is not None and self.global_norm is not None:
            u = dropout(self.global_norm(u), self.share, noise)
        return dropout(y, self.share, noise), u

    def fused(self, x: Tensor, u: Tensor | None, graph: Graph) -> tuple[Tensor, Tensor | None]:
        """The same, by the operation that needs little memory traffic."""
        w, told = self.layer.weights, self.layer.bias[:, None]
        if u is not None:
            told = torch.baddbmm(told, u, w["t"])
        y, x_mean, mean, var = active_layer(x, told, graph, w["q"], w["w"], self.norm.weight, self.norm.bias)
        self.norm.track(mean, var, x.shape[1] * x.shape[2])
        return y, None if u is None else torch.baddbmm(torch.bmm(u, w["s"]), x_mean, w["r"])


class GraphNetwork(nn.Module):
    """2D joints (S, N, B, 2) -> 3D joints (S, N, B, 3) in metres and the global node's output (S, B, K)."""

    adjacency: Tensor

    def __init__(self, seeds: Sequence[int], design: Architecture, adjacency: Tensor) -> None:
        super().__init__()
        self.design = design
        self.register_buffer("adjacency", adjacency, persistent=False)
        self.first = ActiveLayer(seeds, "first", design, 2)
        self.blocks = nn.ModuleList(
            ActiveLayer(seeds, f"block{k // 2}.{k % 2}", design, design.channels)
            for k in range(2 * design.blocks)
        )
        gains = design.gain * design.output_gain, design.gain
        self.last = GraphLayer(seeds, "last", design.layer, design.channels, (3, design.outputs), gains)
        with torch.no_grad():
            self.last.bias.mul_(design.output_gain)

    def forward(
        self, joints2d: Tensor, noise: Sequence[torch.Generator] | None = None
    ) -> tuple[Tensor, Tensor | None]:
        graph = split(self.adjacency)
        u = joints2d.new_zeros(joints2d.shape[0], joints2d.shape[2], 2) if self.has_global_node else None
        with torch.autocast(joints2d.device.type, enabled=False):  # coordinates need more than bf16's 8 bits
            x, u = self.first(joints2d, u, graph, noise)
        for one, two in zip(self.blocks[::2], self.blocks[1::2], strict=True):
            inner = two(*one(x, u, graph, noise), graph, noise)
            x = x + inner[0]
            u = None if u is None or inner[1] is None else u + inner[1]
        with torch.autocast(joints2d.device.type, enabled=False):
            return self.last(x.float(), u, graph)

    @property
    def has_global_node(self) -> bool:
        return self.design.layer == "global"


class Decoder(nn.Module):
    """The embedding's two-layer decoder: (S, B, E) -> (S, B, 3 N)."""

    def __init__(self, seeds: Sequence[int], embedding: int, hidden: int, outputs: int) -> None:
        super().__init__()
        gain = 2**0.5
        self.w1 = xavier(seeds, "decoder.w1", embedding, hidden, gain)
        self.b1 = nn.Parameter(torch.zeros(len(seeds), hidden))
        self.w2 = xavier(seeds, "decoder.w2", hidden, outputs, 1.0)
        self.b2 = nn.Parameter(torch.zeros(len(seeds), outputs))

    def forward(self, code: Tensor) -> Tensor:
        hidden = torch.baddbmm(self.b1[:, None], code, self.w1).relu()
        return torch.baddbmm(self.b2[:, None], hidden, self.w2)
