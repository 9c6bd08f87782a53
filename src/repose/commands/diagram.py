"""Print the pipeline of dvc.yaml as a Mermaid diagram."""

import argparse

EXAMPLES = ("diagram",)


def add(parser: argparse.ArgumentParser) -> None:
    """It has no options."""


def run(options: argparse.Namespace) -> None:
    """Print it."""
    from repose.settings.diagram import diagram

    print(diagram(), end="")
