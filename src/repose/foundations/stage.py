"""How a stage script starts: parameters checked as a whole, then one call, errors in one line."""

import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from repose.foundations.errors import exit_cleanly

# OpenBLAS would pick its kernels by processor. They differ in the last digits, and so in the bytes that are
# drawn; these run on every x86-64 processor of the last ten years. It reads this when numpy is loaded, later.
if platform.machine() == "x86_64":
    os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")


def run_stage(main: Callable[..., None]) -> None:
    """Call `main(params, *arguments)` with the checked parameters and the command line's arguments."""

    def command() -> None:
        from repose.foundations.needs import check_needs
        from repose.foundations.parameters import load_params  # importing a stage needs no YAML 1.2

        params: dict[str, Any] = load_params()
        check_needs(params, [Path(sys.argv[0]).name, *sys.argv[1:]])
        main(params, *sys.argv[1:])

    exit_cleanly(command)
