"""Measure speed, as ratios within one run, and write benchmarks/results.md."""

import argparse
import subprocess
import sys
from pathlib import Path

from repose.foundations.errors import ReposeError

EXAMPLES = ("bench", "bench gcn decoder")


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME",
        help="modules of benchmarks/, such as gcn or world; the page then holds those alone; default: all",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Run `python -m benchmarks`, which belongs to the checkout and not to the package."""
    if not Path("benchmarks/__main__.py").is_file():
        raise ReposeError("benchmarks/: not found; run this in the root of a checkout of the project")
    if unknown := [name for name in options.names if not Path("benchmarks", f"{name}.py").is_file()]:
        raise ReposeError(f"bench: no benchmark {unknown[0]!r}, expected modules of benchmarks/, such as gcn")
    return subprocess.run([sys.executable, "-m", "benchmarks", *options.names]).returncode
