"""Add to MLflow the runs in a folder that it does not know yet, such as those from DVC's cache."""

import argparse
from collections.abc import Mapping
from pathlib import Path

EXAMPLES = ("track", "track --models")


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument(
        "runs", nargs="?", type=Path, default=Path("runs"), help="folder of the runs; default: runs"
    )
    parser.add_argument(
        "--models", action="store_true",
        help="also log the runs that `headline` in params.yaml names, as models that predict "
        "(mlflow.pyfunc), and register them as repose-SYSTEM; status 1 if one of them is not trained",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Add them and print their names."""
    from repose.foundations.errors import ReposeError
    from repose.foundations.parameters import load_params
    from repose.training.logbook import retrack

    if not options.runs.is_dir():
        raise ReposeError(
            f"{options.runs}: no such folder, expected one of trained runs; `make repro` makes it"
        )
    headline = load_params()["headline"] if options.models else {}
    if headline:
        from repose.models.register import import_all_of_mlflow

        import_all_of_mlflow()  # first, because the log of trainings is content with less of it
    added = retrack(options.runs)
    print("\n".join([*added, f"{len(added)} added to MLflow"]), flush=True)
    return models(headline, options.runs) if headline else 0


def models(headline: Mapping[str, str], runs: Path) -> int:
    """Log the headline run of each system and print a line for each; 1 if one is not there."""
    from repose.models.register import log_models

    missing = 0
    for told in log_models(headline, runs):
        print(told, flush=True)
        missing += told.model is None
    return min(missing, 1)
