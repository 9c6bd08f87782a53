"""MLflow in a browser after one run of the whole pipeline: what `make ui` shows of every system."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from repose.foundations.parameters import read_yaml12
from tests.browser import needs_browser, page

pytestmark = [pytest.mark.pipeline, needs_browser]

START_S, SEEN_MS = 600, 120_000
RUNS = {"gcn": "sup_256", "learner": "combined", "fusion": "s3_lsp_h36m", "dgcn": "ad_r50", "hgg": "full"}


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of MLflow's pages on the store of a checkout."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "ui", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--backend-store-uri", f"sqlite:///{folder / 'mlflow/mlflow.db'}"]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with open(folder / "mlflow/ui.log", "w") as log:
        process = subprocess.Popen(
            command,
            cwd=folder / "mlflow",
            env=os.environ | quiet,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def wait_for(address: str, process: subprocess.Popen) -> None:
    """Wait until a server answers."""
    end = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except OSError:
            assert process.poll() is None, "mlflow ui has ended"
            assert time.monotonic() < end, "mlflow ui does not answer"
            time.sleep(0.5)


def ids(folder: Path, system: str, run: str) -> tuple[str, str]:
    """The numbers of an experiment and of a run in it."""
    with closing(sqlite3.connect(folder / "mlflow/mlflow.db")) as database:
        return database.execute(
            "select experiments.experiment_id, run_uuid from runs join experiments using (experiment_id) "
            "where runs.name = ? and experiments.name = ?",
            (run, system),
        ).fetchone()


def test_every_system_is_an_experiment_whose_runs_show_curves_parameters_tags_and_figures(smoke):
    systems = read_yaml12(smoke.folder / "params.yaml")["systems"]
    with served(smoke.folder) as address, page() as browser:
        browser.set_default_timeout(SEEN_MS)
        browser.goto(f"{address}/#/experiments")
        for system in systems:
            browser.get_by_role("link", name=system, exact=True).first.wait_for()
        for system in systems:
            look_at(browser, address, *ids(smoke.folder, system, RUNS[system]), RUNS[system])


def look_at(browser, address: str, experiment: str, run: str, name: str) -> None:
    """Open a run's pages in turn."""
    pages = f"{address}/#/experiments/{experiment}/runs/{run}"
    browser.goto(pages)
    browser.get_by_test_id("runs-header").get_by_text(name, exact=True).wait_for()
    browser.get_by_text("repose.outputs").first.wait_for()  # a tag
    browser.get_by_text(re.compile(r"^scale\.")).first.wait_for()  # parameters
    browser.get_by_role("link", name="loss", exact=True).first.wait_for()  # a number
    browser.goto(f"{pages}/model-metrics")
    browser.locator(".js-plotly-plot .trace").first.wait_for()
    browser.goto(f"{pages}/artifacts/figures/curves.png")
    figure = browser.get_by_alt_text("figures/curves.png")
    figure.wait_for()
    assert figure.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300


def test_the_models_of_trained_systems_are_registered_and_predict(smoke):
    told = smoke.run("python", "-m", "repose", "track", "--models", check=False).stdout.splitlines()
    logged = [line for line in told if line.startswith("models:/")]
    assert len(logged) == 4, told  # the smoke run leaves out fusion's
    code = (
        "import mlflow, sys; mlflow.set_tracking_uri('sqlite:///mlflow/mlflow.db');"
        "models = [mlflow.pyfunc.load_model(name) for name in sys.argv[1:]];"
        "print(*[len(model.predict(model.input_example)) for model in models])"
    )
    names = [line.split(": ")[0] for line in logged]
    assert smoke.run("python", "-W", "ignore", "-c", code, *names).stdout.split() == ["1", "1", "4", "4"]
    with served(smoke.folder) as address, page() as browser:
        browser.goto(f"{address}/#/models")
        browser.get_by_role("link", name="repose-gcn").first.wait_for(timeout=SEEN_MS)
