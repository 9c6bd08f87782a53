"""Training curves, read from the histories of a run's seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import read_csv


def read_curve(paths: Sequence[Path], column: str) -> tuple[np.ndarray, np.ndarray]:
    """Epochs (E) and a column (seeds, E) of several seeds' histories; epochs without a value are left out."""
    rows: list[list[tuple[float, float]]] = []
    for path in paths:
        lines = read_csv(path)
        if not lines or column not in lines[0]:
            found = ", ".join(lines[0]) if lines else "nothing"
            raise ReposeError(
                f"{path}: no column `{column}` (found {found}); train the run again with `dvc repro`"
            )
        rows.append([(float(line["epoch"]), float(line[column])) for line in lines if line[column]])
    epochs = np.array([epoch for epoch, _ in rows[0]])
    return epochs, np.array([[value for _, value in seed] for seed in rows])
