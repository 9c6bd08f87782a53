"""The MLflow store of the checkout: `mlflow/mlflow.db` under the project's root, shared by all processes.

Two processes that create the database at once would break it, and an experiment remembers the folder of the
process that creates it; so both are created under a file lock, with a fixed place for artifacts.
"""

import contextlib
import fcntl
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from repose.training.root import project_root

OUTPUTS = "repose.outputs"  # the tag that says which outputs a run describes


def connect(experiment: str) -> tuple[Any, str]:
    """A client of the store and the id of an experiment, both created where they are missing."""
    folder, given = store_folder(), os.environ.get("MLFLOW_TRACKING_URI")
    if not given:
        with locked(folder):  # report a store that cannot be written before the slow import
            pass
    # MLflow's small edition needs no pandas, nor does this log: it starts in a quarter less time.
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
    mlflow = quiet_mlflow()
    artifacts = None if given else (folder / "artifacts" / experiment).as_uri()
    with locked(folder) if not given else contextlib.nullcontext():
        client = mlflow.MlflowClient(store_uri())
        known = client.get_experiment_by_name(experiment)
        if known:
            return client, known.experiment_id
        return client, client.create_experiment(experiment, artifacts, described(experiment))


def quiet_mlflow() -> Any:
    """MLflow, which calls nobody and prints nothing but errors."""
    os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true", GIT_PYTHON_REFRESH="quiet")
    os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
    import mlflow

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return mlflow


def store_folder() -> Path:
    """Where the store is, if no other is named."""
    return project_root() / "mlflow"


def store_uri() -> str:
    """The store, as MLflow names it."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{store_folder() / 'mlflow.db'}"


def described(experiment: str) -> dict[str, str]:
    """The tags by which MLflow shows an experiment as one of trainings, described by the docstring of the
    method's own room."""
    kind = {"mlflow.experimentKind": "custom_model_development"}
    try:
        return kind | {"mlflow.note.content": (import_module(f"repose.{experiment}").__doc__ or "").strip()}
    except ModuleNotFoundError:
        return kind


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder of a store for this process alone, after checking that it is writable."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # MLflow itself would retry for an hour on a database that cannot be written.
        with contextlib.closing(sqlite3.connect(folder / "mlflow.db", timeout=20)) as database:
            database.execute("BEGIN IMMEDIATE")
            database.rollback()
        yield


def source_tags() -> dict[str, str]:
    """Which stage of which commit and experiment this is."""
    commit = git("rev-parse", "HEAD")
    tags = {
        "stage": os.environ.get("DVC_STAGE", ""),
        "dvc_exp": os.environ.get("DVC_EXP_NAME", "workspace"),
        "dvc_baseline": os.environ.get("DVC_EXP_BASELINE_REV", ""),
        "git_commit": commit,
        "git_dirty": str(bool(git("status", "--porcelain", "--untracked-files=no"))).lower(),
        "mlflow.source.git.commit": commit,
        "mlflow.source.name": os.environ.get("DVC_STAGE", ""),
    }
    return {key: value for key, value in tags.items() if value}


def git(*arguments: str) -> str:
    """What git prints; nothing if there is no repository."""
    try:
        return subprocess.run(["git", *arguments], capture_output=True, text=True, timeout=20).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def flattened(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested parameters as `model.width` → text."""
    flat: dict[str, str] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= flattened(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat
