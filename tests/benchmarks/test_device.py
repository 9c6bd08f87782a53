import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from benchmarks.device import TRAININGS, Bound, Findings, digest, read_params
from tests.imports import ROOT

ABSENT = ("dvc", "mlflow", "ruamel", "matplotlib", "pandas")  # from a bare machine


@pytest.fixture
def bare(tmp_path):
    """The environment of a machine without the packages of ABSENT and without an installed project."""
    folder = tmp_path / "absent"
    folder.mkdir()
    for name in ABSENT:
        (folder / f"{name}.py").write_text(f"raise ModuleNotFoundError({name!r}, name={name!r})\n")
    known = {key: value for key, value in os.environ.items() if key != "REPOSE_TRACKING"}
    return known | {"PYTHONPATH": f"{folder}:src", "OMP_NUM_THREADS": "1"}


def check(environment, out: Path, *arguments):
    command = [sys.executable, "-m", "benchmarks.device", "--quick", "--out", str(out), *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.slow
def test_a_bare_machine_without_a_gpu_checks_every_family_against_itself(bare, tmp_path):
    done = check(bare, tmp_path, "--device", "cpu")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not tracked" not in done.stderr
    text = (tmp_path / "device.md").read_text()
    assert done.stdout.strip().endswith(text.strip())  # after what the readers say of their files
    assert f"torch {torch.__version__}" in text
    for training in TRAININGS:
        rows = [
            line for line in text.splitlines() if line.startswith(f"| {training.system} {training.run}, ")
        ]
        numbers = 1 if training.score is None else 2  # loss and score, those of the same device
        assert len(rows) == numbers + 1
        assert all(row.endswith(": good |") for row in rows)
        assert sum("| 0 " in row for row in rows) == numbers
    for what in ("samples/s", "TFLOP/s", "pictures/s"):
        assert what in text


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_one_line(bare, tmp_path):
    done = check(bare, tmp_path, "--device", "cuda")
    assert done.returncode == 1
    assert done.stderr.startswith("error: device: cuda asked for, but no GPU found")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "device.md").exists()


def test_every_stage_starts_without_the_packages_of_the_pipeline(bare):
    code = "import importlib, sys; [importlib.import_module(f'stages.{name}') for name in sys.argv[1:]]"
    names = [path.stem for path in sorted((ROOT / "stages").glob("*.py"))]
    done = subprocess.run(
        [sys.executable, "-c", code, *names], cwd=ROOT, env=bare, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_trainings_are_runs_that_the_parameters_declare_and_parents_come_first():
    params, seen = read_params(), set()
    for training in TRAININGS:
        families = [f for name, f in params[training.system].items() if name != "train"]
        entries = [f[training.run] for f in families if isinstance(f, dict) and training.run in f]
        assert len(entries) == (training.run != "trunk")  # hgg's, which all of its runs begin with
        assert all(entry.get("parent", "") in seen | {""} for entry in entries)
        seen.add(training.run)


def test_a_number_beyond_its_bound_fails_with_a_line_and_so_does_one_that_is_none():
    findings = Findings()
    findings.compare("near", 100.0, 104.0, Bound("mm", 5.0))
    findings.compare("far", 100.0, 106.0, Bound("mm", 5.0))
    findings.compare("no number", 100.0, float("nan"), Bound("mm", 5.0))
    findings.compare("points", 1.0, 2.5, Bound("pckh", 2.0, "points"))
    assert findings.failures == [
        "far: 100 and 106, 6 % apart, at most 5",
        "no number: 100 and nan, nan % apart, at most 5",
    ]
    assert [row[3].endswith("**failed**") for row in findings.rows] == [False, True, True, False]


def test_an_error_is_a_finding_and_the_next_check_goes_on():
    findings = Findings()
    with findings.attempt("first"):
        raise RuntimeError("no deterministic\nimplementation")
    with findings.attempt("second"):
        findings.check("second", ("", "1"), "equal", True)
    assert findings.failures == ["first: RuntimeError: no deterministic implementation"]
    assert findings.rows[1:] == [("second", "", "1", "equal: good")]


def test_the_digest_is_that_of_all_seeds_and_empty_without_a_run(tmp_path):
    for seed in (0, 1):
        (tmp_path / f"seed{seed}").mkdir()
        (tmp_path / f"seed{seed}" / "model.safetensors").write_bytes(bytes([seed]))
    before = digest(tmp_path)
    (tmp_path / "seed1" / "model.safetensors").write_bytes(b"other")
    assert len(before) == 12
    assert before != digest(tmp_path)
    assert digest(tmp_path / "none") == ""
