"""What a run's folder says about it: facts for the tables, and the paths of its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from pathlib import Path
from typing import Any

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import read_csv, read_json
from repose.foundations.rungs import rung_folder, rung_name, rungs_in


@dataclass(frozen=True)
class Run:
    """One declared run of a system and its folder."""

    name: str
    folder: Path
    settings: Mapping[str, Any]  # as `params.yaml` states them
    record: Mapping[str, Any]  # run.json

    @property
    def seeds(self) -> list[Path]:
        """The folders of its seeds, in order."""
        return [self.folder / f"seed{seed}" for seed in self.record["seeds"]]

    def predictions(self, name: str) -> list[Path]:
        """The predictions of every seed on one split, such as `h36m-test`; empty if there are none."""
        paths = [seed / "predictions" / f"{name}.npz" for seed in self.seeds]
        return paths if all(path.is_file() for path in paths) else []

    @property
    def rungs(self) -> tuple[tuple[float, Run], ...]:
        """The run at smaller budgets, each trained with a share of its steps; the smallest first."""
        places = {share: rung_folder(self.folder, share) for share in rungs_in(self.folder)}
        return tuple(
            (share, Run(rung_name(self.name, share), place, self.settings, read_json(place / "run.json")))
            for share, place in places.items()
        )

    def last(self, column: str) -> np.ndarray:
        """A column's value in the last row of every seed's history, NaN where that cell is blank."""
        return np.array([last_value(seed / "history.csv", column) for seed in self.seeds])


def declared_runs(section: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """All runs of a system's section of `params.yaml`: those of `runs`, `…_runs`, in their order."""
    families = [family for name, family in section.items() if name == "runs" or name.endswith("_runs")]
    return {name: entry for family in families for name, entry in family.items()}


def load_runs(folder: Path, declared: Mapping[str, Mapping[str, Any]]) -> list[Run]:
    """The declared runs in a folder, in their order; undeclared ones are ignored."""
    runs = []
    for name, settings in declared.items():
        path = folder / name / "run.json"
        if not path.is_file():
            raise ReposeError(f"{path}: not found; train the run first with `dvc repro`")
        runs.append(Run(name, folder / name, settings, read_json(path)))
    return runs


def chain(run: Run, runs: Mapping[str, Run]) -> list[Run]:
    """A run and the runs that its weights come from, latest first."""
    found = [run]
    while (parent := found[-1].settings.get("parent")) is not None:
        if parent not in runs or len(found) > len(runs):
            raise ReposeError(f"{found[-1].name} has the parent {parent!r}, expected a declared run")
        found.append(runs[parent])
    return found


def last_value(path: Path, column: str) -> float:
    """A column's value in the last row of a CSV, NaN where that cell is blank: no older value stands in."""
    rows = read_csv(path)
    if not rows or rows[-1].get(column) is None:
        found = ", ".join(rows[0]) if rows else "nothing"
        raise ReposeError(f"{path}: no column `{column}` (found {found}); train the run again")
    return float(rows[-1][column] or nan)


def run_facts(run: Run, paper_samples: float) -> dict[str, Any]:
    """Facts of a run for tables and pages, with all settings of its model by their names.

    `paper_samples` is the number that the paper trains on.
    """
    record = run.record
    settings = ", ".join(f"{key}: {value}" for key, value in run.settings.items()) or "as the section says"
    return {
        **record["configuration"].get("model", {}),
        "settings": settings,
        "seeds": len(record["seeds"]),
        "parameters": record["parameters"]["here"],
        "samples_seen": record["cost"]["samples"],
        "samples_share": 100 * record["cost"]["samples"] / paper_samples,
        "computed": record.get("computed", ""),
        "teraflop": record["cost"]["operations"] / 1e12,
    }
