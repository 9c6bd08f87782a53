"""One page a paper: what was run, its claims and their premises, its tables in order, its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

from repose.foundations.files import write_text
from repose.report.claims import OPEN, Verdict, decimals, interval_text, judge_all, ledger_row, verdicts_in
from repose.report.premises import Evidence
from repose.report.published import Column, Paper, Table
from repose.report.scores import Scores, of_group
from repose.report.setting import Setting, computed_words, ran_lines, values_text
from repose.report.statistics import what_decides
from repose.report.tables import (
    FIELDS,
    Cell,
    Facts,
    csv_text,
    grid,
    latex,
    markdown,
    not_as_stated,
    run_of,
    table_cells,
    tidy_rows,
)

SIGNS = {
    "reproduced": "✓ reproduced", "contradicted": "✗ contradicted", "agrees": "✓ agrees",
    "disagrees": "✗ disagrees", "undecided": "· undecided", "not testable here": "– not testable here",
}  # fmt: skip
VERDICTS_TEXT = """A positive effect supports the claim; its 95 % interval is over test units and seeds. On
drawn data or below the paper's scale, the verdict is *agrees* when the interval lies wholly on the claim's
side (for an equivalence: within the margin), *disagrees* when it lies wholly on the other side, and
*undecided* otherwise. It is *not testable here* when something that the claim presumes does not hold.
*Reproduced* and *contradicted* are reserved for the paper's scale on the published files. Claims marked
(ours) are not made in words by the paper."""


@dataclass(frozen=True)
class Figure:
    """A picture of the page: its file below the page's folder, its number in the paper and what it shows."""

    file: str
    title: str
    caption: str


def write_page(
    folder: Path, paper: Paper, evidence: Evidence, figures: Sequence[Figure], seed: int, learnt: str = "",
    more: str = "",
) -> list[Verdict]:  # fmt: skip
    """Write a system's page and its tables as tidy CSV and LaTeX; return the verdicts for the ledger.

    Claims are judged only on runs whose settings are those that their rows state. `learnt` is what the system
    says about its runs at the top of the page; `more` is Markdown of its own, put after the tables.
    """
    scores, facts = evidence.scores, evidence.facts
    excluded = not_as_stated(paper.tables, facts)
    as_stated = {key: score for key, score in scores.items() if key[0] not in excluded}
    verdicts = judge_all(paper.claims, replace(evidence, scores=as_stated), seed)
    cells = {table.number: table_cells(table, scores, facts, seed) for table in paper.tables}
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
    parts += ["## Claims\n", f"{VERDICTS_TEXT}\n", claims_text(verdicts), premises_text(verdicts)]
    parts += ["## Tables\n", SHOWN[any(table.views for table in paper.tables)]]
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
    """The claims with the paper's effect, ours and the verdict; why some are open; notes."""
    lines = []
    for verdict in verdicts:
        row = ledger_row("", verdict)
        lines.append(
            [row["claim"], verdict.claim.kind, row["metric"], row["published_effect"], interval_text(row),
             row["unit"], SIGNS[verdict.verdict]]
        )  # fmt: skip
    text = markdown(["claim", "kind", "metric", "paper's effect", "ours", "unit", "verdict"], lines)
    reasons = [f"- **{v.claim.id}**: {v.needs}." for v in verdicts if v.needs]
    notes = [f"- **{v.claim.id}**: {v.claim.note}" for v in verdicts if v.claim.note]
    for title, items in (("Why claims are open", reasons), ("Notes on the claims", notes)):
        text += f"\n### {title}\n\n" + "\n".join(items) + "\n" if items else ""
    return text


def premises_text(verdicts: list[Verdict]) -> str:
    """What every claim presumes, and what was found about it."""
    lines = [
        [verdict.claim.id, finding.kind, finding.found, "yes" if finding.holds else "**no**"]
        for verdict in verdicts
        for finding in verdict.findings
    ]
    return f"{PREMISES}\n{markdown(['claim', 'premise', 'found', 'holds'], lines)}" if lines else ""


def decided_text(verdicts: list[Verdict], setting: Setting) -> str:
    """The share of claims that is decided."""
    counts = Counter(verdict.verdict for verdict in verdicts)
    decided = sum(count for word, count in counts.items() if word not in OPEN)
    shares = ", ".join(f"{counts[word]} {word}" for word in verdicts_in(setting))
    return f"Decided: {decided} of {len(verdicts)} claims ({shares}).\n"


def power_text(verdicts: list[Verdict]) -> str:
    """Which effects these seeds and test sets can detect, and what it would take to detect the paper's."""
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
    header = ["claim", "SD of one seed", "SE of the test units", "smallest detectable effect", "unit"]
    return "### Power\n\n" + markdown([*header, "needed to detect the paper's effect"], lines)


SHOWN = {
    False: "Cells show the paper's figure and ours with its 95 % interval.\n",
    True: "Ours stands above the paper's figures; the 95 % intervals are in the CSV files.\n",
}
SPENT = (
    "How much is learnt in how much time depends on the machine: see "
    "[benchmarks/results.md](../../benchmarks/results.md), which `make bench` writes.\n"
)
FURTHER = "Runs and references that fill no row, or whose settings are not those that their row states.\n"
PREMISES = """### Premises

What the claims presume. *learnt*: every run beats the trivial answer on the claim's test set by a margin,
and reaches what counts as learnt in any case; *fitted*: the runs that are compared fit their training data
about equally well; *overfits*: at least one run over-fits; *real*: at least one of the named data sets is not
drawn. Claims on exact counts presume nothing.
"""
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
    return markdown(header, lines)


def shown(value: Any) -> str:
    """A fact as text: whole numbers with commas, others with four digits."""
    if isinstance(value, bool | str):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def further_runs(paper: Paper, facts: Facts, scores: Scores) -> str:
    """Runs that fill no row of a table, with their settings and figures."""
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
            lines.append([run, str(facts[run].get("settings", "")), *values])
    used = [i for i in range(len(wanted)) if any(line[2 + i] for line in lines)]
    names = [f"`{wanted[i][0]}`" + (f" {wanted[i][1]}" if wanted[i][1] else "") for i in used]
    kept = [[*line[:2], *(line[2 + i] for i in used)] for line in lines]
    return markdown(["run", "settings", *names], kept) if lines else ""
