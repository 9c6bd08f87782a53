"""The front page, the whole ledger, and the few numbers that `dvc metrics` and `dvc exp show` compare."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from repose.files import write_json, write_text
from repose.report.claims import FIELDS, VERDICTS, interval_text
from repose.report.page import SIGNS
from repose.report.published import Paper
from repose.report.scores import Scores, of_group
from repose.report.tables import csv_text, markdown

LEGEND = """Effects are signed so that positive favours the claim, with a 95 % interval over test units and
seeds. *Reproduced*: the interval lies wholly on the claim's side; *contradicted*: wholly on the other side;
*undecided* otherwise (the page of the paper says what would decide it). The same lines as [CSV](claims.csv).
"""


def write_front(reports: Path, papers: Sequence[Paper], ledgers: Sequence[Path], setting: str) -> None:
    """Write `README.md` and `claims.csv` of the reports from the systems' ledgers."""
    rows = []
    for path in ledgers:
        with open(path, newline="", encoding="utf-8") as file:
            rows += list(csv.DictReader(file))
    write_text(reports / "claims.csv", csv_text(FIELDS, rows))
    write_text(reports / "README.md", front_text(papers, rows, setting))


def front_text(papers: Sequence[Paper], rows: Sequence[Mapping[str, str]], setting: str) -> str:
    """The Markdown of the front page."""
    lines = []
    for paper in papers:
        counts = Counter(row["verdict"] for row in rows if row["system"] == paper.system)
        verdicts = [str(counts[name]) for name in VERDICTS]
        lines.append([f"[{paper.system}]({paper.system}.md)", paper.title, paper.venue, *verdicts])
    parts = [
        "# Results\n",
        setting,
        "The data are shown on [their own page](data.md). A page a paper mirrors its tables and figures:\n",
        markdown(["system", "paper", "authors", *VERDICTS], lines),
        "## Claims\n",
        LEGEND,
    ]
    for paper in papers:
        own = [row for row in rows if row["system"] == paper.system]
        parts += [f"### {paper.system}\n", ledger_markdown(own)]
    return "\n".join(parts)


def ledger_markdown(rows: Sequence[Mapping[str, str]]) -> str:
    """The ledger as a reader sees it."""
    lines = []
    for row in rows:
        interval = interval_text(row)
        sign = SIGNS[row["verdict"]]
        lines.append([row["claim"], row["table"], row["published_effect"], interval, row["unit"], sign])
    return markdown(["claim", "table", "paper's effect", "ours", "unit", "verdict"], lines)


def headline(paper: Paper, scores: Scores, verdicts: Sequence[str]) -> dict[str, Any]:
    """A number a run (under its system's first metric) and the counts of verdicts."""
    first, part = paper.headline or (
        next(c.metric for t in paper.tables for c in t.columns if c.unit in {"mm", "%"}),
        None,
    )
    family = first.rsplit("_", 1)[0]
    numbers: dict[str, Any] = {}
    for (run, metric), score in scores.items():
        wanted = metric == first or (
            part is None and metric.rsplit("_", 1)[0] == family and run not in numbers
        )
        if wanted and (own := of_group(score, part)) is not None:
            numbers[run] = round(float(own.value().mean()), 2)
    return numbers | {"claims": {name: verdicts.count(name) for name in VERDICTS}}


def write_headline(path: Path, paper: Paper, scores: Scores, verdicts: Sequence[str]) -> None:
    """Write a system's few numbers."""
    write_json(path, headline(paper, scores, verdicts))
