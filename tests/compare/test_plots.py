"""`dvc plots show` finds what dvc.yaml plots; DVC itself only warns about a file that is not there."""

import csv

from repose.foundations.parameters import read_yaml12
from tests.imports import ROOT

PLOTS = {name: plot for entry in read_yaml12(ROOT / "dvc.yaml")["plots"] for name, plot in entry.items()}
PARAMS = read_yaml12(ROOT / "params.yaml")


def test_every_system_has_a_plot_of_its_curves_and_one_of_its_scores():
    assert set(PLOTS) == {
        "claims",
        *(f"{s}_{kind}" for s in PARAMS["systems"] for kind in ("curves", "scores")),
    }


def test_plotted_curves_are_of_declared_runs():
    for name in PARAMS["systems"]:
        declared = {run for group in PARAMS[name].values() if isinstance(group, dict) for run in group}
        for path in PLOTS[f"{name}_curves"]["y"]:
            runs, system, run, seed, file = path.split("/")
            assert (runs, system, seed, file) == ("runs", name, "seed0", "history.csv")
            assert run in declared, path


def test_plotted_scores_have_the_columns_that_the_template_draws():
    assert (ROOT / ".dvc/plots/intervals.json").is_file()
    for plot in PLOTS.values():
        if plot["template"] == "intervals":
            for path, column in plot["y"].items():
                with open(ROOT / path, newline="", encoding="utf-8") as file:
                    columns = set(next(csv.reader(file)))
                published = "published" if column == "row" else "published_effect"
                assert {plot["x"], column, "low", "high", "unit", published} <= columns, path
