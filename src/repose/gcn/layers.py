"""The graph convolutions of Liu et al., before normalisation and activation, for S models at once.

Legend: S models, N joints, B batch, D channels in, C channels out. Joints come before the batch, so that
passing messages between them is one matrix product with N rows of B·C numbers.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Graph(NamedTuple):
    """The normalised adjacency, its diagonal kept apart."""

    own: Tensor  # N, 1, 1: â_ii
    neighbours: Tensor  # N, N: â_ij, zero for i = j


def split(adjacency: Tensor) -> Graph:
    """A normalised adjacency (N, N) as a `Graph`."""
    diagonal = adjacency.diagonal()
    return Graph(diagonal[:, None, None].clone(), adjacency - torch.diag(diagonal))


def transform(x: Tensor, weight: Tensor) -> Tensor:
    """W x of every joint and sample: x (S, N, B, D), weight (S, D, C) -> (S, N, B, C)."""
    s, n, b, d = x.shape
    return torch.bmm(x.reshape(s, n * b, d), weight).view(s, n, b, -1)


def pass_messages(x: Tensor, neighbours: Tensor) -> Tensor:
    """Σ_j x_j â_ij of every joint i: (S, N, B, C) -> (S, N, B, C)."""
    s, n, b, c = x.shape
    return torch.matmul(neighbours.to(x.dtype), x.view(s, n, b * c)).view(s, n, b, c)


def shared_update(x: Tensor, graph: Graph, w: Tensor, bias: Tensor) -> Tensor:
    """Eq. 1: W X Â, one weight for a joint and its neighbours."""
    y = transform(x, w)
    return pass_messages(y, graph.neighbours + torch.diag(graph.own.flatten())) + bias[:, None, None]


def separate_update(x: Tensor, graph: Graph, q: Tensor, w: Tensor, bias: Tensor) -> Tensor:
    """Eq. 3, the baseline: Q x_i â_ii + Σ_{j∈N(i)} W x_j â_ij."""
    own = transform(x, q)
    heard = pass_messages(transform(x, w), graph.neighbours) + bias[:, None, None]
    return torch.addcmul(heard, own, graph.own.to(own.dtype))


def local_update(x: Tensor, u: Tensor, graph: Graph, q: Tensor, w: Tensor, t: Tensor, bias: Tensor) -> Tensor:
    """Eq. 4: Q x_i â_ii + Σ_{j∈N(i)} W x_j â_ij + T x_u, the global node u heard by every joint."""
    own = transform(x, q)
    heard = pass_messages(transform(x, w), graph.neighbours)
    told = torch.baddbmm(bias[:, None], u, t)  # S, B, C
    return torch.addcmul(heard + told[:, None], own, graph.own.to(own.dtype))


def global_update(x: Tensor, u: Tensor, r: Tensor, s: Tensor) -> Tensor:
    """Eq. 5: (1/N) Σ_j R x_j + S x_u; taking the mean first gives the same result N times cheaper."""
    return torch.baddbmm(torch.bmm(u, s), x.mean(1), r)
