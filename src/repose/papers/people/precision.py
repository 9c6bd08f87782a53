"""Average precision and recall picture by picture, so that they have intervals.

Average precision is no mean over pictures and is `linearised`; recall is a sum over pictures as it is.

Legend: M pictures, U units, B draws, K figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from repose.metrics.people import Matches, PeopleTruth, ap, with_visible_person
from repose.metrics.people.average_precision import RIGHT

STEP, AT_ONCE = 0.5, 256  # of weights by √U; sets of weights

Units = tuple[np.ndarray, np.ndarray]  # sums and counts, U each; or with seeds S, U and U


def linearised(of_weights: Callable[[np.ndarray], np.ndarray], pictures: int) -> np.ndarray:
    """U or U, K: values of pictures whose mean is a figure θ that is itself no mean over pictures.

    `of_weights` gives θ (B or B, K) where picture u counts weights[b, u] times (B, U). A picture's value is
    θ + I_u − mean I with its influence I_u = (θ_u − θ) (U + k) / k, θ_u being the figure where u counts 1 + k
    times: resampling the values moves their mean as resampling pictures moves θ, to first order. Average
    precision is read off at 101 recalls, so a step must cross several of them to have a slope: k = √U / 2,
    half of what a bootstrap's weights differ from 1 by. Leaving single pictures out, the usual jackknife,
    gives intervals that are wrong by a factor of up to three from 150 pictures on.
    """
    more = STEP * np.sqrt(pictures)
    figure = of_weights(np.ones((1, pictures)))[0]
    risen = np.concatenate([
        of_weights(1.0 + more * np.eye(min(AT_ONCE, pictures - start), pictures, start))
        for start in range(0, pictures, AT_ONCE)
    ])  # fmt: skip
    influence = (risen - figure) * (pictures + more) / more
    return np.asarray(figure + influence - influence.mean(axis=0))


def linear_units(
    of_weights: Callable[[np.ndarray], Mapping[str, np.ndarray]], names: Sequence[str], pictures: np.ndarray
) -> dict[str, Units]:
    """Figures over some pictures (M bool), linearised; those that nobody counts in are left out."""
    rows = np.flatnonzero(pictures)
    if not len(rows):
        return {}

    def figures(weights: np.ndarray) -> np.ndarray:
        full = np.zeros((len(weights), len(pictures)))
        full[:, rows] = weights
        found = of_weights(full)
        return np.stack([found[name] for name in names], axis=-1)

    values = linearised(figures, len(rows))
    return {
        name: (values[:, column], np.ones(len(rows)))
        for column, name in enumerate(names)
        if not np.isnan(values[:, column]).any()
    }


def precision_units(matches: Matches, pictures: np.ndarray) -> dict[str, Units]:
    """COCO's average precisions over some pictures (M bool)."""
    return linear_units(lambda weights: ap(matches, weights), ("AP", "AP50", "AP75", "APM", "APL"), pictures)


def recall_units(matches: Matches) -> dict[str, Units]:
    """COCO's average recalls: people rightly found, the mean over thresholds, of those to be found."""
    units = {}
    for name, area, thresholds in (
        ("AR", 0, slice(None)), ("AR50", 0, slice(0, 1)), ("AR75", 0, slice(5, 6)), ("ARM", 1, slice(None)),
        ("ARL", 2, slice(None)),
    ):  # fmt: skip
        right = (matches.outcome[area, thresholds] == RIGHT).mean(axis=0)
        people = matches.people[area]
        if people.any():
            units[name] = np.bincount(matches.image, weights=right, minlength=len(people)), people
    return units


def coco_units(truth: PeopleTruth, matches: Matches) -> dict[str, Units]:
    """COCO's numbers twice: `ap_visible` … over the pictures with a visible person, `ap_all` … over all."""
    visible, recall = with_visible_person(truth), recall_units(matches)
    over = {"visible": precision_units(matches, visible) | recall}
    every = np.ones_like(visible)
    over["all"] = over["visible"] if visible.all() else precision_units(matches, every) | recall
    return {f"{name.lower()}_{suffix}": own for suffix, all_ in over.items() for name, own in all_.items()}
