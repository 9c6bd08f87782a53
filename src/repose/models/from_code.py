"""The script that MLflow runs to load a model. Its one artifact is a run's folder, named by the system."""

from pathlib import Path
from typing import Any

import numpy as np
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel

from repose.models.predictors import load_predictor


class TrainedRun(PythonModel):
    """A run's network behind MLflow's interface."""

    def load_context(self, context: Any) -> None:
        """Load the network."""
        ((system, folder),) = context.artifacts.items()
        self.predictor = load_predictor(system, Path(folder))

    def predict(self, context: Any, model_input: np.ndarray, params: dict[str, Any] | None = None) -> Any:
        """Predict, as the description of the model says; a picture's path is welcome too.

        MLflow knows no hint for "an array or a path", and warns where there is none.
        """
        return self.predictor.predict(model_input, {**self.predictor.params, **(params or {})})


set_model(TrainedRun())
