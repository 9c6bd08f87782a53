"""The front page: what was run, the headline figure, the ledger, and the few numbers that DVC compares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from repose.foundations.files import read_json, write_json, write_text
from repose.foundations.markdown import markdown_table
from repose.report.claims import OPEN, VERDICTS
from repose.report.claims_section import SIGNS, TREND_TEXT, VERDICTS_TEXT
from repose.report.headline import MOST, draw_headline
from repose.report.ledger import FIELDS, interval_text
from repose.report.other_seed import OtherSeed, other_seed_text
from repose.report.tables import csv_text

FIGURE = "headline.png"
INTRODUCTION = """Each paper has a page that mirrors its tables and figures, and the data have
[a page of their own](data/README.md). `reports/index.html` is all of it in one page with tables to sort and
filter, training curves and 3D poses to turn; `dvc repro` makes it, and it is not in Git.
"""
SAMPLES = """*Samples*: what each run is trained on, as a share of what the paper trains on. The last columns
count the verdicts on the papers' claims."""
FIGURE_TEXT = f"""Shown are the first claims of every paper for which it prints an effect, and those that are
decided, up to {MOST} a paper; exact counts and claims that a difference is small are not drawn. A positive
effect supports the claim, whatever it is measured in.
"""
SHORT = """*Agrees*: the whole 95 % interval of our effect lies on the claim's side and p is at most 5 % after
correction for many claims, and so it is with fewer samples, where runs were trained with fewer as well;
*disagrees*: the same on the other side; *undecided*: neither. Exact counts, of parameters or operations,
have no interval. *Not testable here*: something that the claim presumes does not hold. The
[full rules](#what-the-verdicts-mean) are below; each paper's page says why a claim is open.
"""
LONG = f"""{VERDICTS_TEXT}

The same claims [as CSV](claims.csv) have more columns, among them the effect where the runs see only a share
of the samples, if they were trained so, and its trend. {TREND_TEXT}
Each paper's page says what it would take to decide an undecided claim, to which family a claim belongs, and
which premise fails when a claim is not testable.
"""


def write_front(reports: Path, summaries: Sequence[Path], other: OtherSeed | None = None) -> None:
    """Write the page, its figure, `claims.csv` and `metrics.json` from the summaries of the reports."""
    papers = [read_json(path) for path in summaries]
    rows = [row for paper in papers for row in paper["claims"]]
    write_text(reports / "claims.csv", csv_text(FIELDS, rows))
    write_json(reports / "metrics.json", {paper["system"]: paper["metrics"] for paper in papers})
    draw_headline(reports / FIGURE, papers)
    write_text(reports / "README.md", front_text(papers, other))


def front_text(papers: Sequence[Mapping[str, Any]], other: OtherSeed | None = None) -> str:
    """The Markdown of the front page: what was run, and only then what came out."""
    parts = [
        "# Results\n",
        INTRODUCTION,
        "## What was run\n",
        ran_table(papers),
        ran_notes(papers),
        "## Our effects beside the papers'\n",
        f"![Effects of the claims with their intervals, beside those of the papers]({FIGURE})\n",
        FIGURE_TEXT,
        "## Claims\n",
        SHORT,
        decided_by(papers),
    ]
    for paper in papers:
        page = f"[{paper['title']}]({paper['system']}/README.md)"
        parts += [f"### {paper['system']}\n", f"{page} ({paper['venue']})\n", ledger_table(paper)]
    if other is not None:
        parts += ["## The same with another seed\n", other_seed_text(papers, other)]
    return "\n".join([*parts, "## What the verdicts mean\n", LONG])


def words_used(papers: Sequence[Mapping[str, Any]]) -> list[str]:
    """The verdicts that the papers' settings allow, in the order of the ledger."""
    allowed = {word for paper in papers for word in paper["metrics"]["claims"]} | set(OPEN)
    return [word for word in VERDICTS if word in allowed]


def ran_table(papers: Sequence[Mapping[str, Any]]) -> str:
    """A line a paper: its data, scale, runs and share of the samples, and the counts of verdicts."""
    words, lines = words_used(papers), []
    found = [Counter(row["verdict"] for row in paper["claims"]) for paper in papers]
    for paper, counts in zip(papers, found, strict=True):
        system, ran = paper["system"], paper["ran"]
        pairs = [(ran["runs"], ran["seeds"]), (ran["scale"], ran["share"])]
        cells = [f"{first} ({second})" if second else first for first, second in pairs]
        name = f"[{system}]({system}/README.md)"
        lines.append([name, ran["data"], *cells, *(str(counts[word]) for word in words)])
    totals = [str(sum(counts[word] for counts in found)) for word in words]
    header = ["system", "data", "runs (seeds)", "scale (samples)", *words]
    return markdown_table(header, [*lines, ["all", "", "", "", *totals]])


def ran_notes(papers: Sequence[Mapping[str, Any]]) -> str:
    """What a share is of, in which precision was computed, and a line for each paper with a warning."""
    computed: dict[str, list[str]] = {}
    for paper in papers:
        computed.setdefault(paper["ran"]["computed"], []).append(paper["system"])
    kinds = [f"{kind} ({', '.join(systems)})" for kind, systems in computed.items() if kind]
    first = f"{SAMPLES} Computed in {', in '.join(kinds)}." if kinds else SAMPLES
    warned = [paper for paper in papers if paper["ran"]["warning"]]
    return "\n".join([f"{first}\n", *(f"{paper['system']}: {paper['ran']['warning']}\n" for paper in warned)])


def decided_by(papers: Sequence[Mapping[str, Any]]) -> str:
    """What the decided claims rest on, by their number; nothing if none is decided."""
    decided = [row for paper in papers for row in paper["claims"] if row["verdict"] not in OPEN]
    if not decided:
        return ""
    counts = sum(row["kind"] == "count" for row in decided)
    several = sum(bool(row["rung"]) for row in decided)
    return (
        f"What decided claims rest on: exact counts ({counts}), intervals at more than one budget "
        f"({several}), intervals at the only budget that was trained ({len(decided) - counts - several}).\n"
    )


def ledger_table(paper: Mapping[str, Any]) -> str:
    """A paper's claims, a line each, the decided ones in bold; addresses stand below to keep lines short."""
    system, lines = paper["system"], []
    for row in paper["claims"]:
        sign, table = SIGNS[row["verdict"]], row["table"]
        verdict = sign if row["verdict"] in OPEN else f"**{sign}**"
        ours = in_unit(interval_text(row), row["unit"])
        link = f"[{table}][{system} {table}]"
        lines.append([verdict, row["claim"], ours, row["published_effect"], link])
    tables = dict.fromkeys(row["table"] for row in paper["claims"])
    links = "".join(f"[{system} {table}]: {address(system, table)}\n" for table in tables)
    return f"{markdown_table(['verdict', 'claim', 'ours', 'paper', 'table'], lines)}\n{links}"


def in_unit(figures: str, unit: str) -> str:
    """Figures with their unit, of which they are a multiple where it begins with a number."""
    return f"{figures} {'× ' * unit[:1].isdigit()}{unit}" if figures else ""


def address(system: str, table: str) -> str:
    """Where a table is, or the figures if a claim is about one of these."""
    return f"{system}/README.md#{f'table-{table}' if table[:1].isdigit() else 'figures'}"
