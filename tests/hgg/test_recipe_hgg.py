"""Schedules of the trunk, of its arms, and of the published training."""

import dataclasses
import itertools

import pytest

from repose.hgg.recipe import EPSILON, PaperTraining, arm_recipe, trunk_recipe
from repose.training.branching import SmallTraining
from repose.training.schedule import learning_rate

PAPER = PaperTraining(32, 2e-4, 1e-5, 2000, 500, 0.5, 50)
SMALL = SmallTraining(9600, 16, 2e-2, 3e-3, 0.03, 0.2, 8)
PUBLISHED = dataclasses.replace(SMALL, crops=None)


def rates(recipe):
    steps = recipe.steps * recipe.training.epochs
    return [learning_rate(recipe.training.schedule, step) for step in range(steps)]


def test_a_trunk_warms_up_and_then_keeps_its_rate():
    recipe = trunk_recipe(PAPER, SMALL)
    rate = rates(recipe)
    assert recipe.samples == 9600
    assert len(rate) == 600
    assert rate[:18] == pytest.approx([2e-2 * (step + 1) / 18 for step in range(18)])
    assert set(rate[18:]) == {2e-2}


def test_an_arm_warms_up_keeps_the_trunks_rate_for_a_while_and_falls_to_zero_in_a_straight_line():
    rate = rates(arm_recipe(PAPER, SMALL))
    assert rate[:18] == pytest.approx([2e-2 * (step + 1) / 18 for step in range(18)])
    assert set(rate[18:121]) == {2e-2}
    falls = [before - after for before, after in itertools.pairwise(rate[120:])]
    assert falls == pytest.approx([2e-2 / 480] * len(falls))
    assert rate[-1] == pytest.approx(2e-2 / 480)


def test_adams_rate_is_as_stated_whatever_muons_is():
    for recipe in (trunk_recipe(PAPER, SMALL), arm_recipe(PAPER, SMALL)):
        optimiser = recipe.training.optimiser
        assert optimiser.kind == "muon"
        assert optimiser.rest * SMALL.rate == pytest.approx(SMALL.plain_rate)


def test_few_crops_are_still_a_step_between_two_points_of_the_curves():
    few = dataclasses.replace(SMALL, crops=16, curve_points=4)
    assert arm_recipe(PAPER, few).steps == trunk_recipe(PAPER, few).steps == 1


def test_the_published_rate_stays_in_the_trunk_and_drops_within_an_arm():
    trunk, arm = trunk_recipe(PAPER, PUBLISHED), arm_recipe(PAPER, PUBLISHED)
    assert set(rates(trunk)) == {2e-4}
    assert (len(rates(trunk)), len(rates(arm))) == (2000, 500)
    assert rates(arm)[:250] == pytest.approx([2e-4] * 250)
    assert rates(arm)[250:] == pytest.approx([1e-5] * 250)


def test_the_published_optimiser_sees_gradients_as_small_as_the_groupings():
    for recipe in (trunk_recipe(PAPER, PUBLISHED), arm_recipe(PAPER, PUBLISHED)):
        optimiser = recipe.training.optimiser
        assert (recipe.batch, optimiser.kind, optimiser.eps) == (32, "adam", EPSILON)


def test_a_short_published_training_is_no_longer_than_stated():
    short = dataclasses.replace(PAPER, trunk_steps=7, arm_steps=1)
    assert trunk_recipe(short, PUBLISHED).samples == 7 * 32
    assert arm_recipe(short, PUBLISHED).samples == 32
