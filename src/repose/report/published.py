"""The papers' own numbers and claims, from `papers/<system>/published.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

Contrast = tuple[tuple[float, str, str], ...]  # weight, run, metric
PAPERS = Path(__file__).parents[1] / "papers"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DECIMALS = {"m²": 6, "AP": 3}  # of claims' figures by unit, else 2
PART_SIZE = "part_size"  # the fact that `used` asks for where a claim names none


@dataclass(frozen=True)
class Column:
    """A column of figures: what it holds, and the metrics that the paper and we fill it with."""

    name: str  # as in the CSV; levels of the header joined by /
    metric: str  # the metric that the paper used
    unit: str
    decimals: int = 2
    group: str | None = None  # one action or scene of the metric; None = their mean
    better: str = "lower"
    also: tuple[str, ...] = ()  # further metrics of ours for the same cell, in the CSV and below the table
    aside: bool = False  # the paper has no such column: shown only in the CSV and below the table
    part: str | None = None  # which of a row's `parts` fills the column; None = the row's run


@dataclass(frozen=True)
class Row:
    """A row: its labels, the printed figures, and the run that fills it."""

    row: str
    labels: dict[str, str]
    published: dict[str, str]
    run: str | None = None
    cited: bool = False
    states: dict[str, Any] = field(default_factory=dict)  # settings that the run must have to fill the row
    presumes: dict[str, Any] = field(default_factory=dict)  # the paper's, asked of a trained run beside them
    note: str | None = None
    parts: dict[str, str] = field(default_factory=dict)  # runs of the earlier stages, by name of the stage
    retrained: bool = False  # a cited network that we trained ourselves; else a cited row has no run
    from_file: bool = False  # predictions of other software, which no training of ours has made


@dataclass(frozen=True)
class View:
    """A line of ours below each row of a table: for every column the first metric that the view lists."""

    name: str
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table of a paper."""

    number: str
    caption: str
    labels: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    views: tuple[View, ...] = ()  # none: one line, in the paper's metric


@dataclass(frozen=True)
class Premise:
    """What a claim takes for granted; `repose.report.premises` says what each kind means and checks it."""

    kind: str  # learnt | fitted | overfits | used | real
    names: tuple[str, ...] = ()  # the runs that it is about (none: all of the claim); for `real`, data sets
    limit: float = 0.0  # the margin of `learnt`, the factor of `fitted` and `overfits`, the least of `used`
    trivial: str = ""  # for `learnt`: the row of the trivial answer
    least: Mapping[str, float] = field(default_factory=dict)  # for `learnt`, by unit: to be reached anyhow
    fact: str = PART_SIZE  # for `used`: the fact of a run that says how much it uses the part
    word: str = "size"  # for that fact


@dataclass(frozen=True)
class Claim:
    """A claim in words; a contrast is a list of (weight, run, metric) whose positive sum supports it."""

    id: str
    kind: str  # difference | order | equivalence | interaction | count
    claim: str
    metric: str
    unit: str
    table: str
    contrasts: tuple[Contrast, ...]
    published_effect: float | None
    margin: float | None = None
    not_testable: str | None = None  # why none of our runs can test it
    note: str | None = None
    group: str | None = None  # one group of the metric, such as a test set; None = their mean
    lower_is_better: bool = True  # of the metric
    ours: bool = False  # the paper does not make it in words
    premises: tuple[Premise, ...] = ()
    family: str = ""  # of claims that share one chance of a false verdict

    @property
    def decimals(self) -> int:
        """Decimals of the claim's figures."""
        return DECIMALS.get(self.unit, 2)


@dataclass(frozen=True)
class Paper:
    """A paper: its title, tables and claims."""

    system: str
    title: str
    venue: str
    summary: str
    tables: tuple[Table, ...]
    claims: tuple[Claim, ...]
    notes: tuple[str, ...] = ()
    headline: tuple[str, str | None] | None = None  # metric and group of the one number per run
    counted: str = ""  # what the columns of "What was learnt" count, where it needs saying
    presumes: Mapping[str, Any] = field(default_factory=dict)  # settings of every run but as rows state
    states: Mapping[str, Mapping[str, Any]] = field(
        default_factory=dict
    )  # of runs that fill no row, likewise


@cache
def load_paper(system: str) -> Paper:
    """The published numbers and claims of one system."""
    text = (PAPERS / system / "published.yaml").read_text(encoding="utf-8")
    data = yaml.load(text, LOADER)
    return Paper(
        system=system,
        title=data["title"],
        venue=data["venue"],
        summary=data["summary"],
        tables=tuple(table(entry, data.get("presumes", {})) for entry in data["tables"]),
        claims=tuple(claim(entry, data.get("premises", {})) for entry in data["claims"]),
        notes=tuple(data.get("notes", ())),
        headline=tuple(data["headline"]) if "headline" in data else None,
        counted=data.get("counted", ""),
        presumes=data.get("presumes", {}),
        states=data.get("states", {}),
    )


