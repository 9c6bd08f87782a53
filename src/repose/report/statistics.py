"""Intervals of effects: paired bootstrap over test units, Student's t over seeds.

An effect is a weighted sum of scores, such as baseline minus ours. Test units are resampled within their
group, the same draw for all runs of the effect. Seeds are too few for a bootstrap, which would be too narrow:
their noise is drawn from Student's t with the pooled variance of the compared runs, or of all runs of the
system where the compared ones have too few seeds. Runs that start from the weights of the same run share its
randomness, so together they count as one estimate of the variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import ndtri, stdtrit

from repose.foundations.rng import rng
from repose.report.scores import Score, Scores, of_group

DRAWS = 4000
LEVEL = 0.95
TOO_MUCH = 100  # how many effects the test units' half width may be; beyond, only a bound is given
FEW = 6  # degrees of freedom; below, the pooled variance of all runs of the system is the better estimate


@dataclass(frozen=True)
class Effect:
    """An effect with its 95 % interval and where its width comes from."""

    value: float
    low: float
    high: float
    seeds: int  # the smallest number of seeds among its runs
    seed_sd: float  # of one seed's figure, pooled
    unit_se: float  # standard error from the choice of test units alone
    freedom: int = 0  # degrees of freedom of `seed_sd`

    @property
    def seen(self) -> float:
        """The smallest effect that could have been detected."""
        return (self.high - self.low) / 2


def unit_weights(groups: np.ndarray, draws: int, generator: np.random.Generator) -> np.ndarray:
    """B, U: how often each unit is drawn when each group is resampled with replacement."""
    weights = np.zeros((draws, len(groups)))
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        weights[:, members] = generator.multinomial(
            len(members), np.full(len(members), 1 / len(members)), draws
        )
    return weights


def pooled_variance(scores: list[Score]) -> tuple[float, int]:
    """Seed variance pooled over runs, and its degrees of freedom."""
    kin: dict[str | int, list[Score]] = {}
    for number, score in enumerate(scores):
        if len(score.sums) > 1:
            kin.setdefault(score.start or number, []).append(score)
    squares, freedom = 0.0, 0
    for runs in kin.values():
        own = max(len(score.sums) for score in runs) - 1
        squares += own * float(np.mean([score.value().var(ddof=1) for score in runs]))
        freedom += own
    return (squares / freedom, freedom) if freedom else (float("nan"), 0)


def system_variance(scores: Scores, metric: str, group: str | None) -> tuple[float, int]:
    """Seed variance of one metric, pooled over all runs of a system, and its degrees of freedom."""
    parts = [of_group(score, group) for (_, name), score in scores.items() if name == metric]
    return pooled_variance([part for part in parts if part is not None])


@lru_cache(maxsize=16)
def drawn_weights(seed: int, groups: bytes, number: int) -> np.ndarray:
    """B, U: the draws for all effects on these units (their groups as int64), made once."""
    return unit_weights(np.frombuffer(groups, np.int64), DRAWS, rng(seed, "bootstrap", "units", number))


def units_of(score: Score) -> tuple[tuple[str, ...], bytes]:
    """A key that differs between the units of different test sets."""
    return score.group_names, score.groups.tobytes()


def effect(terms: list[tuple[float, Score]], seed: int, name: str, fallback: tuple[float, int]) -> Effect:
    """The weighted sum of scores with its interval; `fallback` is the system's pooled seed variance."""
    generator = rng(seed, "bootstrap", "seeds", name)
    scores = [score for _, score in terms]
    value = float(sum(weight * score.value().mean() for weight, score in terms))
    sets = list(dict.fromkeys(units_of(score) for score in scores))  # each test set is drawn from once
    draws = np.zeros(DRAWS)
    for weight, score in terms:
        units = drawn_weights(seed, score.groups.astype(np.int64).tobytes(), sets.index(units_of(score)))
        draws += weight * score.resampled(units).mean(axis=1)
    variance, freedom = pooled_variance(scores)
    if freedom < min(FEW, fallback[1]) or freedom < 2:
        variance, freedom = fallback
    scale = np.sqrt(variance * sum(weight**2 / len(score.sums) for weight, score in terms))
    unit_se = float(draws.std())
    if freedom > 0:
        draws = draws + scale * generator.standard_t(freedom, size=DRAWS)
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    shift = value - float(np.mean([low, high])) if freedom == 0 else 0.0
    return Effect(
        value,
        float(low) + shift,
        float(high) + shift,
        min(len(s.sums) for s in scores),
        variance**0.5,
        unit_se,
        freedom,
    )


def what_decides(size: float, result: Effect, weights: list[float]) -> str:
    """How many seeds per run detect an effect of `size`, and how large a test set, if seeds alone cannot.

    Empty when no run has several seeds, since their spread is then unknown. If the test units are too few,
    half of the variance that the size allows is given to them and half to the seeds.
    """
    if not np.isfinite(result.seed_sd):
        return ""
    tail, allowed = (1 + LEVEL) / 2, size**2
    normal = float(ndtri(tail))
    student = float(stdtrit(result.freedom, tail)) if result.freedom else normal
    units = (normal * result.unit_se) ** 2  # squared half widths of the interval
    seeds = (student * result.seed_sd) ** 2 * sum(weight**2 for weight in weights)
    if allowed <= units / TOO_MUCH**2:
        return f"a test set more than {TOO_MUCH**2:,} times as large"
    larger, room = "", allowed - units
    if room < allowed / 2:
        larger, room = f" and a test set {2 * units / allowed:.1f} times as large", allowed / 2
    fewest = result.seeds + 1 if size <= result.seen and not larger else 1  # the present ones were too few
    number = max(fewest, int(np.ceil(seeds / room)))
    return f"{number:,} seed{'s' if number > 1 else ''} per run{larger}"
