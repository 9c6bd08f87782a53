import pytest
from torch import nn

from benchmarks.learning import legs
from benchmarks.learning.legs import Point, learn
from benchmarks.learning.page import draw, page
from benchmarks.learning.system import Line
from benchmarks.rates import apply_changes
from repose.foundations.errors import ReposeError

NUMBERS = {"AP": 0.25, "AP50": 0.5}


class Told:
    """A system that writes down what it is asked for."""

    def __init__(self):
        self.runs, self.asked = ("one", "two"), []

    def crops(self, run):
        return 40 if run else 100

    def recipe(self, run, crops, warmup):
        self.asked.append((run, crops, warmup))
        return run, crops

    def network(self, run, seed, trunk=None):
        assert (trunk is None) == (run is None)
        return nn.Linear(1, 1) if run else nn.Identity()


@pytest.fixture
def taught(monkeypatch):
    """The trainings in their order, none of them done."""
    done = []

    def trained(system, run, network, recipe, state, seed, name):
        done.append((name, state, seed))
        return {"after": name}

    def judged(system, run, network, times, crops):
        return [Point(times, crops, run, NUMBERS, NUMBERS)]

    monkeypatch.setattr(legs, "trained", trained)
    monkeypatch.setattr(legs, "judged_points", judged)
    return done


def test_the_trunk_goes_on_from_one_time_to_the_next_and_warms_up_once(taught):
    system = Told()
    list(learn(system, [0.5, 1.0, 4.0], 3))
    assert [asked for asked in system.asked if asked[0] is None] == [
        (None, 50, 2.0),
        (None, 50, 0.0),
        (None, 300, 0.0),
    ]
    trunks = [entry for entry in taught if entry[0].startswith("trunk")]
    assert [seed for *_, seed in trunks] == [3, 4, 5]
    assert [state and state["after"] for _, state, _ in trunks] == [
        None,
        "trunk to 0.5 times",
        "trunk to 1 times",
    ]


def test_every_run_branches_off_after_every_leg_with_crops_of_its_own(taught):
    system = Told()
    *_, points = learn(system, [1.0, 2.0], 0)
    assert [(point.way, point.crops) for point in points] == [
        ("one", 140),
        ("two", 140),
        ("one", 280),
        ("two", 280),
    ]
    assert [asked for asked in system.asked if asked[0] == "two"] == [("two", 40, 1.0), ("two", 80, 1.0)]
    assert [state["after"] for name, state, _ in taught if name.startswith("two")] == [
        "trunk to 1 times",
        "trunk to 2 times",
    ]


def test_the_page_names_its_command_and_every_point(tmp_path):
    points = [Point(times, round(1000 * times), "ae", NUMBERS, NUMBERS) for times in (0.5, 1.0)]
    text = page("hgg", "associative embedding", points, ["--system", "hgg", "rate=0.01"])
    assert "# What more time teaches associative embedding\n" in text
    assert "`python -m benchmarks.learning --system hgg rate=0.01`:" in text
    assert "- 0.5 times, 500 crops, ae: AP 0.250, AP50 0.500; on pictures trained on AP 0.250" in text
    draw("associative embedding", [Line("ae", "ae", "AP", "#2f7fd6")], points, tmp_path / "learning.png")
    assert (tmp_path / "learning.png").stat().st_size > 1000


def test_a_change_may_be_a_path_and_an_unknown_one_is_one_line():
    train, network = {"rate": 1.0}, {"tags": 4}
    scale = {"train": train, "network": network, "loss": {"tags": 1.0}}
    apply_changes(["rate=2.0e-2", "tags=8", "loss.tags=0.5"], train, network, scale)
    assert (train["rate"], network["tags"], scale["loss"]["tags"]) == (0.02, 8, 0.5)
    for change in ("speed=1", "loss.speed=1", "rate.speed=1"):
        with pytest.raises(ReposeError, match=f"{change}: no such key, expected one of rate"):
            apply_changes([change], train, network, scale)
