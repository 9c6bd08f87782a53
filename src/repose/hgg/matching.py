"""Which pairs of macro-nodes merge in a round: matchings of large total score (Graclus, Sec. 3.1).

Edges below a score are cut first. Without the cut a matching joins nearly everybody, since in a round half of
the nodes find their best neighbour taken and would merge with whoever is left.

Legend: E edges, M nodes.
"""

import numpy as np
from numba import njit

ORDERS = ("score", "random")


def match(
    pairs: np.ndarray, scores: np.ndarray, nodes: int, cut: float, draw: np.random.Generator | None = None
) -> np.ndarray:
    """Rows of the edges (E, 2) that are taken; no node is in two of them, none scores below `cut`.

    Without `draw`: the best edge first, of equals the earlier one; half of the largest possible sum at least.
    With `draw`: nodes in random order, each takes the best of its neighbours that are free, as Graclus does.
    """
    free, taken = np.ones(nodes, np.bool_), np.empty(nodes // 2, np.int64)
    kept = np.flatnonzero(scores >= cut)
    if draw is None:
        kept = kept[np.argsort(-scores[kept], kind="stable")]
        return taken[: take_in_order(pairs, kept, free, taken)]
    both = np.concatenate([pairs[kept], pairs[kept, ::-1]])
    sort = np.lexsort((-np.tile(scores[kept], 2), both[:, 0]))  # each node's neighbours, the best first
    first = np.searchsorted(both[sort, 0], np.arange(nodes + 1))
    rows = np.tile(kept, 2)[sort]
    found = take_by_node(draw.permutation(nodes), first, both[sort, 1], rows, free, taken)
    return taken[:found]


@njit(cache=True)
def take_in_order(pairs, order, free, taken):  # type: ignore[no-untyped-def]
    """Takes every edge whose ends are free, in order; fills `taken`, and says how many."""
    n = 0
    for row in order:
        a, b = pairs[row, 0], pairs[row, 1]
        if free[a] and free[b]:
            free[a] = free[b] = False
            taken[n] = row
            n += 1
    return n


@njit(cache=True)
def take_by_node(order, first, neighbour, rows, free, taken):  # type: ignore[no-untyped-def]
    """Takes for every free node in order the first of its free neighbours; fills `taken`, says how many."""
    n = 0
    for node in order:
        if not free[node]:
            continue
        for k in range(first[node], first[node + 1]):
            if free[neighbour[k]]:
                free[node] = free[neighbour[k]] = False
                taken[n] = rows[k]
                n += 1
                break
    return n
