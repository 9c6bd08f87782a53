"""Values that are stated by family of runs or by run."""

from repose.training.recipe import value_of


def test_a_run_takes_its_own_value_or_else_that_of_its_family():
    rates = {"cascade": 1e-2, "cascade2": 3e-3}
    assert value_of("cascade2", "cascade", rates) == 3e-3
    assert value_of("cascade3x3", "cascade", rates) == 1e-2
