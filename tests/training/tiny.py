"""The smallest training that still has everything; `python -m tests.training.tiny FOLDER` runs it alone."""

import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from repose.foundations.rng import rng
from repose.training import checkpoint
from repose.training.averaging import Average
from repose.training.batches import ArrayBatches
from repose.training.devices import Device, Forward
from repose.training.loop import Row, Step, Training, train
from repose.training.optimiser import Optimiser, clip_grad_norm
from repose.training.record import write_seed
from repose.training.schedule import Schedule

CPU = Device(torch.device("cpu"))


def network() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.2), nn.ReLU(), nn.Linear(8, 2))


def batches(**options: Any) -> ArrayBatches:
    inputs = rng(0, "inputs").normal(size=(64, 4)).astype(np.float32)
    settings = {"stacked": False, "seeds": [0], "batch": 16} | options
    return ArrayBatches({"x": inputs, "y": inputs[:, :2] * 3}, device=CPU.device, **settings)


def loss(forward: Forward, batch: dict[str, Tensor], step: Step) -> tuple[Tensor, dict[str, Tensor]]:
    error = (forward(batch["x"]) - batch["y"]).square().mean()
    return error, {"error": error}


def settings(epochs: int) -> Training:
    schedule = Schedule("cosine", 0.05, warmup=2, total=4 * epochs)
    optimiser = Optimiser("muon", momentum=0.9, nesterov=True)
    return Training(epochs, optimiser, schedule, Average("ema", decay=0.9))


def run(epochs: int, **options: Any) -> tuple[nn.Module, list[Row]]:
    model = network()
    clip = partial(clip_grad_norm, max_norm=1.0)
    options = {"seed": 0, "name": "tiny", "clip": clip} | options
    return model, train(model, loss, batches(), settings(epochs), CPU, **options)


def main(folder: Path) -> None:
    """Train 300 epochs with a checkpoint after each, printing every epoch."""
    checkpoint.SAVE_S = 0.0
    torch.set_num_threads(1)
    with checkpoint.resume_folder("tiny", "key") as kept:
        options = {"on_epoch": lambda row: print(row["epoch"], flush=True), "checkpoint": kept / "tiny.pt"}
        model, history = run(300, **options)
        write_seed(folder, 0, model.state_dict(), history)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
