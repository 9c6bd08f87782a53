"""Print what changed in the results: verdicts, scores, parameters, pictures; the worst first."""

import argparse
import sys
from pathlib import Path

from repose.foundations.errors import ReposeError

EXAMPLES = ("compare", "compare main", "compare main my-experiment --json")
STATUS = "exit status: 0 nothing got worse, 1 a verdict or a score got worse, 2 not comparable or wrong usage"


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument(
        "old", nargs="?", default="HEAD", metavar="OLD",
        help="a branch, tag, commit or DVC experiment; default: HEAD",
    )  # fmt: skip
    parser.add_argument("new", nargs="?", metavar="NEW", help="the same; default: the files on disk")
    parser.add_argument(
        "--most", type=int, default=20, metavar="N", help="lines of a list; default: 20; 0 prints all"
    )
    parser.add_argument("--json", action="store_true", help="print everything as JSON instead of Markdown")


def run(options: argparse.Namespace) -> int:
    """Print the changes; status 1 is kept for results that got worse."""
    from repose.compare.changes import changes
    from repose.compare.revisions import of_revision, of_workspace
    from repose.compare.text import as_json, markdown

    root = Path()
    try:
        old = of_revision(root, options.old)
        new = of_revision(root, options.new) if options.new else of_workspace(root)
        changed = changes(old, new)
    except ReposeError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(as_json(changed) if options.json else markdown(changed, options.most), end="")
    return int(changed.worse)
