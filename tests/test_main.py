"""The command line as a user meets it."""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from repose.commands import COMMANDS
from repose.commands.score import truth_of
from repose.foundations.errors import ReposeError
from tests.datasets.native import write_lsp
from tests.imports import ROOT, SOURCE
from tests.metrics.test_score import predictions, table

HEAVY = {"torch", "numpy", "mlflow", "dvc", "scipy", "matplotlib", "shtab", "ruamel", "yaml"}


def repose(*arguments, folder=ROOT):
    command = [sys.executable, "-m", "repose", *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment)


def failed(done, *words, status=1):
    """It ended in one line of error with these words."""
    assert done.returncode == status, done.stdout
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert all(word in done.stderr for word in words), done.stderr


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from repose.__main__ import parser; parser().format_help();"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert not HEAVY & set(done.stdout.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_an_example_that_it_understands(command):
    from repose.__main__ import parser

    with pytest.raises(SystemExit), pytest.MonkeyPatch.context() as patch:
        shown = []
        patch.setattr("sys.stdout.write", shown.append)
        parser().parse_args([command, "--help"])
    text = "".join(shown)
    assert "exit status: 0 " in text
    examples = [
        line.split("repose ")[1] for line in text.splitlines() if line.startswith("  python -m repose")
    ]
    assert examples
    for example in examples:
        words = example.partition(" >")[0].split()
        assert words[0] == command
        parser().parse_args(words)


def test_the_version_is_that_of_the_package():
    assert repose("--version").stdout == f"repose {version('repose')}\n"


def test_a_shell_completes_commands_options_and_files():
    script = repose("--print-completion", "bash").stdout
    assert "complete -o" in script
    assert all(f"_shtab_repose_{command}_option_strings" in script for command in COMMANDS)
    assert "--longest-px" in script
    assert "_shtab_repose_score___truth_COMPGEN=_shtab_compgen_files" in script
    assert subprocess.run(["bash", "-n"], input=script, text=True).returncode == 0


def test_score_prints_a_table_or_a_line_of_json_for_every_file(tmp_path):
    table().save(tmp_path / "truth.npz")
    file = predictions(tmp_path)
    done = repose("score", file, file, "--truth", tmp_path / "truth.npz")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("mean of actions") == 2
    assert "10 of 10 frames of h36m test, 16 joints" in done.stdout
    lines = repose("score", file, file, "--truth", tmp_path / "truth.npz", "--json").stdout.splitlines()
    facts, again = map(json.loads, lines)
    assert facts == again
    assert (facts["frames"], facts["rows"][-1]["name"]) == (10, "mean of frames")
    assert f"{facts['rows'][-1]['mpjpe']:.2f}" in done.stdout.splitlines()[-2]


def test_the_name_of_predictions_says_which_table_they_are_scored_against(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("h36m/test", "occlusion_person/val"):
        table().save(tmp_path / f"data/poses/{name}.npz")
    assert truth_of(tmp_path / "occlusion_person-test.npz") == Path("data/poses/occlusion_person/val.npz")
    assert truth_of(tmp_path / "mine.npz") == Path("data/poses/h36m/test.npz")
    with pytest.raises(ReposeError, match="no pose table of flic-test in data/poses"):
        truth_of(tmp_path / "flic-test.npz")


def test_a_missing_file_is_one_line_and_status_1(tmp_path):
    table().save(tmp_path / "truth.npz")
    failed(repose("score", tmp_path / "none.npz", "--truth", tmp_path / "truth.npz"), "none.npz")


def test_outside_of_a_checkout_commands_work_or_say_what_is_missing(tmp_path):
    write_lsp(tmp_path / "lsp")
    done = repose("check", "lsp", tmp_path / "lsp", "--json", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["splits"]["train"]["skeleton"] == "lsp14"
    failed(repose("score", predictions(tmp_path), folder=tmp_path), "no truth given", "--truth")
    failed(repose("check", "--all", folder=tmp_path), "params.yaml", "root")
    failed(repose("scale", "smoke", folder=tmp_path), "params.yaml", "root")
    failed(repose("diagram", folder=tmp_path), "dvc.yaml", "root")
    failed(repose("smoke", folder=tmp_path), "dvc.yaml", "checkout")
    failed(repose("bench", folder=tmp_path), "benchmarks", "checkout")
    failed(repose("repro", folder=tmp_path), "not inside of a DVC repository")


def test_wrong_usage_is_status_2_and_a_question_without_an_object_too(tmp_path):
    assert repose("scale", "huge").returncode == 2
    assert repose("nonsense").returncode == 2
    failed(repose("check", "--all", "mpii"), "either the name of a data set or --all")
