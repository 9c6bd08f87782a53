"""One page a paper: what was run, its claims and their premises, its tables in order, its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from repose.foundations.files import write_text
from repose.foundations.markdown import markdown_table
from repose.report.budgets import draw_budgets
from repose.report.claims import Verdict, judge_all
from repose.report.claims_section import (
    VERDICTS_TEXT,
    budgets_text,
    claims_text,
    decided_text,
    power_text,
    premises_text,
)
from repose.report.premises import Evidence
from repose.report.published import Column, Paper, Table
from repose.report.scores import Scores, of_group
from repose.report.setting import Setting, computed_words, ran_lines, values_text
from repose.report.tables import (
    FIELDS,
    Cell,
    Facts,
    csv_text,
    grid,
    latex,
    other_settings,
    run_of,
    table_cells,
    tidy_rows,
)


@dataclass(frozen=True)
class Figure:
    """A picture of the page: its file below the page's folder, its number in the paper and what it shows."""

    file: str
    title: str
    caption: str


BUDGETS = Figure(
    "figures/budgets.png",
    "Effects against samples seen",
    "The effect of every claim whose runs were trained at several budgets, with its 95 % interval; a "
    "positive one supports the claim. Dashed: the paper's effect; dotted: the margin of an equivalence. Of a "
    "chain the step is shown that decides at the full budget.",
)


def write_page(
    folder: Path,
    paper: Paper,
    evidence: Evidence,
    figures: Sequence[Figure],
    learnt: str = "",
    more: str = "",
) -> list[Verdict]:
    """Write a system's page and its tables as tidy CSV and LaTeX; return the verdicts for the ledger.

    Claims are judged only on runs whose settings are those that their rows presume. `learnt` is what the
    system says about its runs at the top of the page; `more` is Markdown of its own, put after the tables.
    """
    scores, facts = evidence.scores, evidence.facts
    verdicts = judge_all(paper.claims, replace(evidence, differing=other_settings(paper, facts)))
    cells = {table.number: table_cells(table, scores, facts) for table in paper.tables}
    if any(verdict.rungs for verdict in verdicts):
        draw_budgets(folder / BUDGETS.file, verdicts)
        figures = [*figures, BUDGETS]
    for table in paper.tables:
        own, name = cells[table.number], f"table-{table.number}"
        write_text(folder / "tables" / f"{name}.csv", csv_text(FIELDS, tidy_rows(table, own)))
        write_text(folder / "tables" / f"{name}.tex", latex(table, *grid(table, own)))
    text = page(paper, cells, verdicts, evidence, figures, learnt, more)
    write_text(folder / "README.md", text)
    return verdicts


def page(
    paper: Paper, cells: dict[str, list[Cell]], verdicts: list[Verdict], evidence: Evidence,
    figures: Sequence[Figure], learnt: str, more: str,
) -> str:  # fmt: skip
    """The Markdown of a page."""
    facts, setting = evidence.facts, evidence.setting
    parts = [f"# {heading(paper)}\n", f"*{paper.venue}.* {paper.summary}\n"]
    parts += [f"{text}\n" for text in (setting_text(setting, facts), values_text(setting)) if text]
    parts += [learnt] if learnt else []
    parts += ["## Claims\n", f"{VERDICTS_TEXT}\n", budgets_text(evidence), claims_text(verdicts)]
    parts += [premises_text(verdicts)]
    parts += ["## Tables\n", SHOWN[any(table.views for table in paper.tables)]]
    parts += [FROM_FILE] if any(row.from_file for table in paper.tables for row in table.rows) else []
    parts += [table_text(table, cells[table.number]) for table in paper.tables]
    parts += [more] if more else []
    if further := further_runs(paper, facts, evidence.scores):
        parts += ["### Further runs\n", FURTHER, further]
    if figures:
        parts.append("## Figures\n")
        parts += [
            f"### {figure.title}\n\n![{figure.title}]({figure.file})\n\n{figure.caption}\n"
            for figure in figures
        ]
    parts += ["## What was learnt\n", learnt_text(facts), *([f"{paper.counted}\n"] if paper.counted else [])]
    parts += [SPENT, decided_text(verdicts, setting)]
    parts.append(power_text(verdicts))
    if paper.notes:
        parts += ["## Notes\n", "\n".join(f"- {note}" for note in paper.notes) + "\n"]
    return "\n".join(parts)


def heading(paper: Paper) -> str:
    """The title of a page, which says the system where the paper's own title does not begin with it."""
    named = paper.title.lower().startswith(paper.system.lower())
    return paper.title if named else f"{paper.system}: {paper.title}"


def setting_text(setting: Setting, facts: Facts) -> str:
    """What was run, as a list of two lines."""
    return "\n".join(f"- {line}" for line in ran_lines(setting, facts))


