import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from repose.training.store import flattened
from repose.training.tracking import tracked

ROWS = [{"epoch": e, "rate": 0.1, "loss": [1.0 / e, 3.0 / e]} for e in (1, 2, 3)]
TRAINING = """
import json, os, sys
from pathlib import Path
from repose.training.tracking import tracked
rows, name, resume, end = json.loads(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
folder = Path("runs/gcn") / name
with tracked("gcn", name, {"model": {"width": 8}}, [0, 5], {"device": "cpu"}, 64, Path(resume)) as tracker:
    for row in rows:
        tracker.epoch(row)
    if end == "die":
        tracker.process.stdin.close()
        tracker.process.wait()
        os._exit(9)
    for index, seed in enumerate((0, 5)):
        (folder / f"seed{seed}").mkdir(parents=True, exist_ok=True)
        lines = ["epoch,rate,loss", *(f"{r['epoch']},{r['rate']},{r['loss'][index]}" for r in rows)]
        (folder / f"seed{seed}/history.csv").write_text("\\n".join(lines) + "\\n")
    (folder / "run.json").write_text('{"seeds": [0, 5], "configuration": {"model": {"width": 8}}}')
    (folder / "curve.png").write_bytes(b"a picture")
    tracker.finish(folder, {"mpjpe": [50.0, 52.0]}, [folder / "curve.png"])
"""


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("DVC_STAGE", "gcn@full")
    monkeypatch.delenv("REPOSE_TRACKING", raising=False)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return tmp_path


def training(root: Path, name: str = "full", rows=ROWS, end: str = "well") -> subprocess.Popen:
    command = [sys.executable, "-c", TRAINING, json.dumps(rows), name, str(root / "resume"), end]
    return subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True)


def query(root: Path, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(root / "mlflow" / "mlflow.db")) as database:
        return database.execute(sql).fetchall()


def curve(root: Path, run: str, metric: str) -> list[tuple]:
    return query(
        root,
        "select step, round(value, 4) from metrics join runs using (run_uuid) "
        f"where name = '{run}' and key = '{metric}' order by step",
    )


def test_parameters_are_named_by_their_path():
    nested = {"model": {"width": 8, "blocks": [1, 2]}, "rate": 1e-3}
    assert flattened(nested) == {"model.width": "8", "model.blocks": "[1, 2]", "rate": "0.001"}


def test_switched_off_it_starts_nothing(root, monkeypatch):
    monkeypatch.setenv("REPOSE_TRACKING", "off")
    with tracked("gcn", "full", {}, [0], {}) as tracker:
        tracker.epoch({"epoch": 1, "loss": 1.0})
        tracker.finish(root)
    assert tracker.process is None
    assert not (root / "mlflow").exists()


def test_a_store_that_cannot_be_written_is_one_line_and_no_harm(root):
    (root / "mlflow").write_text("a file is in the way")
    with training(root) as process:
        _, errors = process.communicate()
    assert process.returncode == 0
    assert len(errors.splitlines()) == 1
    assert errors.startswith("warning: not tracked in MLflow")


def test_without_mlflow_it_is_one_line_and_no_harm(root, monkeypatch):
    (root / "mlflow.py").write_text("raise ImportError('no mlflow here')")
    monkeypatch.setenv("PYTHONPATH", str(root))
    with training(root) as process:
        _, errors = process.communicate()
    assert process.returncode == 0
    assert errors == "warning: not tracked in MLflow (ImportError: no mlflow here)\n"


@pytest.mark.slow
def test_a_training_is_a_run_with_a_child_a_seed_and_is_not_added_again(root):
    with training(root) as process:
        assert process.communicate()[1] == ""
    runs = dict(query(root, "select name, status from runs"))
    assert runs == dict.fromkeys(["full", "full seed 0", "full seed 5"], "FINISHED")
    assert curve(root, "full seed 5", "loss") == [(1, 3.0), (2, 1.5), (3, 1.0)]
    assert curve(root, "full", "loss") == [(1, 2.0), (2, 1.0), (3, 0.6667)]
    assert curve(root, "full", "final_mpjpe") == [(0, 51.0)]
    trained, spent = (curve(root, "full", f"final_{name}_s")[0][1] for name in ("training", "spent"))
    assert 0 < trained < spent < 60
    tags = dict(query(root, "select key, value from tags join runs using (run_uuid) where name = 'full'"))
    assert {"stage", "dvc_exp", "device", "repose.outputs"} <= tags.keys()
    assert query(root, "select distinct key, value from params") == [("model.width", "8")]
    for name in ("curve.png", "curves.png"):  # of the training's own, and of its curves
        assert len(list((root / "mlflow" / "artifacts" / "gcn").rglob(f"figures/{name}"))) == 1

    track = [sys.executable, "-m", "repose", "track"]
    told = subprocess.run(track, cwd=root, capture_output=True, text=True)
    assert (told.stdout, told.stderr) == ("0 added to MLflow\n", "")
    (root / "runs" / "gcn" / "full").rename(root / "runs" / "gcn" / "cached")
    record = json.loads((root / "runs" / "gcn" / "cached" / "run.json").read_text())
    (root / "runs" / "gcn" / "cached" / "run.json").write_text(json.dumps(record | {"other": True}))
    shorter = shutil.copytree(root / "runs/gcn/cached", root / "shorter")
    (shorter / "run.json").write_text(json.dumps(record | {"share": 0.5}))
    (root / "runs/gcn/cached/ladder").mkdir()
    shorter.rename(root / "runs/gcn/cached/ladder/0.5")
    told = subprocess.run(track, cwd=root, capture_output=True, text=True)
    assert (told.stdout, told.stderr) == ("gcn/cached\ngcn/cached@0.5\n2 added to MLflow\n", "")
    for name in ("cached", "cached@0.5"):
        assert curve(root, name, "loss") == curve(root, "full", "loss")
    rungs = "select value from tags join runs using (run_uuid) where name = 'cached@0.5' and key = 'rung'"
    assert query(root, rungs) == [("0.5",)]


@pytest.mark.slow
def test_a_killed_training_goes_on_in_its_run_without_a_point_twice(root):
    (root / "resume").mkdir()
    with training(root, rows=ROWS[:2], end="die") as process:
        assert process.wait() == 9
    assert dict(query(root, "select name, status from runs"))["full"] == "KILLED"
    with training(root, rows=ROWS[1:]) as process:  # its checkpoint was one epoch behind its log
        assert process.communicate()[1] == ""
    assert dict(query(root, "select name, status from runs"))["full"] == "FINISHED"
    assert len(query(root, "select name from runs")) == 3
    assert curve(root, "full", "loss") == [(1, 2.0), (2, 1.0), (3, 0.6667)]


@pytest.mark.slow
def test_several_processes_start_on_a_store_that_does_not_exist(root):
    processes = [training(root, f"run{k}") for k in range(3)]
    for process in processes:
        assert process.communicate()[1] == ""
        assert process.returncode == 0
    assert query(root, "select count(*) from runs where status = 'FINISHED'") == [(9,)]
    assert query(root, "select artifact_location from experiments where name = 'gcn'") == [
        ((root / "mlflow" / "artifacts" / "gcn").as_uri(),)
    ]


@pytest.mark.slow
def test_another_store_may_be_named(root, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{root}/elsewhere.db")
    with training(root) as process:
        assert process.communicate()[1] == ""
    assert not (root / "mlflow").exists()
    assert os.path.getsize(root / "elsewhere.db") > 0
