import subprocess
import sys

from tests.imports import ROOT
from tests.metrics.test_score import predictions, table


def repose(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "repose", *map(str, arguments)], capture_output=True, text=True, cwd=ROOT
    )


def test_score_prints_a_table_for_every_file(tmp_path):
    table().save(tmp_path / "truth.npz")
    file = predictions(tmp_path)
    done = repose("score", file, file, "--truth", tmp_path / "truth.npz")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("mean of actions") == 2
    assert "10 of 10 frames of h36m test, 16 joints" in done.stdout


def test_a_missing_file_is_one_line_and_status_1(tmp_path):
    table().save(tmp_path / "truth.npz")
    done = repose("score", tmp_path / "none.npz", "--truth", tmp_path / "truth.npz")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
