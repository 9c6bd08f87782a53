"""The changes as Markdown that reads well as a comment on a pull request, and as JSON."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from repose.compare.changes import (
    BETTER,
    CAME,
    WENT,
    WORSE,
    Changes,
    ClaimChange,
    KeyChange,
    ScoreChange,
)
from repose.compare.figures import HEADLINE, Figure
from repose.foundations.markdown import markdown_table

LONG = 120  # characters of a section that is shown in full
LEGEND = """\
A figure moved beyond its interval where the old one lies outside the new 95 % interval and the new one
outside the old one. It is worse where an error rose or a score fell; sizes and costs only change.
"""
BORROWED = (
    "A headline figure that no table shows is given the median interval of its system's headline figures.\n"
)
Row = Sequence[str]


def markdown(changes: Changes, most: int) -> str:
    """Verdicts, scores, effects, parameters, pictures, and a line that counts the rest."""
    both = changes.old, changes.new
    sections = [
        section("Verdicts", ("", "claim", *both), map(of_claim, changes.verdicts), most),
        section(
            "Scores that moved beyond their intervals", ("", "run", "score", "where", *both),
            map(of_score, changes.scores), most,
        ),
        section(
            "Effects that moved beyond their intervals under the same verdict", ("claim", "verdict", *both),
            map(of_effect, changes.effects), most,
        ),
        section("Parameters", ("", "parameter", *both), map(of_parameter, changes.parameters), most),
        section("Pictures", ("", "file"), map(of_picture, changes.pictures), most),
    ]  # fmt: skip
    notes = [unchanged(changes), counts(changes), *legends(changes)]
    title = f"## Changes from {changes.old} to {changes.new}\n"
    return "\n".join(part for part in [title, summary(changes), *sections, *notes] if part)


def unchanged(changes: Changes) -> str:
    """What did not change, in a sentence each."""
    lists = {
        "No verdict changed.": changes.verdicts,
        "No score moved beyond its interval.": changes.scores,
        "No parameter changed.": changes.parameters,
        "No picture changed.": changes.pictures,
    }
    told = [sentence for sentence, items in lists.items() if not items]
    return " ".join(told) + "\n" if told else ""


def legends(changes: Changes) -> list[str]:
    """What the words mean, where they are used."""
    told = [LEGEND] if changes.scores or changes.effects else []
    return [*told, BORROWED] if any(score.metric == HEADLINE for score in changes.scores) else told


def as_json(changes: Changes) -> str:
    """The same in full."""
    everything = {"worse": changes.worse, **asdict(changes)}
    return json.dumps(everything, indent=1, ensure_ascii=False, default=str) + "\n"


def summary(changes: Changes) -> str:
    """What a reviewer must know first."""
    verdicts, scores = ([change.course for change in items] for items in (changes.verdicts, changes.scores))
    told = []
    for course in (WORSE, BETTER):
        numbers = {"verdict": verdicts.count(course), "score": scores.count(course)}
        named = [plural(number, noun) for noun, number in numbers.items() if number]
        if named:
            told.append(f"**{' and '.join(named)} got {course}.**")
    told = told or ["Nothing got worse or better."]
    came, went = verdicts.count(CAME), verdicts.count(WENT)
    if came or went:
        told.append(f"Claims: {came} new, {went} gone.")
    return " ".join(told) + "\n"


def section(title: str, header: Row, rows: Iterable[Row], most: int) -> str:
    """A table below its title, cut off after `most` lines; nothing where it has none."""
    lines = list(rows)
    if not lines:
        return ""
    shown = lines[:most] if most > 0 else lines
    left = len(lines) - len(shown)
    rest = f"\n… and {plural(left, 'more line')}; `--most 0` prints all.\n" if left else ""
    return f"### {title}\n\n{markdown_table(header, shown)}{rest}"


def of_claim(change: ClaimChange) -> Row:
    """A claim with its verdict and effect before and after."""
    sides = ((change.old_verdict, change.old), (change.new_verdict, change.new))
    told = [
        f"**{verdict}**{effect_text(effect, change.unit, ': ')}" if verdict else ""
        for verdict, effect in sides
    ]
    return [change.course, f"{change.system}: {change.claim}", *told]


def of_effect(change: ClaimChange) -> Row:
    """A claim with its effect before and after."""
    effects = [effect_text(effect, change.unit) for effect in (change.old, change.new)]
    return [f"{change.system}: {change.claim}", change.new_verdict, *effects]


def effect_text(effect: Figure | None, unit: str, before: str = "") -> str:
    """An effect in its unit; nothing where it was not measured."""
    return f"{before}{effect} {unit}".rstrip() if effect else ""


def of_score(change: ScoreChange) -> Row:
    """A score with the cells that show it."""
    name = f"{change.metric} ({change.unit})" if change.unit else change.metric
    figures = str(change.old), str(change.new)
    return [change.course, f"{change.system} `{change.run}`", name, places(change), *figures]


def places(change: ScoreChange) -> str:
    """The first cell that shows a score, and how many more do."""
    first, more = change.cells[0], len(change.cells) - 1
    if change.metric == HEADLINE:
        return "metrics.json"
    place = f"table {first.table}: {first.row}, {first.column}"
    return f"{place}, and {plural(more, 'more cell')}" if more else place


def of_parameter(change: KeyChange) -> Row:
    """A parameter with its value before and after."""
    old = "" if change.course == CAME else value_text(change.old)
    new = "" if change.course == WENT else value_text(change.new)
    return [change.course, f"`{change.name}`", old, new]


def value_text(value: Any) -> str:
    """A value as JSON; a section that is long is only counted."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if len(text) > LONG and isinstance(value, Mapping):
        return plural(leaves(value), "parameter")
    return f"`{text}`"


def leaves(value: Any) -> int:
    """How many parameters a section has."""
    return sum(map(leaves, value.values())) if isinstance(value, Mapping) else 1


def of_picture(change: KeyChange) -> Row:
    """A picture's path."""
    return [change.course, f"`{change.name}`"]


def counts(changes: Changes) -> str:
    """How many figures moved, and how many did not."""
    of = changes.counts
    both = plural(of.beyond + of.within + of.unmoved, "figure")
    alone = f"; {of.new:,} new and {of.gone:,} gone" if of.new or of.gone else ""
    moved = (
        f"{of.beyond:,} moved beyond their intervals, {of.within:,} within, and {of.unmoved:,} did not move"
    )
    return f"Of {both} in both, {moved}{alone}.\n"


def plural(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
