"""Trainings at shares of their length, and in parts."""

import dataclasses

import pytest

from repose.lifting.ladder import budgets
from repose.lifting.recipe import PaperTraining, SmallTraining, even_points, make_recipe

PAPER = PaperTraining(24, 210, 1e-3, 0.1, milestones=(170, 200))
SMALL = SmallTraining(3000, 64, "adam", 3e-3, 120, 0.1, 20)


@pytest.mark.parametrize("parts", [1, 2, 3])
@pytest.mark.parametrize("share", [1.0, 0.25])
def test_parts_share_the_steps_and_each_has_a_complete_schedule(parts, share):
    recipe = make_recipe(PAPER, SMALL, 10_000, share, parts)
    assert recipe.samples * parts == 3000 * 64 * share
    schedule = recipe.training.schedule
    assert schedule.total == recipe.steps * recipe.training.epochs
    assert schedule.warmup == 120 * share / parts


def test_a_paper_s_schedule_shrinks_as_a_whole():
    published = dataclasses.replace(SMALL, steps=None)
    full, half = (make_recipe(PAPER, published, 2400, share) for share in (1.0, 0.5))
    assert half.samples == full.samples / 2
    assert half.training.schedule.milestones == (8500, 10_000)
    assert full.training.schedule.milestones == (17_000, 20_000)


def test_points_of_a_curve_leave_few_steps_over():
    assert [even_points(steps, 20) for steps in (3000, 750, 250, 4, 333, 1)] == [20, 15, 10, 4, 15, 1]


def test_a_ladder_adds_shorter_trainings_with_places_of_their_own(tmp_path):
    full, short = budgets(PAPER, SMALL, 10_000, [0.25])
    assert (full.called("run"), short.called("run")) == ("run", "run@0.25")
    assert (full.inside(tmp_path), short.inside(tmp_path)) == (tmp_path, tmp_path / "ladder/0.25")
    assert short.recipe.samples == full.recipe.samples / 4
