"""The front page: the whole ledger, and the few numbers that `dvc metrics` and `dvc exp show` compare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from repose.foundations.files import read_json, write_json, write_text
from repose.report.claims import OPEN, VERDICTS
from repose.report.claims_section import SIGNS, TREND_TEXT, VERDICTS_TEXT
from repose.report.ledger import FIELDS, interval_text, rung_text
from repose.report.tables import csv_text, markdown

LEGEND = f"""{VERDICTS_TEXT}

*With fewer samples* is the same effect where the runs see only a share of the samples, if they were trained
so. {TREND_TEXT} Each paper's page says what it would take to decide an undecided claim, which family a claim
belongs to, and which premise fails when a claim is not testable. The same rows as [CSV](claims.csv).
"""


def write_front(reports: Path, summaries: Sequence[Path]) -> None:
    """Write `README.md`, `claims.csv` and `metrics.json` from the summaries of the papers' reports."""
    papers = [read_json(path) for path in summaries]
    rows = [row for paper in papers for row in paper["claims"]]
    write_text(reports / "claims.csv", csv_text(FIELDS, rows))
    write_json(reports / "metrics.json", {paper["system"]: paper["metrics"] for paper in papers})
    write_text(reports / "README.md", front_text(papers))


def front_text(papers: Sequence[Mapping[str, Any]]) -> str:
    """The Markdown of the front page: what was run, and only then what came out."""
    words = words_used(papers)
    lines, ran = [], []
    for paper in papers:
        system = paper["system"]
        counts = Counter(row["verdict"] for row in paper["claims"])
        verdicts = [str(counts[name]) for name in words]
        lines.append([f"[{system}]({system}/README.md)", paper["title"], paper["venue"], *verdicts])
        ran.append(f"- **{system}**: " + "\n  ".join(paper["ran"]) + "\n")
    parts = [
        "# Results\n",
        "What was run, paper by paper:\n",
        "".join(ran),
        "The data have [a page of their own](data/README.md). Each paper has a page that mirrors its tables "
        "and figures; the last columns count the verdicts on its claims:\n",
        markdown(["system", "paper", "authors", *words], lines),
        "## Claims\n",
        LEGEND,
    ]
    for paper in papers:
        parts += [f"### {paper['system']}\n", ledger_markdown(paper["claims"])]
    return "\n".join(parts)


def words_used(papers: Sequence[Mapping[str, Any]]) -> list[str]:
    """The verdicts that the papers' settings allow, in the order of the ledger."""
    allowed = {word for paper in papers for word in paper["metrics"]["claims"]} | set(OPEN)
    return [word for word in VERDICTS if word in allowed]


def ledger_markdown(rows: Sequence[Mapping[str, str]]) -> str:
    """The ledger as a reader sees it; the smaller budget only where a claim of the paper has one."""
    rungs = any(row["rung"] for row in rows)
    lines = []
    for row in rows:
        ours = [interval_text(row), *([rung_text(row)] if rungs else [])]
        sign = SIGNS[row["verdict"]]
        lines.append([row["claim"], row["table"], row["published_effect"], *ours, row["unit"], sign])
    header = ["claim", "table", "paper's effect", "ours", *(["with fewer samples"] if rungs else [])]
    return markdown([*header, "unit", "verdict"], lines)
