"""Tables that mirror the papers': the printed figure beside ours, as tidy CSV, Markdown and LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from repose.foundations.values import written
from repose.report.published import Column, Paper, Row, Table, View
from repose.report.scores import Score, Scores, of_group
from repose.report.statistics import Effect, Term, Variance, effect, system_variance

FIELDS = ("table", "row", "column", "metric", "unit", "published", "measured", "low", "high", "run")
STACKED = 6  # a table with more columns puts the paper's figures and ours on two lines per row

NO_SEEDS: Variance = (0.0, 0)  # of a row that is not trained

Facts = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Cell:
    """One figure of a table under one metric."""

    row: Row
    column: Column
    metric: str
    published: str  # as printed; empty unless the metric is the paper's
    measured: Effect | None
    run: str = ""  # whose figure it is


def fills(row: Row, facts: Facts) -> bool:
    """Whether a row's run has the settings that the row states, and if it is trained, those it presumes."""
    return row.run is not None and row.run in facts and not unlike(wanted_of(row, facts), facts[row.run])


def wanted_of(row: Row, facts: Facts) -> dict[str, Any]:
    """The settings that the run of a row must have; what is not trained has no settings to presume."""
    return (row.presumes if row.run is not None and trained(row.run, facts) else {}) | row.states


def trained(run: str, facts: Facts) -> bool:
    """Whether a run is a training, unlike a reference such as the mean pose."""
    return "seeds" in facts.get(run, {"seeds": None})


