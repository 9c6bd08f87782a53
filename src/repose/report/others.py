"""Predictions of other software, from files that `params.yaml` names: scored as our runs, a row of their own.

    gcn:
      others:
        theirs: {files: {h36m-test: theirs.npz}, input: detected, note: downloaded from their page}

Such a row has no seeds, no settings and no claims, since nothing is known of how it was made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repose.foundations.errors import ReposeError
from repose.report.published import Paper, Row, Table
from repose.report.scores import Scores
from repose.report.tables import Facts

if TYPE_CHECKING:
    from repose.report.room import Room

FROM_FILE = "from_file"  # the fact that tells such a row from runs and references


@dataclass(frozen=True)
class Other:
    """What another software has predicted, and on which test sets."""

    name: str
    files: Mapping[str, Path]  # by test set, such as `h36m-test`
    settings: Mapping[str, Any]  # as `params.yaml` states them


def declared_others(system: str, section: Mapping[str, Any], paper: Paper) -> list[Other]:
    """The entries of `others` in a system's section, whose files are there and whose names are free."""
    taken = names_in(paper)
    found = []
    for name, settings in section.get("others", {}).items():
        place = f"{system}.others.{name}"
        if name in taken:
            raise ReposeError(
                f"{place}: the paper's tables or claims know a run of this name; choose another"
            )
        files = {test: Path(path) for test, path in settings["files"].items()}
        if not files:
            raise ReposeError(f"{place}: no files, expected one for at least one test set")
        for test, path in files.items():
            if not path.is_file():
                raise ReposeError(
                    f"{place}: {path} not found, expected predictions of {test}; give the path from the "
                    "project's folder, or an absolute one"
                )
        found.append(Other(name, files, settings))
    return found


def names_in(paper: Paper) -> set[str]:
    """The runs that a paper's rows and claims name, whether they are declared or not."""
    rows = [row for table in paper.tables for row in table.rows]
    named = {run for row in rows for run in (row.run, *row.parts.values()) if run is not None}
    return named | {run for claim in paper.claims for terms in claim.contrasts for _, run, _ in terms}


def with_others(
    room: Room, others: Sequence[Other], scores: Scores, facts: Facts, data: Path
) -> tuple[Scores, Facts]:
    """Scores and facts of our runs, and behind them those of other software."""
    known = {run for run, _ in scores} | set(facts)
    for other in others:
        if other.name in known:
            raise ReposeError(f"others: {other.name} is the name of a run or a reference; choose another")
        own = room.scored_file(other, data)
        scores = scores | {(other.name, metric): score for metric, score in own.items()}
        note = other.settings.get("note")
        facts = facts | {
            other.name: {"settings": "from a file" + (f": {note}" if note else ""), FROM_FILE: True}
        }
    return scores, facts


def with_rows(paper: Paper, scores: Scores, facts: Facts) -> Paper:
    """The paper with a row for each of the others at the end of the tables that they belong to.

    These are the tables that cite other work and have a figure of the file; where there is none, all that
    have a figure of it.
    """
    tables = list(paper.tables)
    for name in (name for name, fact in facts.items() if fact.get(FROM_FILE)):
        fitting = [index for index, table in enumerate(tables) if fills_some(table, name, scores)]
        citing = [index for index in fitting if any(row.cited for row in tables[index].rows)]
        for index in citing or fitting:
            rows = (*tables[index].rows, row_of(name, tables[index].labels))
            tables[index] = replace(tables[index], rows=rows)
    return replace(paper, tables=tuple(tables))


def fills_some(table: Table, name: str, scores: Scores) -> bool:
    """Whether a file's scores fill a cell of a table."""
    found = ((scores.get((name, column.metric)), column) for column in table.columns if column.part is None)
    return any(score and column.group in (None, *score.group_names) for score, column in found)


def row_of(name: str, labels: Sequence[str]) -> Row:
    """The row of one of the others: its name stands for all labels."""
    first, *rest = labels
    return Row(f"{name} (from file)", {first: name} | dict.fromkeys(rest, ""), {}, run=name, from_file=True)
