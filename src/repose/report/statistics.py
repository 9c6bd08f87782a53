"""Intervals of effects: Student's t with one variance for the test units and one for every run's seeds.

An effect is a weighted sum of scores, such as baseline minus ours. Its variance is the sum of

    units   of each group's units (takes of an action, films, pictures): the sample variance of what each unit
            adds to the effect, to first order and for all runs of the effect at once, so that a take which is
            hard for all of them adds nothing; divided by the number of units
    seeds   of each run by itself, as networks differ in how much they vary (Welch); divided by the number of
            seeds. Runs that start from the weights of the same run share its randomness, so they are compared
            seed by seed and count as one.

and the degrees of freedom of the sum are Welch's and Satterthwaite's. Both variances hold a little of what
a seed does to a unit by chance, so that intervals of many units are a little too wide. Where a run has a
single seed, the pooled variance of the system's runs stands in for its own: enough to show, not to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan
from sys import float_info

import numpy as np
from scipy.special import stdtr, stdtrit

from repose.report.scores import Score, Scores, of_group

LEVEL = 0.95
SEEDS_NEEDED = 3  # of every run of a claim
MOST_SEEDS, MOST_TIMES = 1_000, 100  # seeds per run, and times the test set: beyond, only the bound is given

Variance = tuple[float, float]  # and its degrees of freedom
UNKNOWN: Variance = (nan, 0)


@dataclass(frozen=True)
class Term:
    """A run's part in an effect."""

    weight: float
    run: str
    score: Score
    fixed: bool = False  # not trained, such as the mean pose: no seed could have made it otherwise


@dataclass(frozen=True)
class Effect:
    """An effect with its 95 % interval and where its width comes from."""

    value: float
    low: float
    high: float
    seeds: int  # the smallest number of seeds among its runs
    seed_sd: float  # of one seed's figure, the same for all runs of the effect
    unit_se: float  # standard error from the choice of test units alone
    seed_freedom: float = inf  # degrees of freedom of `seed_sd`
    unit_freedom: float = inf
    se: float = 0.0  # from units and seeds
    freedom: float = inf

    @property
    def seen(self) -> float:
        """The smallest effect that could have been detected."""
        return (self.high - self.low) / 2

    def p_above(self, bound: float) -> float:
        """Twice the one-sided p that it is not above a bound: below 5 % where the interval is above."""
        if self.se == 0:
            return 0.0 if self.value > bound else 1.0
        return min(1.0, 2 * float(stdtr(self.freedom, (bound - self.value) / self.se)))

    def p_below(self, bound: float) -> float:
        """The same for an effect below the bound."""
        if self.se == 0:
            return 0.0 if self.value < bound else 1.0
        return min(1.0, 2 * float(stdtr(self.freedom, (self.value - bound) / self.se)))


def effect(terms: Sequence[Term], borrowed: Variance = UNKNOWN) -> Effect:
    """The weighted sum of scores with its interval; `borrowed` is the seed variance of single seeds."""
    value = float(sum(term.weight * term.score.value().mean() for term in terms))
    units, seeds = unit_parts(terms), seed_parts(terms, borrowed)
    variance, freedom = summed([*units, *seeds])
    half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * variance**0.5 if variance else 0.0
    unit_variance, unit_freedom = summed(units)
    one_seed, seed_freedom = of_one_seed(terms, borrowed)
    return Effect(
        value, value - half, value + half, min(len(term.score.sums) for term in terms), one_seed**0.5,
        unit_variance**0.5, seed_freedom, unit_freedom, variance**0.5, freedom,
    )  # fmt: skip


def summed(parts: Iterable[Variance]) -> Variance:
    """The sum of independent variances with Satterthwaite's degrees of freedom."""
    known = [(variance, freedom) for variance, freedom in parts if variance > 0]
    total = sum(variance for variance, _ in known)
    return (total, total**2 / sum(v**2 / freedom for v, freedom in known)) if known else (0.0, inf)


def unit_parts(terms: Sequence[Term]) -> list[Variance]:
    """The variance of the effect by each group of test units; test sets are independent of each other."""
    sets: dict[tuple[tuple[str, ...], bytes], list[Term]] = {}
    for term in terms:
        sets.setdefault(units_of(term.score), []).append(term)
    return [part for own in sets.values() for part in group_parts(own)]


def group_parts(terms: Sequence[Term]) -> list[Variance]:
    """The same for terms on one test set.

    A group of a single unit says nothing about its spread and is given that of the others' units, pooled. A
    score that has no group of two units is no sample, such as a training loss, and adds nothing.
    """
    added = sum(term.weight * term.score.influence() for term in terms)  # U
    groups = terms[0].score.groups
    sizes = np.bincount(groups)
    squares, freedoms = np.bincount(groups, weights=np.square(added)), sizes - 1
    parts = [(s / f / n, float(f)) for s, f, n in zip(squares, freedoms, sizes, strict=True) if f > 0]
    alone, freedom = int((sizes == 1).sum()), float(freedoms[freedoms > 0].sum())
    if alone and parts:
        parts.append((alone * float(squares.sum()) / freedom, freedom))
    return parts


