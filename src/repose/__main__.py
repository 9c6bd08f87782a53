"""The command line, `python -m repose COMMAND`; a command imports what it needs when it is called."""

import argparse
import re
from pathlib import Path

from repose.foundations.errors import exit_cleanly


def check(options: argparse.Namespace) -> None:
    """Tell whether a downloaded data set is complete and usable, and what will be done with it."""
    from repose.datasets.check import check as report

    print(report(options.dataset, options.folder))


def score(options: argparse.Namespace) -> None:
    """Score predicted 3D poses, or people found in pictures, ours or other software's, against the truth."""
    from repose.metrics.score import of_people, score_file
    from repose.skeletons.posetable import PoseTable

    tables: dict[Path, PoseTable] = {}
    for path in options.files:
        if of_people(path, options.truth):
            from repose.metrics.people.summary import score_people_file

            print(score_people_file(path, options.truth, options.sigmas, options.longest_px), end="\n\n")
            continue
        truth = options.truth or truth_of(path)
        if truth not in tables:
            tables = {truth: PoseTable.load(truth)}
        print(score_file(path, tables[truth], options.by), end="\n\n")


def truth_of(path: Path) -> Path:
    """The pose table of a file called `<dataset>-<split>.npz`; Human3.6M's test set if unclear."""
    match = re.fullmatch(r"(\w+)-(train|val|test)", path.stem)
    table = Path("data/poses", match[1], f"{match[2]}.npz") if match else Path()
    return table if table.is_file() else Path("data/poses/h36m/test.npz")


def repro(options: argparse.Namespace) -> int:
    """Bring everything up to date as `dvc repro` does, with independent stages side by side."""
    from repose.driver.repro import repro as bring_up_to_date
    from repose.driver.run import Bounds

    asked = {"jobs": options.jobs, "memory_gib": options.memory}
    bounds = Bounds(**{name: value for name, value in asked.items() if value is not None})
    return bring_up_to_date(options.targets, bounds, options.dry)


def track(options: argparse.Namespace) -> None:
    """Log every run below a folder that MLflow does not have yet, such as those from DVC's cache."""
    from repose.training.logbook import retrack

    added = retrack(options.runs)
    print("\n".join([*added, f"{len(added)} added to MLflow"]))


def scale(options: argparse.Namespace) -> None:
    """Switch the scale section of params.yaml to a preset; comments stay."""
    from repose.settings.presets import switch_scale

    switch_scale(options.preset, options.params)


def diagram(options: argparse.Namespace) -> None:
    """Print the pipeline as a mermaid diagram, read from dvc.yaml."""
    from repose.settings.diagram import diagram as drawn

    print(drawn(), end="")


def predict(options: argparse.Namespace) -> None:
    """Find the joints of a person in pictures, in 2D and 3D, by a trained run of fusion."""
    from repose.predict import predict_pictures

    print("\n".join(map(str, predict_pictures(options.pictures, options.run_name, options.box, options.out))))


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    everything = argparse.ArgumentParser(
        prog="python -m repose", description="Human pose estimation, rebuilt."
    )
    commands = everything.add_subparsers(metavar="COMMAND", required=True)

    command = commands.add_parser("repro", help=repro.__doc__, description=repro.__doc__)
    command.add_argument("targets", nargs="*", metavar="TARGET", help="stages; default all of dvc.yaml")
    command.add_argument("-j", "--jobs", type=int, metavar="N", help="stages at once; default all cores")
    command.add_argument("--memory", type=float, metavar="GIB", help="for all stages; default what is free")
    command.add_argument("--dry", action="store_true", help="only list the stages that would run")
    command.set_defaults(run=repro)

    command = commands.add_parser("check", help=check.__doc__, description=check.__doc__)
    command.add_argument("dataset", help="its name in params.yaml, such as mpii")
    command.add_argument("folder", type=Path, help="where it lies as downloaded")
    command.set_defaults(run=check)

    command = commands.add_parser("score", help=score.__doc__, description=score.__doc__)
    command.add_argument(
        "files", nargs="+", type=Path, metavar="FILE",
        help="npz of predictions (see README), or COCO results as JSON",
    )  # fmt: skip
    command.add_argument(
        "--truth", type=Path,
        help="pose table, by default found from the file's name; for people also a COCO annotation file",
    )  # fmt: skip
    command.add_argument(
        "--sigmas", choices=["coco17", "crowdpose14"],
        help="people: whose sigmas and numbers; by default by the number of joints",
    )  # fmt: skip
    command.add_argument(
        "--longest-px", type=float, metavar="PX",
        help="people: scale pictures to this longer side first (COCO's: 640), since areas count in px",
    )  # fmt: skip
    command.add_argument(
        "--by",
        default="action",
        choices=["action", "subject", "sequence", "camera"],
        help="rows of the table",
    )
    command.set_defaults(run=score)

    command = commands.add_parser("predict", help=predict.__doc__, description=predict.__doc__)
    command.add_argument("pictures", nargs="+", type=Path, metavar="IMAGE", help="JPEG or PNG")
    command.add_argument(
        "--run", dest="run_name", required=True, metavar="fusion/NAME", help="the run below runs/"
    )
    command.add_argument("--box", metavar="X,Y,W,H", help="the person's box in pixels; default whole picture")
    command.add_argument("--out", type=Path, default=Path("predicted"), help="folder; default predicted")
    command.set_defaults(run=predict)

    command = commands.add_parser("track", help=track.__doc__, description=track.__doc__)
    command.add_argument(
        "runs", nargs="?", type=Path, default=Path("runs"), help="where runs are; default runs"
    )
    command.set_defaults(run=track)

    command = commands.add_parser("scale", help=scale.__doc__, description=scale.__doc__)
    command.add_argument("preset", help="smoke, default or paper")
    command.add_argument("--params", type=Path, default=Path("params.yaml"), help="default params.yaml")
    command.set_defaults(run=scale)

    command = commands.add_parser("diagram", help=diagram.__doc__, description=diagram.__doc__)
    command.set_defaults(run=diagram)
    return everything


def main() -> None:
    """Run one command; what a user can mend ends in one line."""
    options = parser().parse_args()
    exit_cleanly(lambda: options.run(options))


if __name__ == "__main__":
    main()
