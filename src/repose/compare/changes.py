"""What changed between two snapshots; in every list the worst comes first.

    verdict     worse where it supports its claim less: reproduced, agrees, then undecided and not testable
                alike, then disagrees, contradicted
    score       worse where an error rose, or a score fell, beyond its interval; sizes and costs only change
    effect      of a claim, moved beyond its interval under the same verdict: neither worse nor better

Scores of one run and metric that took the same course are one change, told by the one that moved furthest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from repose.compare.figures import Cell, Figure, Score, beyond, claims_of, effect_of, scores_of, untabled
from repose.compare.parameters import MISSING, Difference, differing, parameters_of
from repose.compare.revisions import Snapshot

Claims = Mapping[str, Mapping[str, str]]
Pair = tuple[list[tuple[Cell, str]], Figure, Figure]  # the cells that show a score, with its run; old and new

WORSE, BETTER, CHANGED, CAME, WENT = "worse", "better", "changed", "new", "gone"
COURSES = (WORSE, BETTER, CHANGED, CAME, WENT)
SUPPORT = {
    "reproduced": 3, "agrees": 2, "undecided": 1, "not testable here": 1, "disagrees": 0, "contradicted": -1,
}  # fmt: skip
LOWER_IS_BETTER = {"mm", "m²"}
HIGHER_IS_BETTER = {"%", "AP", "AR"}
LOSSES = ("_gap",)  # metrics that end so count what is lost, in units of which more is better elsewhere


@dataclass(frozen=True)
class ClaimChange:
    """A claim whose verdict changed, that came or went, or whose effect moved beyond its interval."""

    course: str
    id: str
    system: str
    claim: str
    unit: str
    old_verdict: str
    new_verdict: str
    old: Figure | None
    new: Figure | None


@dataclass(frozen=True)
class ScoreChange:
    """The scores of a run and metric that moved beyond their intervals: the furthest, and all cells."""

    course: str
    system: str
    run: str
    metric: str
    unit: str
    cells: tuple[Cell, ...]
    old: Figure
    new: Figure


@dataclass(frozen=True)
class KeyChange:
    """A parameter or a picture that changed, by its key or path; None where it is not there."""

    course: str
    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Counts:
    """How many scores and effects there are in both snapshots, by how they moved, and in one alone."""

    beyond: int = 0
    within: int = 0
    unmoved: int = 0
    new: int = 0
    gone: int = 0


@dataclass(frozen=True)
class Changes:
    """Everything that changed."""

    old: str
    new: str
    verdicts: list[ClaimChange]
    scores: list[ScoreChange]
    effects: list[ClaimChange]
    parameters: list[KeyChange]
    pictures: list[KeyChange]
    counts: Counts

    @property
    def worse(self) -> bool:
        """Whether a verdict or a score got worse."""
        return WORSE in {*(v.course for v in self.verdicts), *(s.course for s in self.scores)}


def changes(old: Snapshot, new: Snapshot) -> Changes:
    """What changed from one snapshot to another."""
    claims = claims_of(old), claims_of(new)
    scores = figures(old), figures(new)
    pairs = paired(*scores)
    effects = [(effect_of(claims[0][name]), effect_of(claims[1][name])) for name in shared(*claims)]
    return Changes(
        old.name,
        new.name,
        changed_verdicts(*claims),
        moved_scores(pairs),
        moved_effects(*claims),
        changed_keys(differing(parameters_of(old), parameters_of(new))),
        changed_keys(differing(old.pictures, new.pictures)),
        counted([*((a, b) for _, a, b in pairs), *effects], *scores),
    )


def shared(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> list[Any]:
    """The keys of both, in the order of the new one."""
    return [key for key in new if key in old]


def figures(snapshot: Snapshot) -> dict[Cell, Score]:
    """All scores of a snapshot."""
    scores = scores_of(snapshot)
    return {**scores, **dict(untabled(snapshot, scores))}


def paired(old: Mapping[Cell, Score], new: Mapping[Cell, Score]) -> list[Pair]:
    """The scores of both, once for every run and metric that moved alike, with all cells that show it."""
    alike: dict[tuple[str, ...], Pair] = {}
    for cell in shared(old, new):
        before, after = old[cell].figure, new[cell].figure
        key = (cell.system, new[cell].run, cell.metric, cell.unit, str(before), str(after))
        cells = alike[key][0] if key in alike else []
        alike[key] = ([*cells, (cell, new[cell].run)], before, after)
    return list(alike.values())


def moved_scores(pairs: Iterable[Pair]) -> list[ScoreChange]:
    """The scores that moved beyond their intervals, the furthest first."""
    groups: dict[tuple[str, ...], list[Pair]] = {}
    for pair in pairs:
        (cell, run), before, after = pair[0][0], *pair[1:]
        if before.value != after.value and beyond(before, after):
            course = course_of((float(after.value) - float(before.value)) * direction(cell))
            groups.setdefault((course, cell.system, run, cell.metric, cell.unit), []).append(pair)
    moved = [score_change(course, group) for (course, *_), group in groups.items()]
    return sorted(moved, key=lambda move: (COURSES.index(move.course), -distance(move.old, move.new)))


def score_change(course: str, group: list[Pair]) -> ScoreChange:
    """The scores of one run and metric that took the same course."""
    group = sorted(group, key=lambda pair: -distance(*pair[1:]))
    places, before, after = group[0]
    cell, run = places[0]
    cells = tuple(cell for places, *_ in group for cell, _ in places)
    return ScoreChange(course, cell.system, run, cell.metric, cell.unit, cells, before, after)


def direction(cell: Cell) -> int:
    """1 where more is better, -1 where less is, 0 where neither is, as for a size or a cost."""
    if cell.unit in LOWER_IS_BETTER:
        return -1
    return 0 if cell.unit not in HIGHER_IS_BETTER else -1 if cell.metric.endswith(LOSSES) else 1


def course_of(gain: float) -> str:
    """What a gain is called."""
    return WORSE if gain < 0 else BETTER if gain > 0 else CHANGED


def distance(old: Figure, new: Figure) -> float:
    """How far a figure moved, in halves of its wider interval."""
    half = max(old.half, new.half)
    return abs(float(new.value) - float(old.value)) / half if half else inf


def changed_verdicts(old: Claims, new: Claims) -> list[ClaimChange]:
    """The claims whose verdict changed, the furthest first, then those that came or went."""
    changed: list[tuple[int, ClaimChange]] = []
    for name in [*new, *(name for name in old if name not in new)]:
        before, after = old.get(name), new.get(name)
        if before is None or after is None:
            changed.append((0, claim_change(WENT if after is None else CAME, before, after)))
        elif before["verdict"] != after["verdict"]:
            gain = SUPPORT.get(after["verdict"], 1) - SUPPORT.get(before["verdict"], 1)
            changed.append((gain, claim_change(course_of(gain), before, after)))
    changed.sort(key=lambda pair: (COURSES.index(pair[1].course), -abs(pair[0])))
    return [change for _, change in changed]


def moved_effects(old: Claims, new: Claims) -> list[ClaimChange]:
    """The claims whose effect moved beyond its interval under the same verdict, the furthest first."""
    moved: list[tuple[float, ClaimChange]] = []
    for name in shared(old, new):
        before, after = effect_of(old[name]), effect_of(new[name])
        if before and after and old[name]["verdict"] == new[name]["verdict"] and beyond(before, after):
            moved.append((distance(before, after), claim_change(CHANGED, old[name], new[name])))
    return [change for _, change in sorted(moved, key=lambda pair: -pair[0])]


def claim_change(course: str, old: Mapping[str, str] | None, new: Mapping[str, str] | None) -> ClaimChange:
    """The change of a claim, in its newer words."""
    words = new or old or {}
    before, after = old or {}, new or {}
    return ClaimChange(
        course, words["id"], words["system"], words["claim"], words["unit"],
        before.get("verdict", ""), after.get("verdict", ""), effect_of(before), effect_of(after),
    )  # fmt: skip


def changed_keys(pairs: Iterable[Difference]) -> list[KeyChange]:
    """Pairs of values with what happened to them, sorted by that."""
    changed = [
        KeyChange(CAME, key, None, new) if old is MISSING
        else KeyChange(WENT, key, old, None) if new is MISSING
        else KeyChange(CHANGED, key, old, new)
        for key, old, new in pairs
    ]  # fmt: skip
    return sorted(changed, key=lambda change: COURSES.index(change.course))


def counted(
    pairs: Iterable[tuple[Figure | None, Figure | None]], old: Mapping[Cell, Score], new: Mapping[Cell, Score]
) -> Counts:
    """The figures by how they moved; those that one snapshot alone has are counted by cell."""
    known = [(before, after) for before, after in pairs if before and after]
    still = sum(before.value == after.value for before, after in known)
    moved = sum(before.value != after.value and beyond(before, after) for before, after in known)
    alone = len(new.keys() - old.keys()), len(old.keys() - new.keys())
    return Counts(moved, len(known) - moved - still, still, *alone)
