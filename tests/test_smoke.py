"""The whole pipeline at smoke scale: what it leaves, what it runs again and what it does not."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from repose.foundations.parameters import read_yaml12

pytestmark = pytest.mark.pipeline

MOST_STAGES = 150  # DVC writes the whole lock again after each


def read_rows(path):
    """The rows of a CSV."""
    return list(csv.DictReader(path.read_text().splitlines()))


def set_param(smoke, key, value):
    """Change or add a parameter as `-S` does, without running."""
    editor, path = YAML(), smoke.folder / "params.yaml"
    document = editor.load(path)
    *parents, last = key.split(".")
    section = document
    for parent in parents:
        section = section[parent]
    section[last] = YAML(typ="safe").load(value)
    editor.dump(document, path)


def test_a_second_repro_does_nothing_and_leaves_git_clean(smoke):
    assert "up to date" in smoke.run("dvc", "repro").stdout
    assert smoke.run("git", "status", "--porcelain").stdout == ""


def test_the_stages_that_the_smoke_run_leaves_out_would_run(smoke):
    ran = set(smoke.run("dvc", "stage", "list", "--name-only").stdout.split())
    assert set(smoke.declared) - ran <= set(smoke.rest)
    assert len(smoke.declared) == len(set(smoke.declared)) <= MOST_STAGES


def test_every_picture_and_page_that_a_page_links_is_there(smoke):
    reports = smoke.folder / "reports"
    pages = sorted(reports.rglob("README.md"))
    systems = read_yaml12(smoke.folder / "params.yaml")["systems"]
    assert sorted(page.parent.name for page in pages) == sorted(["reports", "data", *systems])
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if not target.startswith("http"):
                assert (page.parent / target).is_file(), f"{page}: {target}"


def test_a_line_of_a_table_is_found_by_table_row_column_and_metric(smoke):
    for path in (smoke.folder / "reports").glob("*/tables/*.csv"):
        rows = read_rows(path)
        keys = [(row["table"], row["row"], row["column"], row["metric"]) for row in rows]
        assert len(keys) == len(set(keys)), path.name
        assert any(row["published"] for row in rows)


def test_every_claim_has_a_verdict(smoke):
    rows = read_rows(smoke.folder / "reports" / "claims.csv")
    assert len({row["id"] for row in rows}) == len(rows) > 20
    assert {row["verdict"] for row in rows} <= {"agrees", "disagrees", "undecided", "not testable here"}


def test_reports_and_runs_name_no_machine_and_no_time(smoke):
    for path in [*(smoke.folder / "reports").rglob("*.*"), *(smoke.folder / "runs").rglob("*.json")]:
        if path.suffix in {".md", ".csv", ".json", ".tex"}:
            text = path.read_text()
            assert str(smoke.folder) not in text, path
            assert not re.search(r"20\d\d-\d\d-\d\d|\d\d:\d\d:\d\d", text), path


def test_the_lock_holds_no_path_of_the_machine(smoke):
    assert str(Path.home()) not in (smoke.folder / "dvc.lock").read_text()
    assert str(smoke.folder) not in (smoke.folder / "dvc.lock").read_text()


def test_a_run_made_again_has_the_same_bytes(editable):
    before = (editable.folder / "dvc.lock").read_bytes()
    editable.run("dvc", "repro", "--force", "--no-run-cache", "--single-item", "gcn@sup_256")
    assert (editable.folder / "dvc.lock").read_bytes() == before


def test_the_world_made_again_has_the_same_bytes(editable):
    before = (editable.folder / "dvc.lock").read_bytes()
    editable.run("dvc", "repro", "--force", "--no-run-cache", "--single-item", "world@mpi_inf_3dhp")
    assert (editable.folder / "dvc.lock").read_bytes() == before


def test_a_data_set_that_moves_is_converted_again_and_nothing_else_runs(editable, tmp_path):
    moved = shutil.copytree(editable.folder / "data/native/lsp", tmp_path / "lsp")
    set_param(editable, "datasets.lsp.root", str(moved))
    output = editable.run("dvc", "repro").stdout
    ran = [line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")]
    assert ran == ["world@lsp", "convert@lsp"]  # the world draws it no more


def test_an_ablation_from_the_command_line_is_an_experiment_with_its_row_and_its_mlflow_run(editable):
    settings = ("-S", "+gcn.runs.tiny.channels=64", "-S", "aux.classes=20", "-n", "tiny")
    output = editable.run("dvc", "exp", "run", *settings).stdout
    ran = {line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")}
    assert ran == {"labels@20", "gcn@sup_256", "gcn@tiny", "score_gcn", "report_gcn", "front"}
    text = (editable.folder / "reports/gcn/README.md").read_text()
    assert "| tiny |" in text
    rows = read_rows(editable.folder / "reports/gcn/tables/table-1.csv")
    supervised = [row for row in rows if row["row"] == "supervised GN/256" and row["metric"] == "p1_gt"]
    assert supervised[0]["published"] == "38.72"
    assert supervised[0]["measured"] == ""  # made with 20 classes, not the row's 100
    assert "tiny" in json.loads(editable.run("dvc", "metrics", "show", "--json").stdout).__repr__()
    assert "tiny" in runs_in_mlflow(editable)


def runs_in_mlflow(smoke):
    code = (
        "import mlflow; mlflow.set_tracking_uri('sqlite:///mlflow/mlflow.db');"
        "print(mlflow.search_runs(search_all_experiments=True)['tags.mlflow.runName'].tolist())"
    )
    return smoke.run("python", "-W", "ignore", "-c", code).stdout


def test_every_training_is_in_mlflow_and_track_adds_nothing_twice(smoke):
    names = runs_in_mlflow(smoke)
    assert all(run in names for run in ("sup_256", "base_410", "combined"))
    assert "0 added" in smoke.run("python", "-m", "repose", "track").stdout


def test_numbers_from_the_command_line_are_numbers(editable):
    set_param(editable, "gcn.train.gt.rate", "1e-5")
    assert read_yaml12(editable.folder / "params.yaml")["gcn"]["train"]["gt"]["rate"] == 1e-5


@pytest.mark.full
def test_experiments_in_temporary_copies_and_queues_share_one_store(editable):
    editable.run("dvc", "exp", "run", "--temp", "-S", "+gcn.runs.temporary.channels=32")
    for name in ("queued_a", "queued_b"):
        editable.run("dvc", "exp", "run", "--queue", "-S", f"+gcn.runs.{name}.channels=32")
    editable.run("dvc", "queue", "start", "-j", "2")
    editable.run(
        "bash",
        "-c",
        "for i in $(seq 200); do dvc queue status | grep -Eq 'Running|Queued' || break; sleep 2; done",
    )
    names = runs_in_mlflow(editable)
    assert all(name in names for name in ("temporary", "queued_a", "queued_b"))
