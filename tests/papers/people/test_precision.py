"""Average precision picture by picture resamples as average precision does."""

import numpy as np
import pytest

from repose.foundations.rng import rng
from repose.metrics.people import ap, match_all, sigmas, with_visible_person
from repose.metrics.people.coco import coco_numbers
from repose.papers.people.precision import coco_units, linearised, precision_units, recall_units
from tests.metrics.people.crowds import found, truth


def matches_of(seed, pictures):
    of = truth(seed, pictures)
    return match_all(of, found(of, seed), sigmas("coco17", of.joints)), with_visible_person(of)


def test_a_figure_that_is_a_mean_over_pictures_is_linearised_to_the_pictures_own_values():
    values = rng(0, "values").normal(size=(30, 2))

    def mean(weights):
        return weights @ values / weights.sum(axis=1, keepdims=True)

    np.testing.assert_allclose(linearised(mean, 30), values)
    np.testing.assert_allclose(linearised(lambda w: mean(w)[:, 0], 30), values[:, 0])


def test_the_mean_of_linearised_average_precision_is_average_precision():
    matches, visible = matches_of(3, 60)
    units = precision_units(matches, visible)
    exact = ap(matches)
    assert set(units) == {"AP", "AP50", "AP75", "APM", "APL"}
    for name, (values, counts) in units.items():
        assert len(values) == visible.sum() == counts.sum()
        assert values.mean() == pytest.approx(exact[name], abs=1e-12)


@pytest.mark.parametrize("pictures", [120, 400])
def test_resampling_linearised_values_spreads_as_resampling_pictures_does(pictures):
    matches, visible = matches_of(1, pictures)
    rows = np.flatnonzero(visible)
    drawn = rng(0, "draws").multinomial(len(rows), np.full(len(rows), 1 / len(rows)), 1000)
    weights = np.zeros((1000, pictures))
    weights[:, rows] = drawn
    exact, units = ap(matches, weights), precision_units(matches, visible)
    for name, (values, _) in units.items():
        resampled = drawn @ values / len(rows)
        assert np.corrcoef(resampled, exact[name])[0, 1] > 0.94, name
        widths = [np.ptp(np.quantile(draws, [0.025, 0.975])) for draws in (resampled, exact[name])]
        assert widths[0] == pytest.approx(widths[1], rel=0.1), name


def test_average_recall_is_a_sum_over_pictures_of_people_found():
    matches, _ = matches_of(2, 50)
    exact = ap(matches)
    for name, (right, people) in recall_units(matches).items():
        assert right.sum() / people.sum() == pytest.approx(exact[name])


@pytest.mark.parametrize("pictures", [5, 30])
def test_both_protocols_have_cocos_numbers_also_where_every_picture_shows_somebody(pictures):
    of = truth(4, pictures, people=60)
    visible = with_visible_person(of)
    assert visible.all() == (pictures == 5)
    people = found(of, 4)
    units = coco_units(of, match_all(of, people, sigmas("coco17", of.joints)))
    for suffix, counted in (("visible", visible), ("all", None)):
        exact = coco_numbers(of, people, pictures=counted)
        for name in ("AP", "AP75", "AR", "AR50"):
            values, counts = units[f"{name.lower()}_{suffix}"]
            assert values.sum() / counts.sum() == pytest.approx(exact[name]), (suffix, name)
