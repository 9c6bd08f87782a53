"""What runs have learnt, as facts and as sentences at the top of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import Any

from repose.foundations.errors import ReposeError
from repose.papers.people.scores import GROUPS
from repose.report.runs import Run
from repose.report.scores import Scores, figure

PRECISION = {"AP": "ap_visible", "AP50": "ap50_visible"}
SHARES = {"PCKh, %": "pckh_mean", "good joints, %": "joints_good"}


def learnt_scores(run: Run, scores: Scores, row: str, digits: int = 3) -> dict[str, Any]:
    """Scores on a run's own test set, those of one of its rows; `digits` of average precision."""
    test = run.record["tests"][0]
    facts: dict[str, Any] = {"learnt: own test set": test}
    for names, decimals in ((PRECISION, digits), (SHARES, 1)):
        for words, metric in names.items():
            if (value := figure(scores, row, metric, GROUPS[test])) is not None:
                facts[f"learnt: {words}"] = round(value, decimals)
    return facts


def last(run: Run, column: str) -> float | None:
    """The mean over seeds of a column's last value, None where the history does not say."""
    try:
        value = float(run.last(column).mean())
    except ReposeError:
        return None
    return None if isnan(value) else value


def learnt_text(scores: Scores, runs: Mapping[str, str], digits: int = 3) -> str:
    """How far some runs have come on COCO, and what they get wrong; `runs` has words for each."""
    texts = []
    for run, words in runs.items():
        names = ("ap_visible", "ap50_visible", "joints_good", "people_missed", "people_spurious")
        found = [figure(scores, run, name, "coco_val") for name in names]
        if None not in found:
            ap, half, good, missed, spurious = found
            texts.append(
                f"{words} reaches AP {ap:.{digits}f} and AP50 {half:.{digits}f} on COCO val, finds "
                f"{good:.1f} % of all labelled joints well, misses {missed:.1f} % of the people and makes up "
                f"another {spurious:.1f} %"
            )
    text = "; ".join(texts)
    return f"{text[0].upper()}{text[1:]}.\n" if text else ""


def branch_text(runs: Sequence[Run], about: str) -> str:
    """What verdicts are limited to where runs branch off a trunk, and who has learnt for how long."""
    crops = {run.record["configuration"]["training"]["crops"] for run in runs}
    if not runs or None in crops:
        return ""
    seen = [run.record["cost"]["samples"] for run in runs]
    return (
        f"**Verdicts are about {about}: seeds vary the branch, not the trunk.** "
        f"The trunk is a baseline trained before; of the {listed(seen)} crops that a run sees, pre-training "
        f"included, what is new in a branch learns from the last {listed(crops)}.\n"
    )


def listed(numbers: Iterable[int]) -> str:
    """The smallest and the largest of some whole numbers, or the one that they all are."""
    ends = sorted(numbers)
    return " to ".join(dict.fromkeys(f"{number:,}" for number in (ends[0], ends[-1])))


def by_section(scale: Mapping[str, Any], *without: str) -> dict[str, Any]:
    """A system's scale as its page lists it: `train.batch`; values that are null do nothing."""
    flat: dict[str, Any] = {}
    for name, value in scale.items():
        inner = value.items() if isinstance(value, Mapping) else ()
        flat |= {} if name in without else {f"{name}.{key}": own for key, own in inner} or {name: value}
    return {name: value for name, value in flat.items() if value is not None}


def drawn_text(runs: Sequence[Run], sets: str) -> str:
    """What decides how near the world's sets in COCO's form come to the published ones."""
    if not runs:
        return ""
    return (
        f"{sets} are drawn: `scale.world.people_px` is the long edge of their pictures, and "
        "`scale.world.size_range` below 1 brings people nearer and makes them more alike in size than in the "
        "published sets, which makes the sets easier ([the data](../data/README.md)). Poses are scaled to "
        "the published picture sizes before they are scored.\n"
    )