def unlike(wanted: Mapping[str, Any], fact: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a run has not, and what it has instead."""
    return {name: fact.get(name) for name, value in wanted.items() if fact.get(name) != value}


def other_settings(paper: Paper, facts: Facts) -> dict[str, str]:
    """How runs differ from what their rows state or the paper presumes, as a clause for each that does."""
    rows = [row for table in paper.tables for row in table.rows if row.run in facts]
    asked = [(row.run, wanted_of(row, facts)) for row in rows if row.run is not None]
    rowless = {run for claim in paper.claims for terms in claim.contrasts for _, run, _ in terms}
    rowless -= {run for run, _ in asked}
    free = [run for run in sorted(rowless) if run in facts and trained(run, facts)]
    asked += [(run, {**paper.presumes, **paper.states.get(run, {})}) for run in free]
    found: dict[str, str] = {}
    for run, wanted in asked:
        if parts := unlike(wanted, facts[run]):
            words = [text for name, own in parts.items() for text in difference(name, own, wanted[name])]
            found.setdefault(run, f"{run} has {', '.join(words)}")
    return found


def difference(name: str, own: Any, wanted: Any) -> list[str]:
    """How a setting differs; of a list in words, such as the stages of a recipe, only the entries that do."""
    both = [own, wanted]
    if all(isinstance(v, list) and all(isinstance(x, str) for x in v) for v in both) and len(own) == len(
        wanted
    ):
        pairs = [
            (f"'{mine}'", f"'{other}'") for mine, other in zip(own, wanted, strict=True) if mine != other
        ]
    else:
        pairs = [(written(own), written(wanted))]
    return [f"{name} {mine} where {other} is presumed" for mine, other in pairs]


def in_words(settings: Mapping[str, Any], *without: str) -> str:
    """Settings in a line, as rows presume them: `batch 8, milestones 80 93`."""
    return ", ".join(f"{key} {briefly(settings[key])}" for key in sorted(settings.keys() - set(without)))


def briefly(value: Any) -> str:
    """A setting as `params.yaml` writes it, but for the form of numbers and lists."""
    if isinstance(value, list | tuple):
        return " ".join(briefly(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else written(value)


def run_of(row: Row, column: Column, facts: Facts) -> str | None:
    """The run that fills a cell, if there is one: the row's own, or that of an earlier stage."""
    if column.part is None:
        return row.run if fills(row, facts) else None
    run = row.parts.get(column.part)
    if run is None or run not in facts or unlike(row.presumes, facts[run]):
        return None
    made: list[str] = facts[run].get("recipe", [])
    stated: list[str] = row.states.get("recipe", made)
    return run if stated[: len(made)] == made else None  # a recipe begins with its first stages


def table_cells(table: Table, scores: Scores, facts: Facts) -> list[Cell]:
    """Every figure of a table: row by row, column by column, the paper's metric first."""
    cells = []

    @cache
    def variance(metric: str, group: str | None) -> Variance:
        return system_variance(scores, metric, group)

    for row in table.rows:
        for column in table.columns:
            for metric in (column.metric, *column.also):
                measured, run = None, run_of(row, column, facts)
                if run is not None and (score := scores.get((run, metric))) is not None:
                    spread = variance(metric, column.group) if "seeds" in facts[run] else NO_SEEDS
                    measured = measure(run, score, column.group, spread)
                published = row.published.get(column.name, "") if metric == column.metric else ""
                if published or measured is not None:
                    cells.append(Cell(row, column, metric, published, measured, run or ""))
    return cells


def measure(run: str, score: Score, group: str | None, variance: Variance) -> Effect | None:
    """A run's figure with its interval, over all groups or in one; `variance` is the system's seeds'."""
    part = of_group(score, group)
    return None if part is None else effect([Term(1.0, run, part)], variance)


def tidy_rows(table: Table, cells: Iterable[Cell]) -> list[dict[str, str]]:
    """The lines of a table's CSV."""
    lines = []
    for cell in cells:
        figures = [cell.measured.value, cell.measured.low, cell.measured.high] if cell.measured else []
        texts = [f"{value:.{cell.column.decimals}f}" for value in figures] or ["", "", ""]
        run = cell.run if cell.measured else ""
        known = (table.number, cell.row.row, cell.column.name, cell.metric, cell.column.unit, cell.published)
        lines.append(dict(zip(FIELDS, (*known, *texts, run), strict=True)))
    return lines


def csv_text(fields: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    """Rows as CSV with Unix line ends."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fields, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def grid(table: Table, cells: list[Cell]) -> tuple[list[str], list[list[str]]]:
    """Header and lines of the table as a reader sees it: the paper's figures and ours."""
    if table.views:
        return viewed_grid(table, cells)
    found = {(cell.row.row, cell.column.name): cell for cell in cells if cell.metric == cell.column.metric}
    if len(table.columns) > STACKED:
        return stacked_grid(table, found)
    header = [*table.labels]
    for column in table.columns:
        header += [f"{column.name}, paper", f"{column.name}, ours"]
    lines = []
    for row in table.rows:
        line = labelled(row)
        for column in table.columns:
            cell = found.get((row.row, column.name))
            line += [cell.published if cell else "", ours(cell)]
        lines.append(line)
    return header, lines


def stacked_grid(table: Table, found: dict[tuple[str, str], Cell]) -> tuple[list[str], list[list[str]]]:
    """The same for wide tables: a line of printed figures, and below it ours where there is a run."""
    header = [*table.labels, "", *(column.name for column in table.columns)]
    lines = []
    for row in table.rows:
        cells = [found.get((row.row, column.name)) for column in table.columns]
        printed = [cell.published if cell else "" for cell in cells]
        mine = [f"**{c.measured.value:.{c.column.decimals}f}**" if c and c.measured else "" for c in cells]
        whose = "**file**" if row.from_file else "**ours**"
        own = [[name, *texts] for name, texts in (("paper", printed), (whose, mine)) if any(texts)]
        lines += below_label(row, table, own)
    return header, lines


def viewed_grid(table: Table, cells: list[Cell]) -> tuple[list[str], list[list[str]]]:
    """A line of ours for every view, the first one bold, and below them the paper's figures."""
    found = {(cell.row.row, cell.column.name, cell.metric): cell for cell in cells}
    columns = [column for column in table.columns if not column.aside]
    header = [*table.labels, "", *(column.name for column in columns)]
    lines = []
    for row in table.rows:
        own = []
        for number, view in enumerate(table.views):
            texts = [viewed(row, column, view, found) for column in columns]
            if any(texts):
                shown = [f"**{text}**" if text and number == 0 else text for text in texts]
                own.append([view.name, *shown])
        printed = [row.published.get(column.name, "") for column in columns]
        own += [["paper", *printed]] if any(printed) else []
        lines += below_label(row, table, own)
    return header, lines


def below_label(row: Row, table: Table, own: Sequence[Sequence[str]]) -> list[list[str]]:
    """The lines of a row, of which only the first has its labels."""
    labels = [labelled(row), *([""] * len(table.labels) for _ in own[1:])]
    return [[*label, *line] for label, line in zip(labels, own, strict=False)]


def viewed(row: Row, column: Column, view: View, found: dict[tuple[str, str, str], Cell]) -> str:
    """Our figure in a column, in the first of its metrics that the view lists."""
    metric = next((m for m in (column.metric, *column.also) if m in view.metrics), "")
    cell = found.get((row.row, column.name, metric))
    return f"{cell.measured.value:.{column.decimals}f}" if cell and cell.measured else ""


def labelled(row: Row) -> list[str]:
    """The labels of a row; a cited row is marked, also if we trained its network ourselves."""
    first, *rest = row.labels.values()
    mark = (" *(cited, retrained by us)*" if row.retrained else " *(cited)*") if row.cited else ""
    mark += " *(from file)*" if row.from_file else ""
    return [first + mark + (f" [{row.note}]" if row.note else ""), *rest]


def ours(cell: Cell | None) -> str:
    """Our figure with its interval."""
    if cell is None or cell.measured is None:
        return ""
    d, m = cell.column.decimals, cell.measured
    if m.high - m.low < 10.0**-d:
        return f"**{m.value:.{d}f}**"
    return f"**{m.value:.{d}f}** ({m.low:.{d}f} to {m.high:.{d}f})"


LATEX_SIGNS = str.maketrans(
    {"&": r"\&", "%": r"\%", "_": r"\_", "#": r"\#", "$": r"\$", "†": r"\dag{}", "–": "--", "×": r"$\times$",
     "²": r"$^2$", "→": r"$\to$", "≥": r"$\ge$", "≤": r"$\le$", "λ": r"$\lambda$"}
)  # fmt: skip


def latex(table: Table, header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A LaTeX table (booktabs) with the paper's caption number."""

    def row(texts: Sequence[str]) -> str:
        plain = [text.replace("**", "").replace("*", "").translate(LATEX_SIGNS) for text in texts]
        return " & ".join(plain) + r" \\"

    numbers = len(header) - len(table.labels)
    body = [row(header), r"\midrule", *(row(line) for line in lines)]
    return "\n".join(
        [
            f"% Table {table.number}",
            r"\begin{tabular}{" + "l" * len(table.labels) + "r" * numbers + "}",
            r"\toprule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            "",
        ]
    )
