"""Schedules of trunks, of their arms, and of the published training."""

import dataclasses
import itertools

import pytest

from repose.dgcn.recipe import PaperTraining, arm_recipe, trunk_recipe
from repose.training.branching import SmallTraining
from repose.training.schedule import learning_rate

PAPER = PaperTraining(8, 100, 1e-3, 0.95, (80, 93), 3.0, 1e-3, 1)
SMALL = SmallTraining(9600, 16, 2e-2, 3e-3, 0.03, 0.2, 8)
PICTURES = 803


def rates(recipe):
    steps = recipe.steps * recipe.training.epochs
    return [learning_rate(recipe.training.schedule, step) for step in range(steps)]


def test_a_trunk_warms_up_and_then_keeps_its_rate():
    recipe = trunk_recipe(SMALL)
    rate = rates(recipe)
    assert recipe.samples == 9600
    assert len(rate) == 600
    assert rate[:18] == pytest.approx([2e-2 * (step + 1) / 18 for step in range(18)])
    assert set(rate[18:]) == {2e-2}


def test_an_arm_warms_up_keeps_the_trunks_rate_for_a_while_and_falls_to_zero_in_a_straight_line():
    recipe = arm_recipe(PAPER, SMALL, PICTURES)
    rate = rates(recipe)
    assert recipe.samples == 9600
    assert rate[:18] == pytest.approx([2e-2 * (step + 1) / 18 for step in range(18)])
    assert set(rate[18:121]) == {2e-2}
    falls = [before - after for before, after in itertools.pairwise(rate[120:])]
    assert falls == pytest.approx([2e-2 / 480] * len(falls))
    assert rate[-1] == pytest.approx(2e-2 / 480)


def test_adams_rate_is_as_stated_whatever_muons_is():
    for recipe in (trunk_recipe(SMALL), arm_recipe(PAPER, SMALL, PICTURES)):
        optimiser = recipe.training.optimiser
        assert optimiser.kind == "muon"
        assert optimiser.rest * SMALL.rate == pytest.approx(SMALL.plain_rate)


def test_few_crops_are_still_a_step_between_two_points_of_the_curves():
    few = dataclasses.replace(SMALL, crops=16, curve_points=4)
    assert arm_recipe(PAPER, few, PICTURES).steps == trunk_recipe(few).steps == 1


def test_the_published_schedule_sees_all_pictures_and_falls_to_a_tenth_after_its_milestones():
    recipe = arm_recipe(PAPER, dataclasses.replace(SMALL, crops=None), PICTURES)
    rate, steps = rates(recipe), PICTURES // 8
    assert (recipe.batch, recipe.steps, recipe.training.epochs) == (8, steps, 100)
    assert rate[0] == pytest.approx(1e-3 / (3 * steps))
    assert rate[3 * steps] == rate[80 * steps - 1] == pytest.approx(1e-3)
    assert rate[80 * steps] == pytest.approx(1e-4)
    assert rate[93 * steps] == rate[-1] == pytest.approx(1e-5)
    optimiser = recipe.training.optimiser
    assert (optimiser.kind, optimiser.momentum, optimiser.nesterov) == ("sgd", 0.95, True)
    assert recipe.training.average.decay == pytest.approx(0.999)


def test_without_a_share_of_new_weights_no_average_is_kept():
    plain = dataclasses.replace(PAPER, average=0.0)
    assert arm_recipe(plain, dataclasses.replace(SMALL, crops=None), PICTURES).training.average is None


def test_a_trunk_that_imagenets_weights_replace_is_not_trained():
    recipe = trunk_recipe(dataclasses.replace(SMALL, crops=None))
    assert recipe.samples == 0
    assert recipe.training.epochs == 0
