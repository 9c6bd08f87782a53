"""Set the section `scale` of params.yaml, and what else differs from the papers, to a preset."""

import argparse
from pathlib import Path

from repose.settings import PRESETS

EXAMPLES = ("scale smoke", "scale paper")


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("preset", choices=PRESETS, help="paper: the papers' own sizes")
    parser.add_argument(
        "--params", type=Path, default=Path("params.yaml"), help="file to change; default: params.yaml"
    )


def run(options: argparse.Namespace) -> None:
    """Write the preset; print what has changed outside `scale`, and what is needed and not there."""
    from repose.foundations.parameters import load_params
    from repose.settings.needs import unmet
    from repose.settings.presets import switch_scale

    changed = switch_scale(options.preset, options.params)
    needs = [f"needed: {need.text}" for need in unmet(load_params(options.params), options.params.parent)]
    print("\n".join([*changed, *needs]), end="\n" if changed or needs else "")
