"""The smoke run: the whole pipeline once, at smoke scale, in a scratch copy that all pipeline tests read."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
KEPT_RUNS = {  # one run of each kind; the others are checked by a dry run
    "gcn": {
        "runs": ["sup_256"],
        "class_runs": ["sup50_128"],
        "free_runs": ["base_410", "gn_256", "martinez"],
    },
    "learner": {"runs": ["combined", "cascade3x3"]},
    "fusion": {
        "stage1": ["s1_lsp"],
        "stage2": ["s2_lsp_h36m"],
        "stage3": ["s3_lsp_h36m"],
        "solo2": ["solo2_h36m"],
        "solo3": ["solo3_h36m_h36m"],
    },
    "dgcn": {"trunks": ["trunk_r50"], "runs": ["base_r50", "ad_r50", "base_crowd"]},
}


class Checkout:
    """A scratch copy of the project with its own Git history, DVC cache and MLflow store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.declared: list[str] = []  # all stages of the project
        self.rest: list[str] = []  # those that the smoke run leaves out, as a dry run lists them

    def run(self, *command: str, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the copy, with the copy's own package."""
        known = {key: value for key, value in os.environ.items() if not key.startswith(("DVC", "MLFLOW"))}
        own = {"PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONPATH": str(self.folder / "src")}
        own |= {"DVC_NO_ANALYTICS": "1", "MLFLOW_DISABLE_TELEMETRY": "true"}
        environment = known | own | variables
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
        return done

    def commit(self, message: str = "state") -> None:
        """Commit everything."""
        self.run("git", "add", "-A")
        self.run("git", "commit", "-q", "--allow-empty", "-m", message)

    def planned(self, *targets: str) -> list[str]:
        """The stages that `dvc repro` would run."""
        lines = self.run("dvc", "repro", "--dry", *targets).stdout.splitlines()
        return [line.split("'")[1] for line in lines if line.startswith("Running stage")]


def copy_project(folder: Path) -> Checkout:
    """A copy of every file that Git knows or would know."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    checkout = Checkout(folder)
    checkout.run("git", "init", "-q")
    checkout.run("git", "config", "user.name", "smoke")
    checkout.run("git", "config", "user.email", "smoke@localhost")
    return checkout


def keep_runs(params: Path) -> None:
    """Leave one run of each kind in the parameters."""
    editor = YAML()
    document = editor.load(params)
    for system, families in KEPT_RUNS.items():
        for family, kept in families.items():
            entries = document[system][family]
            for name in [name for name in entries if name not in kept]:
                del entries[name]
    editor.dump(document, params)


def stand_in_for_parents(checkout: Checkout) -> list[Path]:
    """Empty folders for runs that others start from: a dry run ends at a dependency that is not there."""
    families = {"fusion_": "runs/fusion", "dgcn": "runs/dgcn"}
    named = [
        checkout.folder / folder / name.partition("@")[2]
        for start, folder in families.items()
        for name in checkout.declared
        if name.startswith(start) and "@" in name
    ]
    missing = [path for path in named if not path.exists()]
    for folder in missing:
        folder.mkdir()
    return missing


@pytest.fixture(scope="session")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The pipeline after one `dvc repro` at smoke scale, committed."""
    checkout = copy_project(tmp_path_factory.mktemp("smoke"))
    (checkout.folder / "dvc.lock").unlink(missing_ok=True)
    checkout.run(sys.executable, "-m", "repose", "scale", "smoke")
    params = checkout.folder / "params.yaml"
    every_run = params.read_text()
    keep_runs(params)
    checkout.commit()
    checkout.run("dvc", "repro")
    checkout.commit("smoke")
    few_runs = params.read_text()
    params.write_text(every_run)
    checkout.declared = checkout.run("dvc", "stage", "list", "--name-only").stdout.split()
    stood_in = stand_in_for_parents(checkout)
    checkout.rest = checkout.planned()
    for folder in stood_in:
        folder.rmdir()
    params.write_text(few_runs)
    return checkout


@pytest.fixture
def editable(smoke):
    """The smoke run, put back as it was after the test."""
    yield smoke
    smoke.run("git", "reset", "-q", "--hard")  # DVC stages what it writes
    smoke.run("dvc", "checkout", "-q", "--force", check=False)
    smoke.run("git", "clean", "-qfd", "src", "stages", "runs", "data", "reports", check=False)
