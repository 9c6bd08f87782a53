"""Training curves for the page, as the histories of a run's seeds have them.

A history's columns follow a rule: `train_q` is a quantity on training data beside `q` on the test set or
`tenth_q` on the tenth of it that is watched; any other `q` is on training data, beside `held_q` on held-out
ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from repose.foundations.files import read_csv
from repose.report.runs import Run

MOST_POINTS = 100  # of a curve
APART = ("epoch", "rate")  # columns that are no measure
OTHERS = {"": "test set", "tenth_": "a tenth of the test set", "held_": "held-out training data"}


def run_curves(run: Run) -> dict[str, Any] | None:
    """The samples seen, the measures, and the columns of every seed; None for a run without histories."""
    histories = [read_history(seed / "history.csv") for seed in run.seeds]
    if not histories or not all(histories):
        return None
    columns = [name for name in histories[0][0] if name not in APART]
    epochs = [float(row["epoch"]) for row in histories[0]]
    total = own_samples(run)
    return {
        "samples": [round(total * epoch / epochs[-1]) for epoch in epochs],
        "measures": measures(columns),
        "seeds": [{name: [number(row[name]) for row in rows] for name in columns} for rows in histories],
    }


def read_history(path: Path) -> list[dict[str, str]]:
    """The rows of a history, thinned evenly so that the last one stays; none if there is no file."""
    if not path.is_file():
        return []
    rows = read_csv(path)
    step = -(-len(rows) // MOST_POINTS) or 1
    return rows[::-1][::step][::-1]


def own_samples(run: Run) -> int:
    """What one seed sees in a run's own training, also where its cost counts that of its start."""
    record = run.record
    return int(record["configuration"].get("training", {}).get("crops") or record["cost"]["samples"])


def measures(columns: Sequence[str]) -> list[dict[str, str]]:
    """What a history measures: each with its column on training data, on others, and what these are.

    Those with both come first.
    """
    found = []
    for name in dict.fromkeys(quantity(column) for column in columns):
        trained = f"train_{name}" in columns
        train = f"train_{name}" if trained else name if name in columns else ""
        prefix = next((p for p in (("tenth_", "") if trained else ("held_",)) if p + name in columns), None)
        other, on = ("", "") if prefix is None else (prefix + name, OTHERS[prefix])
        found.append({"name": name, "train": train, "other": other, "on": on})
    return sorted(found, key=lambda measure: not (measure["train"] and measure["other"]))


def quantity(column: str) -> str:
    """The quantity that a column has."""
    for prefix in ("train_", "tenth_", "held_"):
        column = column.removeprefix(prefix)
    return column


def number(text: str) -> float | None:
    """A cell of a history; None where it is blank or no number."""
    value = float(text or "nan")
    return float(f"{value:.4g}") if abs(value) < float("inf") else None
