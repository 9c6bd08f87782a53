"""What a paper's room offers to the engine, and how the engine finds that room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from repose.foundations.errors import ReposeError
from repose.foundations.files import read_json
from repose.report.others import Other
from repose.report.page import Figure
from repose.report.published import Paper
from repose.report.runs import Run
from repose.report.scores import Score, Scores
from repose.report.tables import Facts


@dataclass(frozen=True)
class Materials:
    """What a paper's own figures and texts are made from."""

    folder: Path  # of the paper's report
    data: Path
    roots: Mapping[str, str]  # native files by data set
    runs: Sequence[Run]
    scores: Scores
    facts: Facts
    paper: Paper


@dataclass(frozen=True)
class Presented:
    """What a paper's room adds to its page."""

    figures: Sequence[Figure] = ()
    learnt: str = ""  # put at the top, below data and scale
    more: str = ""  # Markdown of its own, after the tables


class Room(Protocol):
    """The functions of `repose.papers.<system>`."""

    def declared(self, section: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        """The runs that the system's section of the parameters declares, in their order."""

    def settings(self, section: Mapping[str, Any], scale: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
        """The values of the scale that the page names, and how they were chosen."""

    def data_sets(self) -> Sequence[str]:
        """The data sets that its trainings or scores use."""

    def scored(self, runs: Sequence[Run], data: Path) -> tuple[Scores, Facts]:
        """The scores and facts of all runs, from their predictions and the truth below `data`."""

    def scored_file(self, other: Other, data: Path) -> Mapping[str, Score]:
        """The scores of other software's predictions; only where the section has `others`."""

    def presented(self, materials: Materials) -> Presented:
        """Draw its figures and write its texts."""


def room_of(system: str) -> Room:
    """The room of a system's paper."""
    try:
        return cast(Room, import_module(f"repose.papers.{system}"))
    except ModuleNotFoundError as error:
        if error.name != f"repose.papers.{system}":
            raise
        raise ReposeError(f"systems: no paper {system!r} in src/repose/papers, expected its room") from None


def origins(poses: Path, sets: Sequence[str]) -> dict[str, str]:
    """Where each data set's files are from, `world` or `real`, as their reader noted."""
    return {name: read_json(poses / name / "meta.json")["source"] for name in sets}
