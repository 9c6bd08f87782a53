"""The interaction graph network (Sec. 3.1, Fig. 3): candidate joints hear of one another.

A node is a candidate joint: its embedding, its kind as a one-hot vector, its place in [0, 1]. Layers of
EdgeConv and a three-layer perceptron with dropout make 64 numbers of it by which it is grouped. Pictures are
padded to the most candidates. Whether two nodes are linked depends on their kinds alone
(`repose.hgg.graphs`).

Legend: B pictures, N candidates, T numbers of an embedding, J joints, C channels in, D channels out.
"""

import itertools
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, one_hot

from repose.foundations.errors import ReposeError

CHOICES = {"kind": ("edge_conv", "attention", "fully_connected"), "aggregate": ("max", "mean")}
PLACE = 2  # x, y
SAME_SIZE = 0.01  # by which the alternatives' numbers of parameters may differ


@dataclass(frozen=True)
class GraphNetDesign:
    """The readings of the network; the paper gives 64 and three perceptron layers."""

    kind: str = "edge_conv"  # edge_conv | attention (row 8 of Table 2) | fully_connected (row 7)
    embedding: int = 1  # T
    joints: int = 17  # J
    layers: int = 3
    width: int = 64  # of layers and perceptron, and of what leaves them
    dropout: float = 0.5
    aggregate: str = "max"  # edge_conv: max | mean over neighbours
    heads: int = 4  # attention
    place_gain: float = 1.0  # factor on places, which are small beside one-hot kinds where people are

    def __post_init__(self) -> None:
        for field, choices in CHOICES.items():
            if getattr(self, field) not in choices:
                found = f"found {getattr(self, field)!r}, expected one of {', '.join(choices)}"
                raise ReposeError(f"hgg.graph_net.{field}: {found}")


class Nodes(NamedTuple):
    """The candidates of a batch of pictures."""

    embedding: Tensor  # B, N, T
    type: Tensor  # B, N int64, kind of joint
    points: Tensor  # B, N, 2, x and y in [0, 1]
    mask: Tensor  # B, N bool: a candidate, not padding


class GraphNet(nn.Module):
    """Node features (B, N, D) of candidates; the number of parameters is that of EdgeConv within 1 %."""

    allowed: Tensor

    def __init__(self, design: GraphNetDesign, allowed: np.ndarray) -> None:
        super().__init__()
        self.design = design
        self.register_buffer("allowed", torch.from_numpy(allowed), persistent=False)  # J, J
        widths = [design.embedding + design.joints + PLACE, *layer_widths(design)]
        self.layers = nn.ModuleList(
            make_layer(design, inputs, outputs) for inputs, outputs in itertools.pairwise(widths)
        )
        self.mlp = three_layers([widths[-1], *[design.width] * 3], design.dropout)

    def forward(self, nodes: Nodes) -> Tensor:
        kinds = one_hot(nodes.type, self.design.joints).to(nodes.points.dtype)
        h = torch.cat([nodes.embedding, kinds, self.design.place_gain * nodes.points], -1)  # B, N, T + J + 2
        for layer in self.layers:
            h = layer(h, nodes.type, nodes.mask, self.allowed)
        return self.mlp(h)


class EdgeConv(nn.Module):
    """h_i' = max_j ReLU(W [h_i, h_j − h_i] + b) over the neighbours j of i; zero for a node without any.

    W [h_i, h_j − h_i] = A h_i + B h_j, and the largest ReLU of sums is the ReLU of the largest sum: the
    largest B h_j of every kind of joint is found once, and nothing is done for every pair of nodes.
    """

    def __init__(self, inputs: int, outputs: int, aggregate: str = "max") -> None:
        super().__init__()
        self.linear, self.aggregate = nn.Linear(2 * inputs, outputs), aggregate

    def forward(self, h: Tensor, types: Tensor, mask: Tensor, allowed: Tensor) -> Tensor:
        of_self, of_difference = self.linear.weight.chunk(2, 1)  # D, C
        own = h @ (of_self - of_difference).T + self.linear.bias  # A h_i + b: B, N, D
        heard = h @ of_difference.T  # B h_j: B, N, D
        if self.aggregate == "mean":
            return mean_of_pairs(own, heard, neighbours(types, mask, allowed))
        return (own + most_heard(heard, types, mask, allowed)).relu()


def most_heard(heard: Tensor, types: Tensor, mask: Tensor, allowed: Tensor) -> Tensor:
    """B, N, D: the largest of `heard` (B, N, D) among each node's neighbours, −∞ where it has none."""
    kind = types.masked_fill(~mask, len(allowed))[..., None].expand_as(heard)  # padding apart, as kind J
    of_kind = heard.new_full((len(heard), len(allowed) + 1, heard.shape[2]), -torch.inf)
    of_kind = of_kind.scatter_reduce(1, kind, heard, "amax")[:, :-1]  # B, J, D
    spread = of_kind[:, None].masked_fill(~allowed[..., None], -torch.inf)  # B, J, J, D
    return spread.amax(2).gather(1, types[..., None].expand_as(heard))


