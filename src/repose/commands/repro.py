"""Bring everything up to date, as `dvc repro` does, but run independent stages side by side."""

import argparse

EXAMPLES = ("repro", "repro --dry", "repro --jobs 4 report_gcn")


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help="stages to update; default: all of dvc.yaml"
    )
    parser.add_argument("-j", "--jobs", type=int, metavar="N", help="stages at once; default: one per core")
    parser.add_argument(
        "--memory", type=float, metavar="GIB", help="memory for all running stages; default: what is free"
    )
    parser.add_argument("--dry", action="store_true", help="list what would run, and run nothing")


def run(options: argparse.Namespace) -> int:
    """Update, or list what would be updated; the exit status."""
    from repose.driver.repro import repro
    from repose.driver.run import Bounds

    asked = {"jobs": options.jobs, "memory_gib": options.memory}
    bounds = Bounds(**{name: value for name, value in asked.items() if value is not None})
    return repro(options.targets, bounds, options.dry)