def table_text(table: Table, cells: list[Cell]) -> str:
    """One table with its caption, notes and links to the tidy files."""
    header, lines = grid(table, cells)
    links = f"[CSV](tables/table-{table.number}.csv) · [LaTeX](tables/table-{table.number}.tex)"
    text = f"### Table {table.number}\n\n{table.caption} {links}\n\n{markdown_table(header, lines)}"
    if extra := further_metrics(table, cells):
        text += f"\nThe same runs under other metrics:\n\n{extra}"
    if table.notes:
        text += "\n" + "\n".join(f"- {note}" for note in table.notes) + "\n"
    return text


def further_metrics(table: Table, cells: list[Cell]) -> str:
    """Figures of ours under metrics that the paper did not print."""
    ordered = [(column.name, metric) for column in table.columns for metric in unseen(table, column)]
    if not ordered or len(table.columns) > len(ordered) > 12:
        return ""
    found = {(cell.row.row, cell.column.name, cell.metric): cell for cell in cells if cell.measured}
    lines = []
    for row in table.rows:
        texts = []
        for name, metric in ordered:
            cell = found.get((row.row, name, metric))
            texts.append(f"{cell.measured.value:.{cell.column.decimals}f}" if cell and cell.measured else "")
        if any(texts):
            lines.append([row.row, *texts])
    if not lines:
        return ""
    return markdown_table(["row", *(f"{name} `{metric}`" for name, metric in ordered)], lines)


def unseen(table: Table, column: Column) -> list[str]:
    """Metrics of a column that no line of the table itself shows."""
    known = {metric for view in table.views for metric in view.metrics}
    metrics = (column.metric, *column.also) if column.aside else column.also
    return [metric for metric in metrics if metric not in known]


SHOWN = {
    False: "Cells show the paper's figure and ours, in tables that are narrow enough with its 95 % interval; "
    "the CSV files have all intervals.\n",
    True: "Ours stands above the paper's figures; the 95 % intervals are in the CSV files.\n",
}
FROM_FILE = (
    "Rows marked *(from file)* are predictions of other software, which `others` in `params.yaml` names. "
    "They are scored as ours; how they were made is not known here, and no claim rests on them.\n"
)
SPENT = (
    "How much is learnt in how much time depends on the machine: see "
    "[benchmarks/results.md](../../benchmarks/results.md), which `make bench` writes.\n"
)
FURTHER = (
    "Runs and references that fill no row, or whose settings are not those that their row states or the "
    "paper presumes.\n"
)
LEARNT = ("seeds", "parameters", "samples_seen", "teraflop")


def learnt_text(facts: Facts) -> str:
    """Samples seen, operations and errors of every run; the mean pose is the yardstick."""
    names = [name for name in LEARNT if any(name in fact for fact in facts.values())]
    extra = sorted({name for fact in facts.values() for name in fact if name.startswith("learnt: ")})
    computed = ["computed"] if any(fact.get("computed") for fact in facts.values()) else []
    lines = [
        [
            run,
            *(shown(fact.get(name, "")) for name in (*names, *extra)),
            *(computed_words(fact) for _ in computed),
        ]
        for run, fact in facts.items()
        if fact.keys() & {*names, *extra}
    ]
    header = [
        "run",
        *(name.replace("_", " ") for name in names),
        *(name.removeprefix("learnt: ") for name in extra),
        *computed,
    ]
    return markdown_table(header, lines)


def shown(value: Any) -> str:
    """A fact as text: whole numbers with commas, others with four digits."""
    if isinstance(value, bool | str):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def further_runs(paper: Paper, facts: Facts, scores: Scores) -> str:
    """Runs that fill no row of a table, with their settings, how these differ from a row's, and figures."""
    differing = other_settings(paper, facts)
    shown_runs = {
        run_of(row, c, facts) for table in paper.tables for row in table.rows for c in table.columns
    }
    columns = [column for table in paper.tables for column in table.columns]
    wanted = list(dict.fromkeys((metric, c.group) for c in columns for metric in (c.metric, *c.also)))
    if len({group for _, group in wanted}) > 1:  # each set by itself, no means over sets
        own = {metric for metric, group in wanted if group is not None}
        wanted = [(metric, group) for metric, group in wanted if group is not None or metric not in own]
    lines = []
    for run in facts:
        if run not in shown_runs:
            parts = [of_group(scores[run, m], g) if (run, m) in scores else None for m, g in wanted]
            values = ["" if part is None else f"{part.value().mean():.4g}" for part in parts]
            reason = differing.get(run, "").removeprefix(f"{run} has ")
            lines.append([run, str(facts[run].get("settings", "")), reason, *values])
    names = [f"`{metric}`" + (f" {group}" if group else "") for metric, group in wanted]
    header = ["run", "settings", "differs", *names]
    if not lines:
        return ""
    used = [i for i in range(len(header)) if i < 2 or any(line[i] for line in lines)]
    return markdown_table([header[i] for i in used], [[line[i] for i in used] for line in lines])
