"""Figures with their intervals, as the tables, the ledger and the metrics of a snapshot hold them."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from statistics import median, mode
from typing import Any

from repose.compare.revisions import Snapshot
from repose.foundations.errors import ReposeError

Rows = list[dict[str, str]]
HEADLINE = "headline"
PLACE = ("table", "row", "column", "metric", "unit")  # of a cell, as the tables' columns are named


@dataclass(frozen=True)
class Figure:
    """A number as printed, with the ends of its 95 % interval where it has one."""

    value: str
    low: str = ""
    high: str = ""

    def __str__(self) -> str:
        exact = not self.low or self.low == self.high
        return self.value if exact else f"{self.value} ({self.low} to {self.high})"

    def holds(self, other: "Figure") -> bool:
        """Whether another number lies within this one's interval."""
        low, high = float(self.low or self.value), float(self.high or self.value)
        return low <= float(other.value) <= high

    @property
    def half(self) -> float:
        """Half the width of the interval."""
        return (float(self.high) - float(self.low)) / 2 if self.low and self.high else 0.0


def beyond(old: Figure, new: Figure) -> bool:
    """Whether a figure moved beyond its interval: either number lies outside the other's interval."""
    return not old.holds(new) and not new.holds(old)


@dataclass(frozen=True)
class Cell:
    """Where a score stands; without a table it is a system's headline figure of a run."""

    system: str
    table: str
    row: str
    column: str
    metric: str
    unit: str


@dataclass(frozen=True)
class Score:
    """A measured score, and the run that it is of."""

    run: str
    figure: Figure


def claims_of(snapshot: Snapshot) -> dict[str, dict[str, str]]:
    """The lines of every paper's ledger, by the claim's id."""
    paths = [path for path in sorted(snapshot.texts) if path.endswith("/claims.csv") and path.count("/") == 2]
    return {row["id"]: row for path in paths for row in rows_of(snapshot, path) if row.get("id")}


def effect_of(claim: Mapping[str, str]) -> Figure | None:
    """A claim's effect; none where nothing was measured."""
    value, low, high = (claim.get(name) or "" for name in ("measured_effect", "low", "high"))
    return Figure(value, low, high) if value else None


def scores_of(snapshot: Snapshot) -> dict[Cell, Score]:
    """Every measured score of the tables."""
    paths = [path for path in sorted(snapshot.texts) if "/tables/" in path and path.endswith(".csv")]
    found: dict[Cell, Score] = {}
    for path in paths:
        system = PurePosixPath(path).parts[1]
        for row in rows_of(snapshot, path):
            if row.get("measured"):
                cell = Cell(system, *(row.get(name) or "" for name in PLACE))
                figure = Figure(row["measured"], row.get("low") or "", row.get("high") or "")
                found[cell] = Score(row.get("run") or "", figure)
    return found


def rows_of(snapshot: Snapshot, path: str) -> Rows:
    """The lines of a CSV file, checked to hold numbers where numbers belong."""
    rows = list(csv.DictReader(io.StringIO(snapshot.texts[path])))
    for number, row in enumerate(rows, start=2):
        for name in ("measured", "measured_effect", "low", "high"):
            try:
                float(row.get(name) or 0)
            except ValueError:
                where = f"{path} in {snapshot.name}, line {number}"
                raise ReposeError(f"{where}: {name} is {row[name]!r}, expected a number") from None
    return rows


def headlines_of(snapshot: Snapshot) -> dict[tuple[str, str], float]:
    """The one number of every run, by system and run, from the papers' metrics."""
    found = {}
    for path in sorted(snapshot.texts):
        if path.endswith("/metrics.json") and path.count("/") == 2:
            system = PurePosixPath(path).parts[1]
            for run, value in json_of(snapshot, path).items():
                if isinstance(value, int | float):
                    found[system, run] = float(value)
    return found


def json_of(snapshot: Snapshot, path: str) -> dict[str, Any]:
    """A JSON object."""
    try:
        return dict(json.loads(snapshot.texts[path]))
    except ValueError:
        raise ReposeError(f"{path} in {snapshot.name}: not readable as a JSON object") from None


def untabled(snapshot: Snapshot, scores: Mapping[Cell, Score]) -> Iterator[tuple[Cell, Score]]:
    """The headline figures that no table shows, each with the median interval of those that one shows."""
    headlines = headlines_of(snapshot)
    shown = {(cell.system, score.run): (cell, score) for cell, score in tabled(headlines, scores)}
    for (system, run), value in headlines.items():
        if (system, run) not in shown:
            alike = [pair for key, pair in shown.items() if key[0] == system]
            half = median([score.figure.half for _, score in alike] or [0.0])
            unit = mode([cell.unit for cell, _ in alike] or [""])
            figure = Figure(*(f"{x:.4f}" for x in (value, value - half, value + half)))
            yield Cell(system, "", "", "", HEADLINE, unit), Score(run, figure)


def tabled(
    headlines: Mapping[tuple[str, str], float], scores: Mapping[Cell, Score]
) -> Iterator[tuple[Cell, Score]]:
    """The scores of the tables that are a run's headline figure, rounded."""
    for cell, score in scores.items():
        headline = headlines.get((cell.system, score.run))
        digits = len(score.figure.value.partition(".")[2])
        if headline is not None and f"{headline:.{digits}f}" == score.figure.value:
            yield cell, score
