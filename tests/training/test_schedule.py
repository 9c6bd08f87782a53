import pytest

from repose.foundations.errors import ReposeError
from repose.training.schedule import Schedule, learning_rate


def rates(schedule: Schedule, *steps: int) -> list[float]:
    return [learning_rate(schedule, step) for step in steps]


def test_constant_stays():
    assert rates(Schedule("constant", 0.5), 0, 7, 1000) == [0.5, 0.5, 0.5]


def test_step_drops_at_each_milestone():
    schedule = Schedule("step", 1e-3, decay=0.1, milestones=(170, 200))
    assert rates(schedule, 0, 169, 170, 199, 200) == pytest.approx([1e-3, 1e-3, 1e-4, 1e-4, 1e-5])


def test_staircase_drops_after_every_so_many_steps():
    schedule = Schedule("staircase", 1e-3, decay=0.96, every=100_000)
    assert rates(schedule, 0, 99_999, 100_000, 250_000) == pytest.approx([1e-3, 1e-3, 0.96e-3, 0.9216e-3])


def test_cosine_warms_up_linearly_and_ends_at_its_floor():
    schedule = Schedule("cosine", 2.0, warmup=4, total=104, floor=0.1)
    assert rates(schedule, 0, 1, 3, 4) == pytest.approx([0.5, 1.0, 2.0, 2.0])
    assert rates(schedule, 54, 104, 500) == pytest.approx([1.1, 0.2, 0.2])


def test_linear_holds_and_then_falls_in_a_straight_line():
    schedule = Schedule("linear", 2.0, warmup=4, hold=10, total=20)
    assert rates(schedule, 0, 3, 9, 10, 15, 20, 30) == pytest.approx([0.5, 2.0, 2.0, 2.0, 1.0, 0.0, 0.0])


@pytest.mark.parametrize(
    "wrong", [{"kind": "cosin"}, {"kind": "cosine"}, {"kind": "staircase"}], ids=lambda w: w["kind"]
)
def test_a_schedule_that_cannot_be_is_refused(wrong):
    with pytest.raises(ReposeError, match="schedule"):
        Schedule(rate=1.0, **wrong)
