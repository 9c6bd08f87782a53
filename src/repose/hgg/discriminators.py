"""The two discriminators (Sec. 3.2, Fig. 3), each the same in all rounds of the grouping.

Legend: M macro-nodes, C channels, E edges, H channels of the first hidden layer, K of the second.
"""

from collections.abc import Iterable

import numpy as np
import torch
from numba import njit
from torch import Tensor, nn

from repose.hgg.graph_net import three_layers

CHUNK = 128  # edges that are scored at a time: they stay in the cache, and are too few to be split over cores


class EdgeDiscriminator(nn.Module):
    """Logits (E) that the two macro-nodes of an edge are one person.

    A three-layer perceptron reads [h_i, h_j]. Edges have no direction: the first layer's activations are
    averaged over both orders of the two, so that the others are computed once an edge.
    """

    def __init__(self, channels: int = 64, hidden: tuple[int, int] = (64, 32), dropout: float = 0.5) -> None:
        super().__init__()
        self.mlp = three_layers([2 * channels, *hidden, 1], dropout)

    def forward(self, features: Tensor, pairs: np.ndarray) -> Tensor:
        """`features` (M, C), `pairs` (E, 2) of macro-nodes; where no gradient is kept there is no dropout."""
        layer = self.mlp[0]
        of_first, of_second = layer.get_parameter("weight").chunk(2, 1)  # H, C
        first = features @ of_first.T + layer.get_parameter("bias")  # M, H
        second = features @ of_second.T
        if not torch.is_grad_enabled() and features.device.type == "cpu":
            return torch.from_numpy(self.scored(first.float().numpy(), second.float().numpy(), pairs))
        i, j = torch.from_numpy(pairs.T.copy()).to(features.device)
        ahead = (first.index_select(0, i) + second.index_select(0, j)).relu()  # E, H
        back = (first.index_select(0, j) + second.index_select(0, i)).relu()
        return judged(list(self.mlp)[2:], (ahead + back) / 2)

    def scored(self, first: np.ndarray, second: np.ndarray, pairs: np.ndarray) -> np.ndarray:
        """The logits without what a gradient needs."""
        w2, b2, w3, b3 = (p.numpy() for layer in (self.mlp[3], self.mlp[6]) for p in layer.parameters())
        w2 = np.ascontiguousarray(w2.T / 2)  # H, K; the mean of both orders
        logits = np.empty(len(pairs), np.float32)
        fill_logits(first, second, pairs, w2, b2, w3[0], b3[0], logits)
        return logits


class MacroDiscriminator(nn.Module):
    """Logits (M) that all candidates of a macro-node are of one person, from its features (M, C)."""

    def __init__(self, channels: int = 64, hidden: tuple[int, int] = (32, 16), dropout: float = 0.5) -> None:
        super().__init__()
        self.mlp = three_layers([channels, *hidden, 1], dropout)

    def forward(self, features: Tensor) -> Tensor:
        return judged(self.mlp, features)


def judged(layers: Iterable[nn.Module], x: Tensor) -> Tensor:
    """The logits of a perceptron's last layers. Decisions, of which no gradient is kept, know no dropout."""
    for layer in layers:
        if torch.is_grad_enabled() or not isinstance(layer, nn.Dropout):
            x = layer(x)
    return x[:, 0]


@njit(cache=True, fastmath=True)
def fill_logits(first, second, pairs, w2, b2, w3, b3, logits):  # type: ignore[no-untyped-def]
    """The perceptron after its first layer, chunk by chunk."""
    hidden = np.empty((CHUNK, first.shape[1]), np.float32)
    products = np.empty((CHUNK, len(w3)), np.float32)
    for start in range(0, len(pairs), CHUNK):
        part = pairs[start : start + CHUNK]
        fill_hidden(first, second, part, hidden)
        np.dot(hidden[: len(part)], w2, products[: len(part)])
        for e in range(len(part)):
            total = b3
            for k in range(len(w3)):
                total += w3[k] * max(products[e, k] + b2[k], np.float32(0))
            logits[start + e] = total


@njit(cache=True, fastmath=True)
def fill_hidden(first, second, pairs, hidden):  # type: ignore[no-untyped-def]
    """Twice the mean of both orders' activations, of every edge."""
    zero = np.float32(0)
    for e in range(len(pairs)):
        i, j = pairs[e, 0], pairs[e, 1]
        for h in range(hidden.shape[1]):
            hidden[e, h] = max(first[i, h] + second[j, h], zero) + max(first[j, h] + second[i, h], zero)
