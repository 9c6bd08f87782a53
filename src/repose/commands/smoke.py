"""Try the whole pipeline at smoke scale in a copy; params.yaml and reports/ stay as they are."""

import argparse
from pathlib import Path

EXAMPLES = ("smoke", "smoke --jobs 1 --folder look")


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument(
        "--folder", type=Path, default=Path(".smoke"),
        help="folder of the copy, which is kept: a second call runs only what has changed; default: .smoke",
    )  # fmt: skip
    parser.add_argument("-j", "--jobs", type=int, metavar="N", help="stages at once; default: one per core")


def run(options: argparse.Namespace) -> int:
    """Run it and print which page to open."""
    from repose.driver.run import Bounds
    from repose.driver.smoke import smoke

    bounds = Bounds() if options.jobs is None else Bounds(jobs=options.jobs)
    return smoke(Path(), options.folder, bounds)
