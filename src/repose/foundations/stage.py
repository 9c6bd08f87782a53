"""How a stage script starts: parameters checked as a whole, then one call, errors in one line."""

import sys
from collections.abc import Callable
from typing import Any

from repose.foundations.errors import exit_cleanly


def run_stage(main: Callable[..., None]) -> None:
    """Call `main(params, *arguments)` with the checked parameters and the command line's arguments."""

    def command() -> None:
        from repose.foundations.parameters import load_params  # importing a stage needs no YAML 1.2

        params: dict[str, Any] = load_params()
        main(params, *sys.argv[1:])

    exit_cleanly(command)
