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
        taken = taken[: take_mutual(pairs, scores, kept, free, taken)]
        return taken[np.lexsort((taken, -scores[taken]))]
    both = np.concatenate([pairs[kept], pairs[kept, ::-1]])
    sort = np.lexsort((-np.tile(scores[kept], 2), both[:, 0]))  # each node's neighbours, the best first
    first = np.searchsorted(both[sort, 0], np.arange(nodes + 1))
    rows = np.tile(kept, 2)[sort]
    found = take_by_node(draw.permutation(nodes), first, both[sort, 1], rows, free, taken)
    return taken[:found]


@njit(cache=True)
def take_mutual(pairs, scores, left, free, taken):  # type: ignore[no-untyped-def]
    """Takes the edges that are the best of both their ends, then of those left between free ends, and so on.

    They are the edges that would be taken one by one, the best first, but nothing is sorted. `left` are
    rising rows and is used up; fills `taken`, and says how many.
    """
    n, best = 0, np.empty(len(free), np.int64)
    while len(left):
        best[:], kept = -1, 0
        for row in left:
            a, b, score = pairs[row, 0], pairs[row, 1], scores[row]
            if free[a] and free[b]:
                left[kept] = row
                kept += 1
                if best[a] < 0 or score > scores[best[a]]:
                    best[a] = row
                if best[b] < 0 or score > scores[best[b]]:
                    best[b] = row
        left = left[:kept]
        for a in range(len(best)):
            row = best[a]
            if row >= 0 and pairs[row, 0] == a and best[pairs[row, 1]] == row:
                free[a] = free[pairs[row, 1]] = False
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
