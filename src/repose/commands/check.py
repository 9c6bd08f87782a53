"""Say whether data sets are complete and usable, and what will be done with them."""

import argparse
import json
from pathlib import Path

from repose.foundations.errors import ReposeError

EXAMPLES = ("check --all", "check mpii", "check mpii /data/mpii --json")


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("dataset", nargs="?", help="its name in params.yaml, such as mpii")
    parser.add_argument(
        "folder", nargs="?", type=Path, help="the folder as downloaded; default: its root in params.yaml"
    )
    parser.add_argument(
        "--all", action="store_true", help="a table of all data sets of params.yaml, each checked at its root"
    )
    parser.add_argument("--json", action="store_true", help="print JSON: an object, or with --all a list")


def run(options: argparse.Namespace) -> int:
    """Print what was found; 1 if a set is missing or faulty."""
    if options.all == (options.dataset is not None):
        raise ReposeError("check: expected either the name of a data set or --all")
    return check_all(options.json) if options.all else check_one(options)


def check_one(options: argparse.Namespace) -> int:
    """One data set, anywhere; what is wrong with it is raised."""
    from repose.datasets.check import check

    found = check(options.dataset, options.folder or configured(options.dataset))
    print(json.dumps(found.facts(), indent=1, ensure_ascii=False) if options.json else found.text())
    return 0


def configured(name: str) -> str:
    """The root of a data set in params.yaml."""
    from repose.datasets.readers import reader
    from repose.foundations.parameters import load_params

    reader(name)
    return str(load_params()["datasets"][name]["root"])


def check_all(as_json: bool) -> int:
    """All data sets of params.yaml."""
    from repose.foundations.parameters import load_params
    from repose.settings.inventory import inventory, inventory_text

    entries = list(inventory(load_params()))
    facts = [entry.facts() for entry in entries]
    print(json.dumps(facts, indent=1, ensure_ascii=False) if as_json else inventory_text(entries))
    return 0 if all(entry.sound for entry in entries) else 1