def mean_of_pairs(own: Tensor, heard: Tensor, linked: Tensor) -> Tensor:
    """B, N, D: the mean of ReLU(own_i + heard_j) over linked (B, N, N) pairs."""
    pairs = (own[:, :, None] + heard[:, None]).relu()  # B, N, N, D
    count = linked.sum(2).clamp(min=1)[..., None]
    return torch.einsum("bnm,bnmd->bnd", linked.to(own.dtype), pairs) / count


def neighbours(types: Tensor, mask: Tensor, allowed: Tensor) -> Tensor:
    """B, N, N bool: the pairs of candidates whose kinds are linked."""
    return allowed[types[:, :, None], types[:, None]] & mask[:, :, None] & mask[:, None]


class Attention(nn.Module):
    """Veličković et al.: h_i' = ReLU(Σ_j α_ij W h_j), α_ij = softmax_j LeakyReLU(a [W h_i, W h_j]).

    A node is its own neighbour too. Each head has its share of the channels.
    """

    def __init__(self, inputs: int, outputs: int, heads: int) -> None:
        super().__init__()
        self.linear, self.heads = nn.Linear(inputs, outputs), heads
        self.pay = nn.Parameter(torch.empty(2, heads, outputs // heads))  # a
        nn.init.xavier_uniform_(self.pay)

    def forward(self, h: Tensor, types: Tensor, mask: Tensor, allowed: Tensor) -> Tensor:
        linked = neighbours(types, mask, allowed) | torch.eye(h.shape[1], dtype=torch.bool, device=h.device)
        values = self.linear(h).unflatten(2, (self.heads, -1))  # B, N, heads, D/heads
        to, of = torch.einsum("bnhd,khd->kbhn", values, self.pay)
        logits = leaky_relu(to[..., None] + of[..., None, :], 0.2).masked_fill(~linked[:, None], -torch.inf)
        return torch.einsum("bhnm,bmhd->bnhd", logits.softmax(-1), values).flatten(2).relu()


class FullyConnected(nn.Module):
    """ReLU(W h_i + b): no node hears of another."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, outputs)

    def forward(self, h: Tensor, types: Tensor, mask: Tensor, allowed: Tensor) -> Tensor:
        return self.linear(h).relu()


def make_layer(design: GraphNetDesign, inputs: int, outputs: int) -> nn.Module:
    """One layer of the kind that a design asks for."""
    if design.kind == "edge_conv":
        return EdgeConv(inputs, outputs, design.aggregate)
    if design.kind == "attention":
        return Attention(inputs, outputs, design.heads)
    return FullyConnected(inputs, outputs)


def three_layers(widths: list[int], dropout: float) -> nn.Sequential:
    """Linear layers with ReLU and dropout between them."""
    layers: list[nn.Module] = []
    for inputs, outputs in itertools.pairwise(widths):
        layers += [nn.Linear(inputs, outputs), nn.ReLU(), nn.Dropout(dropout)]
    return nn.Sequential(*layers[:-2])


def layer_widths(design: GraphNetDesign) -> list[int]:
    """Channels after each layer: as stated for EdgeConv, for the others such that the parameters are as many.

    All layers but the last are of one width; of the pairs of widths that fit, the two most alike are taken.
    """
    if design.kind == "edge_conv":
        return [design.width] * design.layers
    wanted = parameters(replace(design, kind="edge_conv"), [design.width] * design.layers)
    step = design.heads if design.kind == "attention" else 1
    fits = []
    for wide, last in itertools.product(range(step, 4 * design.width, step), repeat=2):
        widths = [wide] * (design.layers - 1) + [last]
        if abs(parameters(design, widths) - wanted) <= SAME_SIZE * wanted / 2:
            fits.append((abs(wide - last), widths))
    if not fits:
        raise ReposeError(
            f"hgg.graph_net: no widths of {design.kind} have EdgeConv's {wanted} parameters within "
            f"{SAME_SIZE:.0%}, expected a wider network; set hgg.graph_net.width above {design.width}"
        )
    return min(fits)[1]


def parameters(design: GraphNetDesign, widths: list[int]) -> int:
    """The parameters of layers of these widths and the perceptron after them."""
    total, inputs = 0, design.embedding + design.joints + PLACE
    for width in widths:
        heard = 2 if design.kind == "edge_conv" else 1
        total += (heard * inputs + 1) * width + (2 * width if design.kind == "attention" else 0)
        inputs = width
    return total + (inputs + 1) * design.width + 2 * (design.width + 1) * design.width