def table(entry: dict[str, Any], presumes: Mapping[str, Any] | None = None) -> Table:
    """A table; `published` is a list in the order of the paper's columns, `-` where it prints nothing.

    Its rows presume what the paper does, but for the settings that they state themselves.
    """
    columns = tuple(
        Column(**{**column, "also": tuple(column.get("also", ()))}) for column in expand(entry["columns"])
    )
    of_paper = [column for column in columns if not column.aside]
    rows = []
    for row in entry["rows"]:
        printed = [str(cell) for cell in row.get("published", [])]
        if printed and len(printed) != len(of_paper):
            raise ValueError(
                f"table {entry['number']}, {row['row']}: {len(printed)} figures, {len(of_paper)} columns"
            )
        cells = {c.name: cell for c, cell in zip(of_paper, printed, strict=False) if cell != "-"}
        labels = {name: str(text) for name, text in zip(entry["labels"], row["labels"], strict=True)}
        rest = {key: value for key, value in row.items() if key not in {"published", "labels"}}
        if row.get("cited") and row.get("run") and not row.get("retrained"):
            raise ValueError(f"table {entry['number']}, {row['row']}: a cited row names a run of ours")
        others = {key: value for key, value in (presumes or {}).items() if key not in row.get("states", {})}
        rows.append(Row(labels=labels, published=cells, presumes=others, **rest))
    views = tuple(View(name, tuple(metrics)) for name, metrics in entry.get("views", {}).items())
    return Table(
        str(entry["number"]), entry["caption"], tuple(entry["labels"]), columns, tuple(rows),
        tuple(entry.get("notes", ())), views,
    )  # fmt: skip


def expand(columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """`{each: {name: group, …}, …}` stands for one column per group, as in the tables by action."""
    flat = []
    for column in columns:
        names = column.get("each")
        rest = {key: value for key, value in column.items() if key != "each"}
        flat += [{"name": n, "group": g, **rest} for n, g in names.items()] if names else [column]
    return flat


CLAIM_FIELDS = (
    "id", "kind", "claim", "unit", "published_effect", "margin", "not_testable", "note", "group",
    "lower_is_better", "ours",
)  # fmt: skip


def claim(entry: Mapping[str, Any], shared: Mapping[str, Any] | None = None) -> Claim:
    """A claim: `better` and `worse` name two runs, `chain` runs from best to worst, `contrasts` the rest.

    `shared` is the paper's `premises`: its limits, and the premises of claims that name none of their own.
    """
    metric, sign = entry["metric"], -1.0 if entry.get("lower_is_better", True) else 1.0
    chain = [entry["better"], entry["worse"]] if "better" in entry else entry.get("chain", [])
    contrasts: list[Contrast] = [
        ((sign, good, metric), (-sign, bad, metric)) for good, bad in pairwise(chain)
    ]
    for terms in entry.get("contrasts", []):
        contrasts.append(tuple((float(w), run, rest[0] if rest else metric) for w, run, *rest in terms))
    shared = shared or {}
    wanted = entry.get("premises", [] if entry["kind"] == "count" else shared.get("default", []))
    return Claim(
        metric=metric, table=str(entry["table"]), contrasts=tuple(contrasts),
        premises=tuple(premise(item, shared) for item in wanted),
        family=entry.get("family", f"table {entry['table']}"),
        **{"published_effect": None} | {key: entry[key] for key in entry if key in CLAIM_FIELDS},
    )  # fmt: skip


def premise(item: str | Mapping[str, Any], shared: Mapping[str, Any]) -> Premise:
    """A premise by its kind, or as `{kind: [names]}`; its limit is the paper's.

    `{used: FACT, limit: NUMBER}` asks for another fact of the runs than their `part_size`; it may give it
    a `word` and name the `runs` that are asked.
    """
    kind, names = (item, ()) if isinstance(item, str) else next(iter(item.items()))
    if kind == "used" and isinstance(item, Mapping):
        return used_premise(item)
    if not isinstance(item, str) and (len(item) > 1 or isinstance(names, str)):
        raise ValueError(f"premise {item!r}: expected {{{kind}: [names]}}")
    if kind == "learnt":
        trivial = shared["trivial"]
        return Premise(kind, tuple(names), trivial["margin"], trivial["run"], trivial.get("least", {}))
    if kind == "used":
        return Premise(kind, limit=shared["used"], word=shared.get("used_word", "size"))
    if kind in ("fitted", "overfits"):
        return Premise(kind, tuple(names), shared[kind])
    if kind == "real" and names:
        return Premise(kind, tuple(names))
    raise ValueError(f"premise {item!r}: expected learnt, fitted, overfits, used or real: [data sets]")


def used_premise(item: Mapping[str, Any]) -> Premise:
    """A premise on the use of a part that names the fact which says so."""
    fact, limit, rest = item["used"], item.get("limit"), ("limit", "word", "runs")
    if not isinstance(fact, str) or not isinstance(limit, float) or item.keys() - {"used", *rest}:
        raise ValueError(f"premise {dict(item)!r}: expected {{used: FACT, limit: 0.1, word: …, runs: […]}}")
    word = str(item.get("word", fact.replace("_", " ")))
    return Premise("used", tuple(item.get("runs", ())), limit, fact=fact, word=word)
