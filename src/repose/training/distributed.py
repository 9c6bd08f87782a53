"""Several processes as one training: started by `torchrun`, gradients averaged by DistributedDataParallel.

Each process takes its share of every batch, so with equal shares and a loss that is a mean over the batch
the gradients are those of one process on the whole batch. Batch normalisation is the exception: on CPU each
process normalises by its own share; on GPUs the statistics are those of the whole batch (SyncBatchNorm).
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

import torch.distributed as dist
from torch import Tensor, nn

from repose.training.devices import Device


@dataclass(frozen=True)
class Ranks:
    """This process's number and how many there are."""

    rank: int
    size: int


def find_ranks() -> Ranks:
    """What `torchrun` says; without it, one process."""
    return Ranks(int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1)))


@contextlib.contextmanager
def process_group(device: Device) -> Iterator[Ranks]:
    """The processes joined for the length of a block; nothing to do for a single one."""
    ranks = find_ranks()
    if ranks.size == 1:
        yield ranks
        return
    dist.init_process_group("nccl" if device.device.type == "cuda" else "gloo")
    try:
        yield ranks
    finally:
        dist.destroy_process_group()


def parallel(model: nn.Module, device: Device) -> nn.Module:
    """The model as all ranks train it together; the model itself for a single process."""
    if find_ranks().size == 1:
        return model
    on_gpu = device.device.type == "cuda"
    return nn.parallel.DistributedDataParallel(model, device_ids=[device.device.index] if on_gpu else None)


def synchronise_norms(model: nn.Module, device: Device) -> nn.Module:
    """The model with batch normalisation over all ranks, where that exists (GPUs)."""
    if find_ranks().size == 1 or device.device.type != "cuda":
        return model
    return nn.SyncBatchNorm.convert_sync_batchnorm(model)


def mean_over_ranks(values: Tensor) -> Tensor:
    """The mean of equal-shaped tensors of all ranks."""
    if find_ranks().size == 1:
        return values
    dist.all_reduce(values)
    return values / find_ranks().size


def wait_for_ranks() -> None:
    """Wait until all ranks are here."""
    if find_ranks().size > 1:
        dist.barrier()
