"""`params.yaml`: read as DVC reads it, checked as a whole against `repose/schema/`."""

from repose.params.check import check_params
from repose.params.load import load_params

__all__ = ["check_params", "load_params"]
