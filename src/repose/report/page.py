"""One page a paper: its tables in order, its figures, its claims, and what was learnt at which scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from repose.foundations.files import write_text
from repose.report.claims import VERDICTS, Verdict, decimals, interval_text, judge_all, ledger_row
from repose.report.published import Column, Paper, Table
from repose.report.scores import Scores, of_group
from repose.report.statistics import what_decides
from repose.report.tables import (
    FIELDS,
    Cell,
    Facts,
    csv_text,
    grid,
    latex,
    made_otherwise,
    markdown,
    run_of,
    table_cells,
    tidy_rows,
)

SIGNS = {"reproduced": "✓ reproduced", "contradicted": "✗ contradicted", "undecided": "· undecided"}


@dataclass(frozen=True)
class Figure:
    """A picture of the page: its file below the page's folder, its number in the paper and what it shows."""

    file: str
    title: str
    caption: str


def write_page(
    folder: Path,
    paper: Paper,
    scores: Scores,
    facts: Facts,
    figures: Sequence[Figure],
    setting: str,
    seed: int,
    more: str = "",
) -> list[Verdict]:
    """Write a system's page and the tidy CSV and LaTeX of its tables; the verdicts go on to the ledger.

    Claims are judged on runs made as their rows state. `more` is Markdown of the system's own, put after the
    tables.
    """
    otherwise = made_otherwise(paper.tables, facts)
    as_stated = {key: score for key, score in scores.items() if key[0] not in otherwise}
    verdicts = judge_all(paper.claims, as_stated, seed)
    cells = {table.number: table_cells(table, scores, facts, seed) for table in paper.tables}
    for table in paper.tables:
        own, name = cells[table.number], f"table-{table.number}"
        write_text(folder / "tables" / f"{name}.csv", csv_text(FIELDS, tidy_rows(table, own)))
        write_text(folder / "tables" / f"{name}.tex", latex(table, *grid(table, own)))
    text = page(paper, cells, verdicts, facts, scores, figures, setting, more)
    write_text(folder / "README.md", text)
    return verdicts


def page(
    paper: Paper,
    cells: dict[str, list[Cell]],
    verdicts: list[Verdict],
    facts: Facts,
    scores: Scores,
    figures: Sequence[Figure],
    setting: str,
    more: str = "",
) -> str:
    """The Markdown of a page."""
    parts = [f"# {paper.system}: {paper.title}\n", f"*{paper.venue}.* {paper.summary}\n", setting]
    parts += ["## Claims\n", claims_text(verdicts)]
    parts += ["## Tables\n", SHOWN[any(table.views for table in paper.tables)]]
    for table in paper.tables:
        parts.append(table_text(table, cells[table.number]))
    if more:
        parts.append(more)
    if further := further_runs(paper, facts, scores):
        parts += [
            "### Further runs\n",
            "Runs that fill no row, or with other settings than their row states.\n",
            further,
        ]
    if figures:
        parts.append("## Figures\n")
        parts += [
            f"### {figure.title}\n\n![{figure.title}]({figure.file})\n\n{figure.caption}\n"
            for figure in figures
        ]
    parts += ["## What was learnt\n", learnt_text(facts), SPENT, decided_text(verdicts), power_text(verdicts)]
    if paper.notes:
        parts += ["## Notes\n", "\n".join(f"- {note}" for note in paper.notes) + "\n"]
    return "\n".join(parts)


def table_text(table: Table, cells: list[Cell]) -> str:
    """One table with its caption, notes and links to the tidy files."""
    header, lines = grid(table, cells)
    links = f"[CSV](tables/table-{table.number}.csv) · [LaTeX](tables/table-{table.number}.tex)"
    text = f"### Table {table.number}\n\n{table.caption} {links}\n\n{markdown(header, lines)}"
    if extra := further_metrics(table, cells):
        text += f"\nThe same runs under other metrics:\n\n{extra}"
    return text + "".join(f"\n- {note}" for note in table.notes) + ("\n" if table.notes else "")


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
    return markdown(["row", *(f"{name} `{metric}`" for name, metric in ordered)], lines) if lines else ""


def unseen(table: Table, column: Column) -> list[str]:
    """Metrics of a column that no line of the table itself shows."""
    known = {metric for view in table.views for metric in view.metrics}
    metrics = (column.metric, *column.also) if column.aside else column.also
    return [metric for metric in metrics if metric not in known]


def claims_text(verdicts: list[Verdict]) -> str:
    """The claims with both effects and the verdict, and what would decide the undecided ones."""
    lines = []
    for verdict in verdicts:
        row = ledger_row("", verdict)
        interval = interval_text(row)
        lines.append(
            [verdict.claim.claim, verdict.claim.kind, row["metric"], row["published_effect"], interval,
             row["unit"], SIGNS[verdict.verdict]]
        )  # fmt: skip
    text = markdown(["claim", "kind", "metric", "paper's effect", "ours", "unit", "verdict"], lines)
    notes = [f"- **{v.claim.id}**: {v.needs}." for v in verdicts if v.needs]
    notes += [f"- **{v.claim.id}**: {v.claim.note}" for v in verdicts if v.claim.note]
    return text + ("\n" + "\n".join(notes) + "\n" if notes else "")


