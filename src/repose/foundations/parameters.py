"""Reading `params.yaml` with YAML 1.2 rules (`1e-5` is a number, `no` a word), as DVC does."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from repose.foundations.errors import ReposeError
from repose.foundations.schema import check_params


def read_yaml12(path: str | Path) -> Any:
    """The plain value of a YAML file, read with YAML 1.2 rules."""
    try:
        return YAML(typ="safe", pure=True).load(Path(path))
    except FileNotFoundError:
        raise ReposeError(f"{path}: not found; run from the project's root") from None
    except YAMLError as error:
        raise ReposeError(f"{path}: not readable as YAML: {error}") from None


def load_params(path: str | Path = "params.yaml") -> dict[str, Any]:
    """All parameters, checked as a whole."""
    params = read_yaml12(path)
    check_params(params, str(path))
    return dict(params)
