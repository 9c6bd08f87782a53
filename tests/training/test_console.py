import re

from repose.training import console
from tests.training import tiny


def test_a_short_training_says_nothing(capsys):
    tiny.run(3)
    assert capsys.readouterr().err == ""


def test_without_a_terminal_there_is_a_line_an_epoch(capsys, monkeypatch):
    monkeypatch.setattr(console, "LINE_S", 0.0)
    tiny.run(2)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert re.fullmatch(r"tiny: epoch 1/2, loss \S+, error \S+, \d+ samples/s, \d+ s left", lines[0])


def test_on_a_terminal_there_is_a_bar_with_the_loss(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    tiny.run(2)
    shown = capsys.readouterr().err
    assert shown.startswith("\rtiny:")
    assert "\n" not in shown
    with console.Console("bar", 1, 0, 2, 4) as bar:
        bar.advance(1, 0.25)
        bar.bar.refresh()
    assert "loss=0.25" in capsys.readouterr().err
