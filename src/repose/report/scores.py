"""Scores of runs, kept by unit so that an effect knows how much it owes to the choice of units.

Legend: S seeds, U units (what is independent, such as a take with all its cameras, or a picture), G groups
(actions, scenes).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from repose.foundations.errors import ReposeError
from repose.foundations.files import load_arrays, save_arrays


@dataclass(frozen=True)
class Score:
    """One metric of one run: sums over each unit's frames, and how many frames that were."""

    sums: np.ndarray  # S, U
    counts: np.ndarray  # U
    groups: np.ndarray  # U, code of the unit's group
    group_names: tuple[str, ...] = ("all",)
    start: str = ""  # the run whose weights it started from, and whose randomness its seeds share

    def by_group(self) -> np.ndarray:
        """S, G: the mean over the frames of each group."""
        one_hot = np.eye(len(self.group_names))[self.groups]  # U, G
        return np.asarray((self.sums @ one_hot) / (self.counts @ one_hot))

    def value(self) -> np.ndarray:
        """S: the unweighted mean over groups, as the papers average over actions."""
        return np.asarray(self.by_group().mean(axis=1))

    def frame_value(self) -> np.ndarray:
        """S: the mean over all frames."""
        return np.asarray(self.sums.sum(axis=1) / self.counts.sum())

    def influence(self) -> np.ndarray:
        """U: what each unit adds to its group's part in `value`, to first order; the group's mean is zero."""
        one_hot = np.eye(len(self.group_names))[self.groups]  # U, G
        sums = self.sums.mean(axis=0)
        counts, units = self.counts @ one_hot, one_hot.sum(axis=0)  # G
        rest = sums - ((sums @ one_hot) / counts)[self.groups] * self.counts
        return np.asarray(rest * (units / counts)[self.groups] / len(self.group_names))

    def only(self, names: tuple[str, ...]) -> Score:
        """The score over some groups, such as one scene."""
        keep = np.isin(self.groups, [self.group_names.index(name) for name in names])
        codes = {self.group_names.index(name): code for code, name in enumerate(names)}
        groups = np.array([codes[g] for g in self.groups[keep]])
        return Score(self.sums[:, keep], self.counts[keep], groups, names, self.start)


def unit_score(
    errors: np.ndarray, unit: np.ndarray, group: np.ndarray, group_names: tuple[str, ...]
) -> Score:
    """Per-frame errors (S, N) with each frame's unit and group (N) as a `Score`."""
    units, first, inverse = np.unique(unit, return_index=True, return_inverse=True)
    sums = np.stack([np.bincount(inverse, weights=row, minlength=len(units)) for row in errors])
    counts = np.bincount(inverse, minlength=len(units)).astype(float)
    return Score(sums, counts, group[first], group_names)


def flat_score(values: np.ndarray) -> Score:
    """One figure per seed that is not measured on a test set, such as a training loss."""
    return Score(np.asarray(values, float)[:, None], np.ones(1), np.zeros(1, int))


def of_group(score: Score, group: str | None) -> Score | None:
    """The score in one group, None if it has no such group; the whole score if `group` is None."""
    if group is None:
        return score
    return score.only((group,)) if group in score.group_names else None


Scores = dict[tuple[str, str], Score]  # (run, metric)


def figure(scores: Scores, run: str, metric: str, group: str | None) -> float | None:
    """A run's figure in one group, or over all; None where there is none."""
    score = scores.get((run, metric))
    part = None if score is None else of_group(score, group)
    return None if part is None else float(part.value().mean())


def save_scores(path: str | Path, scores: Scores, facts: dict[str, dict[str, float | str]]) -> None:
    """Write scores with plain facts of each run (parameters, samples seen, …)."""
    entries = [[*key, list(score.group_names), score.start] for key, score in scores.items()]
    header = {"facts": facts, "scores": entries}
    arrays = {"header": np.array(json.dumps(header, sort_keys=True))}
    for index, score in enumerate(scores.values()):
        arrays |= {
            f"{index}.sums": score.sums,
            f"{index}.counts": score.counts,
            f"{index}.groups": score.groups,
        }
    save_arrays(path, arrays)


def load_scores(path: str | Path) -> tuple[Scores, dict[str, dict[str, float | str]]]:
    """Read what `save_scores` wrote."""
    arrays = load_arrays(path)
    if "header" not in arrays:
        raise ReposeError(f"{path}: not a file of scores; make it with `dvc repro`")
    header = json.loads(str(arrays["header"]))
    scores: Scores = {}
    for index, (run, metric, names, start) in enumerate(header["scores"]):
        sums, counts, groups = (arrays[f"{index}.{part}"] for part in ("sums", "counts", "groups"))
        scores[run, metric] = Score(sums, counts, groups, tuple(names), start)
    return scores, header["facts"]
