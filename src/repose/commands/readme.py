"""Bring the generated parts of README.md up to date: the diagram and the numbers."""

import argparse

EXAMPLES = ("readme",)


def add(parser: argparse.ArgumentParser) -> None:
    """It has no options."""


def run(options: argparse.Namespace) -> None:
    """Write the file."""
    from pathlib import Path

    from repose.foundations.files import write_text
    from repose.settings.readme import filled_readme

    readme = Path("README.md")
    write_text(readme, filled_readme(readme.read_text(encoding="utf-8"), Path()))
