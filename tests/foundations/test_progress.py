"""Long work shows what is done, how far, how fast and the time left; short work shows nothing."""

import time

import pytest

from repose.foundations.progress import duration, progress, speed


@pytest.mark.parametrize(
    ("seconds", "text"), [(8.24, "8.2 s"), (59.96, "1 min 00 s"), (185, "3 min 05 s"), (7620, "2 h 07 min")]
)
def test_durations_read_well(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(("rate", "text"), [(119.6, "120/s"), (2.5, "2.5/s"), (0.25, "4.0 s each")])
def test_the_speed_of_slow_work_is_not_zero(rate, text):
    assert speed(rate) == text


def test_a_line_now_and_then_where_there_is_no_terminal(monkeypatch, capsys):
    clock = iter([0, 5, 30, 31, 100])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    assert list(progress("abcd", "pictures", 4)) == list("abcd")
    assert capsys.readouterr().err.splitlines() == [
        "pictures: 2/4, 15.0 s each, 30.0 s left",
        "pictures: 4/4, 25.0 s each, 0.0 s left",
    ]
