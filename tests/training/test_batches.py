import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from repose.foundations.errors import ReposeError
from repose.training.batches import ArrayBatches, epoch_order
from repose.training.distributed import Ranks

CPU = torch.device("cpu")


def source(**options) -> ArrayBatches:
    options = {"batch": 4, "seeds": [0], "stacked": False} | options
    return ArrayBatches({"x": np.arange(20)}, device=CPU, **options)


def seen(batches: ArrayBatches, epoch: int) -> list[int]:
    return torch.cat([batch["x"] for batch in batches.epoch(epoch)], -1).tolist()


@given(st.integers(1, 50), st.integers(1, 200), st.integers(0, 9))
def test_every_pass_sees_every_sample_once(count, length, epoch):
    order = epoch_order(3, epoch, count, length)
    assert len(order) == length
    for start in range(0, length - count + 1, count):
        assert sorted(order[start : start + count]) == list(range(count))


def test_an_epoch_is_the_same_whenever_asked_and_unlike_the_next():
    batches = source()
    assert batches.steps == 5
    first = seen(batches, 0)
    assert sorted(first) == list(range(20))
    assert seen(batches, 1) != first
    assert seen(batches, 0) == first


def test_stacked_seeds_keep_the_order_each_has_alone():
    batches = source(seeds=[3, 5], stacked=True)
    assert batches.samples == 8
    assert seen(batches, 2) == [seen(source(seeds=[3]), 2), seen(source(seeds=[5]), 2)]


def test_ranks_share_each_batch():
    whole = list(source().epoch(0))
    shares = [list(source(ranks=Ranks(rank, 2)).epoch(0)) for rank in (0, 1)]
    for batch, one, other in zip(whole, *shares, strict=True):
        assert sorted(batch["x"].tolist()) == sorted(one["x"].tolist() + other["x"].tolist())


def test_a_batch_that_ranks_cannot_share_is_refused():
    with pytest.raises(ReposeError, match="ranks"):
        source(batch=5, ranks=Ranks(0, 2))