def units_of(score: Score) -> tuple[tuple[str, ...], bytes]:
    """A key that differs between the units of different test sets."""
    return score.group_names, score.groups.astype(np.int64).tobytes()


def kin_of(terms: Iterable[Term]) -> list[list[Term]]:
    """The terms by the run whose weights their networks start from, or by their own."""
    kin: dict[str, list[Term]] = {}
    for term in terms:
        kin.setdefault(term.score.start or term.run, []).append(term)
    return list(kin.values())


def seed_parts(terms: Sequence[Term], borrowed: Variance) -> list[Variance]:
    """The variance of the effect by each independent run's seeds."""
    parts = [kin_part(terms) for terms in kin_of(several(terms))]
    alone = sum(term.weight**2 for term in terms if single(term))
    return [*parts, (alone * borrowed[0], borrowed[1])] if alone and borrowed[1] else parts


def several(terms: Iterable[Term]) -> list[Term]:
    """The terms with more than one seed."""
    return [term for term in terms if len(term.score.sums) > 1]


def single(term: Term) -> bool:
    """Whether a term is of one seed, whose spread nobody knows."""
    return len(term.score.sums) == 1 and not term.fixed


def kin_part(terms: Sequence[Term]) -> Variance:
    """The variance by the seeds of runs with one start: seed by seed where they have equally many."""
    numbers = {len(term.score.sums) for term in terms}
    own = [term.weight * term.score.value() for term in terms]
    if len(numbers) == 1:
        own = [np.sum(own, axis=0)]
    return float(sum(values.var(ddof=1) / len(values) for values in own)), min(numbers) - 1


def of_one_seed(terms: Sequence[Term], borrowed: Variance) -> Variance:
    """The variance of one seed's figure which, in all runs alike, would give the effect the same width."""
    known = [(max(len(t.score.sums) for t in kin), kin_part(kin)) for kin in kin_of(several(terms))]
    parts = [(number * variance, freedom) for number, (variance, freedom) in known]
    alone = sum(term.weight**2 for term in terms if single(term))
    if alone and borrowed[1]:
        parts.append((alone * borrowed[0], borrowed[1]))
    if not parts:
        return UNKNOWN
    variance, freedom = summed(parts)
    weights = sum(term.weight**2 for term in several(terms)) + (alone if borrowed[1] else 0.0)
    return variance / weights, freedom


def pooled_variance(scores: Sequence[Score]) -> Variance:
    """Seed variance pooled over runs, and its degrees of freedom; runs with one start count as one."""
    kin: dict[str | int, list[Score]] = {}
    for number, score in enumerate(scores):
        if len(score.sums) > 1:
            kin.setdefault(score.start or number, []).append(score)
    squares, freedom = 0.0, 0
    for runs in kin.values():
        own = max(len(score.sums) for score in runs) - 1
        squares += own * float(np.mean([score.value().var(ddof=1) for score in runs]))
        freedom += own
    return (squares / freedom, freedom) if freedom else UNKNOWN


def system_variance(scores: Scores, metric: str, group: str | None) -> Variance:
    """Seed variance of one metric, pooled over all runs of a system, and its degrees of freedom."""
    parts = [of_group(score, group) for (_, name), score in scores.items() if name == metric]
    return pooled_variance([part for part in parts if part is not None])


def holm(values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values of a family: all of them at 5 % keep the chance of any false one below 5 %."""
    adjusted, highest = [0.0] * len(values), 0.0
    for place, index in enumerate(sorted(range(len(values)), key=lambda i: values[i])):
        highest = max(highest, min(1.0, (len(values) - place) * values[index]))
        adjusted[index] = highest
    return adjusted


def what_decides(size: float, result: Effect, weights: Sequence[float]) -> str:
    """How many seeds per run detect an effect of `size`, and how large a test set, if seeds alone cannot.

    Empty when no run has several seeds, since their spread is then unknown. If the test units are too few,
    half of the variance that the size allows is given to them and half to the seeds.
    """
    if not isfinite(result.seed_sd):
        return ""
    tail, allowed = (1 + LEVEL) / 2, max(size**2, float_info.min)
    units = (float(stdtrit(result.unit_freedom, tail)) * result.unit_se) ** 2  # squared half widths
    seeds = (float(stdtrit(result.seed_freedom, tail)) * result.seed_sd) ** 2 * sum(w**2 for w in weights)
    larger, room = "", allowed - units
    if room < allowed / 2:
        times, room = 2 * units / allowed, allowed / 2
        if round(times, 1) > 1:
            larger = f" and a test set {bounded(times, MOST_TIMES, '.1f')} times as large"
    fewest = result.seeds + 1 if size <= result.seen and not larger else SEEDS_NEEDED  # the present did not
    number = max(fewest, SEEDS_NEEDED, np.ceil(seeds / room))
    return f"{bounded(number, MOST_SEEDS, ',.0f')} seeds per run{larger}"


def bounded(number: float, most: int, form: str) -> str:
    """A number, or that it is more than the most that is worth a figure."""
    return f"{number:{form}}" if number <= most else f"more than {most:,}"
