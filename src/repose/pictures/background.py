"""Batches made beside a training, by a thread that stays a few batches ahead of the network."""

import queue
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

AHEAD = 4  # batches that are asked for, and that wait, before the training needs them


def as_pictures(pictures: np.ndarray) -> Tensor:
    """(B, R, R, 3) bytes as (B, 3, R, R), channels last in memory."""
    return torch.from_numpy(pictures).permute(0, 3, 1, 2)


def in_background(items: Iterator[Any]) -> Iterator[Any]:
    """The items in order, made by a thread that stays a few ahead."""
    made: queue.Queue[tuple[str, Any]] = queue.Queue(AHEAD)
    stopped = threading.Event()

    def put(kind: str, item: Any) -> None:
        while not stopped.is_set():
            try:
                return made.put((kind, item), timeout=0.1)
            except queue.Full:
                continue

    def work() -> None:
        try:
            for item in items:
                put("item", item)
                if stopped.is_set():
                    return
            put("end", None)
        except BaseException as error:
            put("error", error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            kind, item = made.get()
            if kind == "error":
                raise item
            if kind == "end":
                return
            yield item
    finally:
        stopped.set()
        thread.join()
