"""`repose track --models` on a tiny run: in processes of its own, as MLflow keeps much in its modules."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from ruamel.yaml import YAML

from tests.gcn.test_stage import project as project
from tests.imports import ROOT
from tests.models.test_predictors import points_of_test, train

LOAD = """
import mlflow, numpy as np
mlflow.set_tracking_uri("sqlite:///mlflow/mlflow.db")
model = mlflow.pyfunc.load_model("models:/repose-gcn/1")
size = {"width_px": 1000.0, "height_px": 1000.0}
np.save("found.npy", model.predict(np.load("points.npy"), size))
example = model.predict(model.input_example)  # with the size that is the default
print(model.metadata.signature.inputs, model.metadata.signature.outputs, example.shape)
"""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key != "REPOSE_TRACKING"}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=kept)


@pytest.mark.slow
def test_the_headline_run_is_logged_once_as_a_model_that_predicts_like_it(project, tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    train(project, "gcn", "sup_128")
    editor = YAML()
    params = editor.load(ROOT / "params.yaml")
    params["headline"] = {"gcn": "sup_128", "hgg": "full"}
    editor.dump(params, tmp_path / "params.yaml")

    first, again = (python("-m", "repose", "track", "--models") for _ in range(2))
    missing = "hgg/full: not trained, so there is no model to log; `dvc repro` trains it"
    runs = ["gcn/sup_128", "gcn/sup_128@0.5", "2 added to MLflow"]
    assert first.stdout.splitlines() == [*runs, "models:/repose-gcn/1: gcn/sup_128", missing]
    logged_before = "models:/repose-gcn/1: gcn/sup_128, logged before"
    assert again.stdout.splitlines() == ["0 added to MLflow", logged_before, missing]
    assert (first.stderr, first.returncode, again.returncode) == ("", 1, 1)

    (model,) = (tmp_path / "mlflow/artifacts/gcn/models").glob("*/artifacts")
    held = [str(path.relative_to(model)) for path in model.rglob("*") if path.is_file()]
    own = [name for name in held if not name.startswith("code/")]
    assert "artifacts/sup_128/seed0/model.safetensors" in own
    assert not [name for name in held if name.endswith((".pkl", ".pickle", ".pt", ".pth"))]
    assert json.loads((model / "artifacts/sup_128/run.json").read_text())["configuration"]["run"] == "sup_128"

    np.save(tmp_path / "points.npy", points_of_test(detected=False))
    loaded = python("-W", "ignore", "-c", LOAD)
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout == "[Tensor('float32', (-1, 16, 2))] [Tensor('float32', (-1, 16, 3))] (1, 16, 3)\n"
    written = np.load(tmp_path / "runs/gcn/sup_128/seed0/predictions/h36m-test.npz")["joints3d_mm"]
    np.testing.assert_allclose(np.load(tmp_path / "found.npy"), written, atol=0.01)