def decided_text(verdicts: list[Verdict]) -> str:
    """The share of claims that is decided."""
    counts = Counter(verdict.verdict for verdict in verdicts)
    decided = counts["reproduced"] + counts["contradicted"]
    shares = ", ".join(f"{counts[name]} {name}" for name in VERDICTS)
    return f"Decided: {decided} of {len(verdicts)} claims ({shares}).\n"


def power_text(verdicts: list[Verdict]) -> str:
    """What effects these seeds and test sets can tell from none, and what the paper's would take."""
    lines = []
    for verdict in verdicts:
        claim, result = verdict.claim, verdict.effect
        if result is None or claim.kind in {"count", "equivalence"}:
            continue
        weights = [weight for weight, _, _ in claim.contrasts[0]]
        unknown = "" if isfinite(result.seed_sd) else "a run with several seeds"
        printed = claim.published_effect
        needed = "" if printed is None else unknown or what_decides(printed, result, weights)
        figures = [result.seed_sd, result.unit_se, result.seen]
        lines.append(
            [
                claim.id,
                *(f"{figure:.{decimals(claim)}f}" if isfinite(figure) else "" for figure in figures),
                claim.unit,
                needed,
            ]
        )
    if not lines:
        return ""
    header = ["claim", "SD of one seed", "SE of the test units", "smallest effect seen", "unit"]
    return "### Power\n\n" + markdown([*header, "takes for the paper's effect"], lines)


SHOWN = {
    False: "Cells show the paper's figure and ours with its 95 % interval.\n",
    True: "Ours stands above the paper's figures; the 95 % intervals are in the CSV files.\n",
}
SPENT = (
    "Training time against time spent depends on the machine: "
    "[benchmarks/results.md](../../benchmarks/results.md), which `make bench` makes.\n"
)
LEARNT = ("seeds", "parameters", "samples_seen", "teraflop")


def learnt_text(facts: Facts) -> str:
    """Samples seen and operations of every run, against always predicting the mean pose."""
    names = [name for name in LEARNT if any(name in fact for fact in facts.values())]
    extra = sorted({name for fact in facts.values() for name in fact if name.startswith("learnt: ")})
    lines = [
        [run, *(shown(fact.get(name, "")) for name in (*names, *extra))]
        for run, fact in facts.items()
        if fact.keys() & {*names, *extra}
    ]
    header = [
        "run",
        *(name.replace("_", " ") for name in names),
        *(name.removeprefix("learnt: ") for name in extra),
    ]
    return markdown(header, lines)


def shown(value: Any) -> str:
    """A fact as text: whole numbers with thin groups, others short."""
    if isinstance(value, bool | str):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def setting_text(scale: str, settings: Mapping[str, Any], origin: Mapping[str, str], chosen: str = "") -> str:
    """Which data at which scale, and the optimisation that the scale brings; `origin` says it of each set."""
    listed = ", ".join(f"`{key}: {value}`" for key, value in settings.items())
    return f"{origin_text(origin)} Scale `{scale}` ({listed}). {chosen}".rstrip() + "\n"


def origin_text(origin: Mapping[str, str]) -> str:
    """Which data sets are drawn by the embedded world and which are the published files."""
    words = {"world": "Drawn by the embedded world", "real": "The published files"}
    sets = {kind: [name for name, source in origin.items() if source == kind] for kind in words}
    return " ".join(f"{words[kind]}: {', '.join(names)}." for kind, names in sets.items() if names)


def ran_text(facts: Facts) -> str:
    """How many runs were trained with how many seeds, on which share of the paper's samples."""
    trained = [fact for fact in facts.values() if "samples_seen" in fact]
    if not trained:
        return ""
    seeds, share = (spread([f[k] for f in trained if k in f]) for k in ("seeds", "samples_share"))
    sampled = f", each on {share} % of the samples that the paper's training sees" if share else ""
    return f"{len(trained)} runs, {seeds} seeds each{sampled}.\n"


def spread(values: Sequence[float]) -> str:
    """The smallest and the largest of some numbers, one where they are written alike."""
    ends = [f"{value:.3g}" for value in (min(values), max(values))] if values else []
    return " to ".join(dict.fromkeys(ends))


def further_runs(paper: Paper, facts: Facts, scores: Scores) -> str:
    """Runs that fill no row of a table, with their settings and figures."""
    shown_runs = {
        run_of(row, c, facts) for table in paper.tables for row in table.rows for c in table.columns
    }
    columns = [column for table in paper.tables for column in table.columns]
    wanted = list(dict.fromkeys((metric, c.group) for c in columns for metric in (c.metric, *c.also)))
    if len({group for _, group in wanted}) > 1:  # sets apart from each other, and no means over them
        own = {metric for metric, group in wanted if group is not None}
        wanted = [(metric, group) for metric, group in wanted if group is not None or metric not in own]
    lines = []
    for run in facts:
        if run not in shown_runs:
            parts = [of_group(scores[run, m], g) if (run, m) in scores else None for m, g in wanted]
            values = ["" if part is None else f"{part.value().mean():.4g}" for part in parts]
            lines.append([run, str(facts[run].get("settings", "")), *values])
    used = [i for i in range(len(wanted)) if any(line[2 + i] for line in lines)]
    names = [f"`{wanted[i][0]}`" + (f" {wanted[i][1]}" if wanted[i][1] else "") for i in used]
    kept = [[*line[:2], *(line[2 + i] for i in used)] for line in lines]
    return markdown(["run", "settings", *names], kept) if lines else ""
