"""Batches by keyed order: which samples a step sees follows from the seed, the epoch and the step alone.

Legend: N samples, S seeds trained together, B samples per batch.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.training.distributed import Ranks, find_ranks


class Batches(Protocol):
    """Where a training's batches come from."""

    steps: int  # batches an epoch
    samples: int  # samples per batch, over all ranks

    def epoch(self, epoch: int) -> Iterator[Any]:
        """The batches of an epoch (counted from 0), the same whenever asked."""


def epoch_order(seed: int, epoch: int, count: int, length: int) -> np.ndarray:
    """`length` of `count` samples in the random order of an epoch, in repeated passes if more."""
    passes = math.ceil(length / count)
    return np.concatenate([rng(seed, "order", epoch, k).permutation(count) for k in range(passes)])[:length]


class ArrayBatches:
    """Batches from arrays of N samples in memory, on the device when they fit.

    With several `seeds` a batch is S, B, …: each seed has its own order. With one seed and `stacked=False`
    it is B, …. An epoch is `steps` batches; None means one pass over the data, its last short batch left out.
    """

    def __init__(
        self,
        arrays: Mapping[str, np.ndarray | Tensor],
        batch: int,
        seeds: Sequence[int],
        device: torch.device,
        steps: int | None = None,
        stacked: bool = True,
        ranks: Ranks | None = None,
    ) -> None:
        ranks = ranks or find_ranks()
        self.count = len(next(iter(arrays.values())))
        if self.count == 0 or batch % ranks.size or (not stacked and len(seeds) != 1):
            raise ReposeError(
                f"batches: {self.count} samples, batch {batch}, {ranks.size} ranks, seeds {list(seeds)}; "
                "expected samples, a batch that the ranks can share, and one seed unless stacked"
            )
        self.steps = steps or max(1, self.count // batch)
        self.samples, self.batch, self.seeds = batch * len(seeds), batch, tuple(seeds)
        self.device, self.stacked, self.ranks = device, stacked, ranks
        tensors = {name: torch.as_tensor(array) for name, array in arrays.items()}
        self.arrays = {n: t.to(device) for n, t in tensors.items()} if fits(tensors, device) else tensors

    def epoch(self, epoch: int) -> Iterator[dict[str, Tensor]]:
        """The batches of an epoch, this rank's share of each."""
        length = self.steps * self.batch
        orders = np.stack([epoch_order(seed, epoch, self.count, length) for seed in self.seeds])  # S, steps·B
        where = next(iter(self.arrays.values())).device
        order = torch.from_numpy(orders if self.stacked else orders[0]).to(where)
        for step in range(self.steps):
            index = order[
                ..., step * self.batch + self.ranks.rank : (step + 1) * self.batch : self.ranks.size
            ]
            yield {name: rows(array, index) for name, array in self.arrays.items()}


def rows(array: Tensor, index: Tensor) -> Tensor:
    """`array[index]`, by the faster way for whole rows."""
    return array.index_select(0, index.flatten()).view(*index.shape, *array.shape[1:])


def fits(tensors: Mapping[str, Tensor], device: torch.device) -> bool:
    """Whether tensors take less than half of the device's free memory."""
    if device.type != "cuda":
        return True
    return sum(t.nbytes for t in tensors.values()) < 0.5 * torch.cuda.mem_get_info(device)[0]
