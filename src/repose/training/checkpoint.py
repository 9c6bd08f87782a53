"""Resuming after an interruption: a checkpoint outside the outputs, keyed by all that the result depends on.

Randomness is keyed by epoch, so a checkpoint holds weights, optimiser, averages and curves, but no
generators. A changed parameter, input or source file gives another key, so no stale checkpoint is ever used;
`rm -r .resume` is always safe.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import pickle
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn

from repose.foundations.errors import ReposeError
from repose.training.averaging import RunningAverage
from repose.training.distributed import find_ranks
from repose.training.optimiser import Stepper
from repose.training.root import project_root

SAVE_S = 10.0  # epochs shorter than this are not all saved


def fingerprint(configuration: Any, paths: Iterable[str | Path] = ()) -> str:
    """A short hash of a configuration and of the contents of files and folders."""
    total = hashlib.sha256(json.dumps(configuration, sort_keys=True, default=str).encode())
    for path in sorted(map(Path, paths)):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and "__pycache__" not in file.parts:
                total.update(str(file).encode())
                with open(file, "rb") as stream:
                    total.update(hashlib.file_digest(stream, "sha256").digest())
    return total.hexdigest()[:16]


@contextlib.contextmanager
def resume_folder(stage: str, key: str) -> Iterator[Path]:
    """The folder for a stage's checkpoints, held by this process alone, removed when the block succeeds.

    The block must include the writing of the stage's outputs.
    """
    folder = project_root() / ".resume" / f"{stage.replace('/', '_')}-{key}"
    folder.mkdir(parents=True, exist_ok=True)
    if find_ranks().rank > 0:  # the first process holds the lock for all
        yield folder
        return
    with open(folder / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ReposeError(
                f"{folder}: another process trains {stage} just so; wait for it or stop it"
            ) from None
        yield folder
        shutil.rmtree(folder)


class Checkpoint:
    """The state of a training, written whole after an epoch and found again at the next start."""

    def __init__(
        self,
        path: Path | None,
        model: nn.Module,
        optimiser: Stepper,
        average: RunningAverage,
        history: list[dict[str, Any]],
    ) -> None:
        self.path, self.model, self.optimiser = path, model, optimiser
        self.average, self.history, self.written = average, history, time.monotonic()

    def save(self) -> None:
        """Write the state, unless that was done a moment ago."""
        if self.path is None or find_ranks().rank > 0 or time.monotonic() - self.written < SAVE_S:
            return
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state,
            "average": self.average.state(),
            "history": self.history,
        }
        temporary = self.path.with_suffix(".tmp")
        with open(temporary, "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.path)
        self.written = time.monotonic()

    def load(self, device: torch.device) -> None:
        """Take up the state of an earlier start, if there is one."""
        if self.path is None or not self.path.exists():
            return
        try:
            state = torch.load(self.path, map_location=device, weights_only=True)
        except (RuntimeError, EOFError, pickle.UnpicklingError):
            raise ReposeError(
                f"{self.path}: not readable as a checkpoint; remove it and start again"
            ) from None
        self.model.load_state_dict(state["model"])
        self.optimiser.load(state["optimiser"])
        self.average.load(state["average"])
        self.history.extend(state["history"])
