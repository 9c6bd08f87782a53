"""Another full run with another seed beside this one, claim by claim: do the intervals keep their word?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot, inf, sqrt
from pathlib import Path
from textwrap import fill
from typing import Any

from scipy.stats import t

from repose.foundations.errors import ReposeError
from repose.foundations.files import read_csv
from repose.foundations.markdown import markdown_table
from repose.report.claims import OPEN
from repose.report.ledger import interval_text

Row = Mapping[str, str]
WIDTH = 108  # of a line of text
DEGREES = (inf, 2)  # of freedom of the intervals: many test units, or three seeds
NEEDED = {"id", "kind", "measured_effect", "low", "high", "samples", "verdict"}
TEXT = """\
{ran} with `seed: {seed}`: the data are drawn anew, other people and pictures included, and every training
starts from other weights. An interval is for the true effect. The effect of a second run scatters as much
as that of the first, so {least:.0f} to {most:.0f} % of them are expected within the first run's
intervals, and 95 % of the pairs at most as far apart as both intervals together allow (the root of the
sum of the squares of their half widths). Intervals cover other test units and other weights, but not
another training set, so some more may lie outside; and effects that rest on the same runs err together."""
COUNTS = (
    "effects within the first interval",
    "pairs within both together",
    "same verdict",
    "decided in one run",
)
APART = "Further apart than both intervals together allow:\n"


@dataclass(frozen=True)
class OtherSeed:
    """The ledger of a full run at the same scale with another seed."""

    seed: int
    claims: Mapping[str, Row]


@dataclass(frozen=True)
class Pair:
    """A claim's lines in both ledgers."""

    ours: Row
    other: Row

    @property
    def alike(self) -> bool:
        """Whether the most samples that one of the claim's runs has seen are as many in both."""
        return self.ours["samples"] == self.other["samples"]

    @property
    def measured(self) -> bool:
        """Whether both have an effect that scatters; a count of parameters does not."""
        return all(row["measured_effect"] and row["kind"] != "count" for row in (self.ours, self.other))

    @property
    def within(self) -> bool:
        """Whether the other effect lies in our interval."""
        return float(self.ours["low"]) <= float(self.other["measured_effect"]) <= float(self.ours["high"])

    @property
    def compatible(self) -> bool:
        """Whether the effects are no further apart than both intervals allow."""
        apart = float(self.ours["measured_effect"]) - float(self.other["measured_effect"])
        return abs(apart) <= hypot(*map(half_width, (self.ours, self.other)))

    @property
    def verdicts(self) -> tuple[str, str]:
        """Our verdict and the other one."""
        return self.ours["verdict"], self.other["verdict"]

    @property
    def decided(self) -> int:
        """In how many of the runs the claim is decided."""
        return sum(verdict not in OPEN for verdict in self.verdicts)


def half_width(row: Row) -> float:
    """Half the width of an interval."""
    return (float(row["high"]) - float(row["low"])) / 2


def read_other_seed(path: Path, seed: int) -> OtherSeed:
    """Read the `claims.csv` of the other run."""
    try:
        rows = read_csv(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ReposeError(f"{path}: not readable ({error}); expected another run's claims.csv") from None
    if not rows or not set(rows[0]) >= NEEDED:
        raise ReposeError(f"{path}: not a claims.csv; expected the columns {', '.join(sorted(NEEDED))}")
    return OtherSeed(seed, {row["id"]: row for row in rows})


def other_seed_text(papers: Sequence[Mapping[str, Any]], other: OtherSeed) -> str:
    """How many effects and verdicts came out alike, paper by paper, and which effects did not."""
    known = {
        paper["system"]: [
            Pair(row, other.claims[row["id"]]) for row in paper["claims"] if row["id"] in other.claims
        ]
        for paper in papers
    }
    pairs = {system: [pair for pair in own if pair.alike] for system, own in known.items()}
    ran = [system for system, own in pairs.items() if any(pair.ours["samples"] for pair in own)]
    if not ran:
        return unlike_text(known)
    everything = [pair for system in ran for pair in pairs[system]]
    lines = [
        [name, *counts(own)] for name, own in [*((name, pairs[name]) for name in ran), ("all", everything)]
    ]
    least, most = (100 * expected(degrees) for degrees in DEGREES)
    parts = [
        fill(TEXT.format(ran=ran_text(ran, len(papers)), seed=other.seed, least=least, most=most), WIDTH)
        + "\n",
        markdown_table(["system", *COUNTS], lines),
        unlike_text(known),
        verdicts_text(everything),
        apart_table(pairs, other.seed),
    ]
    return "\n".join(part for part in parts if part)


def unlike_text(known: Mapping[str, Sequence[Pair]]) -> str:
    """How many claims are left out since their runs have seen more or fewer samples; nothing if none are."""
    found = {system: sum(not pair.alike for pair in own) for system, own in known.items()}
    counts = ", ".join(f"{number} of {system}" for system, number in found.items() if number)
    return f"Left out, since their runs saw another number of samples: {counts}.\n" if counts else ""


def ran_text(systems: Sequence[str], of: int) -> str:
    """What was run again, as the beginning of a sentence."""
    if len(systems) == of:
        return "Everything was run once more"
    return f"All runs of {', '.join(systems)} were trained and tested once more"


def expected(degrees: float) -> float:
    """The share of second effects within a first 95 % interval when its width is all that scatters."""
    return float(2 * t.cdf(t.ppf(0.975, degrees) / sqrt(2), degrees) - 1)


def counts(pairs: Sequence[Pair]) -> list[str]:
    """The cells of a line."""
    effects = [pair for pair in pairs if pair.measured]
    return [
        share(pair.within for pair in effects),
        share(pair.compatible for pair in effects),
        share(pair.verdicts[0] == pair.verdicts[1] for pair in pairs),
        str(sum(pair.decided == 1 for pair in pairs)),
    ]


def share(found: Iterable[bool]) -> str:
    """`45 of 50 (90 %)`."""
    each = list(found)
    return f"{sum(each)} of {len(each)} ({100 * sum(each) / len(each):.0f} %)" if each else "0 of 0"


def verdicts_text(pairs: Sequence[Pair]) -> str:
    """The claims whose verdicts contradict each other."""
    both = [pair for pair in pairs if pair.decided == 2]
    contrary = [pair for pair in both if pair.verdicts[0] != pair.verdicts[1]]
    told = f"Of {len(both)} {'claim' if len(both) == 1 else 'claims'} that both runs decide"
    if not contrary:
        return f"{told}, none is decided the other way.\n"
    return f"{told}, {len(contrary)} the other way: {'; '.join(pair.ours['claim'] for pair in contrary)}.\n"


def apart_table(pairs: Mapping[str, Sequence[Pair]], seed: int) -> str:
    """The effects that are too far apart; nothing if there are none."""
    lines = [
        [
            name,
            pair.ours["claim"],
            *(f"{interval_text(row)} {row['unit']}" for row in (pair.ours, pair.other)),
        ]
        for name, own in pairs.items()
        for pair in own
        if pair.measured and not pair.compatible
    ]
    header = ["system", "claim", "this run", f"`seed: {seed}`"]
    return f"{APART}\n{markdown_table(header, lines)}" if lines else ""
