"""Score 3D poses, or people found in pictures, against the truth; from any software."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from repose.foundations.errors import ReposeError

EXAMPLES = (
    "score predictions.npz --truth data/poses/h36m/test.npz",
    "score results.json --truth annotations.json",
)


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE",
        help="3D poses: npz with format (1), joints (names), sample (rows of the pose table), "
        "joints3d_mm; people: COCO results as JSON, or an npz that a run wrote",
    )  # fmt: skip
    parser.add_argument(
        "--truth", type=Path,
        help="pose table, or for people a COCO annotation file, which must be given; default for 3D poses: "
        "the table that a name such as h36m-test.npz stands for, else Human3.6M's test set",
    )  # fmt: skip
    parser.add_argument(
        "--sigmas", choices=["coco17", "crowdpose14"],
        help="people: whose sigmas and scores to use; default: told from the number of joints",
    )  # fmt: skip
    parser.add_argument(
        "--longest-px", type=float, metavar="PX",
        help="people: first scale pictures to this longer side (COCO: 640), as scores depend on areas",
    )  # fmt: skip
    parser.add_argument(
        "--by",
        default="action",
        choices=["action", "subject", "sequence", "camera"],
        help="3D poses: what the printed rows are; default: action",
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON for each file")


def run(options: argparse.Namespace) -> None:
    """Print a table, or a line of JSON, for each file."""
    from repose.metrics.score import of_people, score_text, scored
    from repose.skeletons.posetable import PoseTable

    tables: dict[Path, PoseTable] = {}
    for path in options.files:
        if of_people(path, options.truth):
            from repose.metrics.people.summary import people_text, scored_people

            facts = scored_people(path, options.truth, options.sigmas, options.longest_px)
            text = people_text
        else:
            truth = options.truth or truth_of(path)
            if truth not in tables:
                tables = {truth: PoseTable.load(truth)}
            facts, text = scored(path, tables[truth], options.by), score_text
        print(json.dumps(facts, ensure_ascii=False) if options.json else text(facts) + "\n", flush=True)


def truth_of(path: Path) -> Path:
    """The pose table that predictions such as `h36m-test` are for; for other names, Human3.6M's test set."""
    from repose.report.site.poses import table_file

    name = path.stem if re.fullmatch(r"\w+-(train|val|test)", path.stem) else "h36m-test"
    table = table_file(name, Path("data/poses"))
    if table is None:
        raise ReposeError(
            f"{path}: no truth given, and no pose table of {name} in data/poses; name one with --truth, or "
            "run this in the root of a checkout that `python -m repose repro` has brought up to date"
        )
    return table
