"""The headline run of each system goes to MLflow as a model that predicts, registered as `repose-<system>`.

The model is a script (`from_code.py`), the run's `run.json` and weights as safetensors, and a copy of this
library's code: nothing is pickled.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from repose.foundations.files import read_json
from repose.models.predictors import Predictor, load_predictor
from repose.training.logbook import outputs_fingerprint
from repose.training.record import seed_folder
from repose.training.store import OUTPUTS, connect, quiet_mlflow, store_uri

LIBRARY = Path(__file__).parents[1]
SCRIPT = Path(__file__).with_name("from_code.py")
PACKAGES = ("mlflow", "numba", "numpy", "pillow", "pyyaml", "ruamel.yaml", "safetensors", "scipy", "torch")


class Told(NamedTuple):
    """What became of a system's headline run."""

    run: str  # system/name
    model: str | None  # its address in MLflow; none: there is no such run
    new: bool

    def __str__(self) -> str:
        if self.model is None:
            return f"{self.run}: not trained, so there is no model to log; `dvc repro` trains it"
        return f"{self.model}: {self.run}{'' if self.new else ', logged before'}"


def log_models(headline: Mapping[str, str], runs: Path) -> Iterator[Told]:
    """Log the run of each system, unless its outputs are those of a version that is already registered.

    The runs themselves must be in MLflow.
    """
    import_all_of_mlflow()
    experiments = {system: connect(system) for system in headline}
    quiet_mlflow().set_tracking_uri(
        store_uri()
    )  # from here on MLflow takes the store for one that the user named
    for system, run in headline.items():
        folder = runs / system / run
        if not (folder / "run.json").is_file():
            yield Told(f"{system}/{run}", None, False)
            continue
        client, experiment = experiments[system]
        name, outputs = f"repose-{system}", outputs_fingerprint(folder)
        known = registered(client, name, outputs)
        number = known or log_model(client, experiment, system, folder, outputs)
        yield Told(f"{system}/{run}", f"models:/{name}/{number}", known is None)


def import_all_of_mlflow() -> None:
    """Models need more of MLflow than the log of trainings does, pandas too."""
    quiet_mlflow()
    import_module("mlflow.pyfunc")


def registered(client: Any, name: str, outputs: str) -> str | None:
    """The version of a model that was made from these outputs."""
    versions = client.search_model_versions(f"name = '{name}'")
    return next((str(known.version) for known in versions if known.tags.get(OUTPUTS) == outputs), None)


def log_model(client: Any, experiment: str, system: str, folder: Path, outputs: str) -> str:
    """Log the first seed of a run and register it; the number of the version."""
    mlflow = quiet_mlflow()
    predictor, name = load_predictor(system, folder), f"repose-{system}"
    text = description(system, folder.name, predictor)
    (run,) = client.search_runs([experiment], f"tags.`{OUTPUTS}` = '{outputs}'", max_results=1)
    mlflow.set_experiment(experiment_id=experiment)
    with TemporaryDirectory() as scratch:
        logged = mlflow.models.Model.log(
            artifact_path=None, name=folder.name, flavor=mlflow.pyfunc, run_id=run.info.run_id,
            python_model=str(SCRIPT), artifacts={system: str(first_seed(folder, Path(scratch)))},
            signature=signature(predictor), input_example=predictor.example,
            code_paths=[str(LIBRARY)], pip_requirements=requirements(),
            metadata={"run": f"{system}/{folder.name}", "joints": list(predictor.joints), "usage": text},
        )  # fmt: skip
    known = [model.name for model in client.search_registered_models(f"name = '{name}'")]
    if not known:
        client.create_registered_model(name, description=text)
    made = client.create_model_version(
        name, logged.model_uri, run.info.run_id, {OUTPUTS: outputs, "run": folder.name}, description=text,
        model_id=logged.model_id,
    )  # fmt: skip
    return str(made.version)


def first_seed(folder: Path, scratch: Path) -> Path:
    """A copy of a run's folder that holds only what predicting needs."""
    seed = read_json(folder / "run.json")["seeds"][0]
    target = scratch / folder.name
    seed_folder(target, seed).mkdir(parents=True)
    for path in (folder / "run.json", seed_folder(folder, seed) / "model.safetensors"):
        shutil.copyfile(path, target / path.relative_to(folder))
    return target


def signature(predictor: Predictor) -> Any:
    """What goes in and comes out; a picture may be a path, so nothing is said about its type."""
    types, models = import_module("mlflow.types"), import_module("mlflow.models")

    def tensor(array: np.ndarray, name: str | None = None) -> Any:
        return types.TensorSpec(array.dtype, (-1, *array.shape[1:]), name)

    answer = predictor.predict(predictor.example, predictor.params)
    named = answer.items() if isinstance(answer, dict) else [(None, answer)]
    outputs = types.Schema([tensor(array, name) for name, array in named])
    inputs = None if predictor.example.dtype == np.uint8 else types.Schema([tensor(predictor.example)])
    options = [
        types.ParamSpec(name, "double", value, (-1,) if isinstance(value, list) else None)
        for name, value in predictor.params.items()
    ]
    return models.ModelSignature(inputs, outputs, types.ParamSchema(options) if options else None)


def description(system: str, run: str, predictor: Predictor) -> str:
    """What MLflow shows beside the model."""
    return (
        f"{system}/{run}, its first seed. Takes {predictor.takes}. Gives {predictor.gives}. "
        f"The joints, in this order: {', '.join(predictor.joints)}."
    )


def requirements() -> list[str]:
    """The packages that predicting needs, with their versions."""
    return [f"{package}=={version(package).partition('+')[0]}" for package in PACKAGES]
