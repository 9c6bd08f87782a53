"""The command line, `python -m repose COMMAND`; a command imports what it needs when it is called."""

import argparse
import re
from pathlib import Path

from repose.foundations.errors import exit_cleanly


def check(options: argparse.Namespace) -> None:
    """Say whether a downloaded data set is complete and usable, and what will be done with it."""
    from repose.datasets.check import check as report

    print(report(options.dataset, options.folder))


def score(options: argparse.Namespace) -> None:
    """Score 3D poses, or people found in pictures, against the truth; from any software."""
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
    """The pose table that belongs to `<dataset>-<split>.npz`; for any other name, Human3.6M's test set."""
    match = re.fullmatch(r"(\w+)-(train|val|test)", path.stem)
    table = Path("data/poses", match[1], f"{match[2]}.npz") if match else Path()
    return table if table.is_file() else Path("data/poses/h36m/test.npz")


def repro(options: argparse.Namespace) -> int:
    """Bring everything up to date, as `dvc repro` does, but run independent stages side by side."""
    from repose.driver.repro import repro as bring_up_to_date
    from repose.driver.run import Bounds

    asked = {"jobs": options.jobs, "memory_gib": options.memory}
    bounds = Bounds(**{name: value for name, value in asked.items() if value is not None})
    return bring_up_to_date(options.targets, bounds, options.dry)


def track(options: argparse.Namespace) -> None:
    """Add to MLflow the runs in a folder that it does not know yet, such as those from DVC's cache."""
    from repose.training.logbook import retrack

    added = retrack(options.runs)
    print("\n".join([*added, f"{len(added)} added to MLflow"]))


def scale(options: argparse.Namespace) -> None:
    """Set the section `scale` of params.yaml, and what else differs from the papers, to a preset."""
    from repose.foundations.parameters import load_params
    from repose.settings.needs import unmet
    from repose.settings.presets import switch_scale

    changed = switch_scale(options.preset, options.params)
    needs = [f"needed: {need.text}" for need in unmet(load_params(options.params), options.params.parent)]
    print("\n".join([*changed, *needs]), end="\n" if changed or needs else "")


def diagram(options: argparse.Namespace) -> None:
    """Print the pipeline of dvc.yaml as a Mermaid diagram."""
    from repose.settings.diagram import diagram as drawn

    print(drawn(), end="")


def predict(options: argparse.Namespace) -> None:
    """Find everyone's joints in pictures, in 2D with a run of dgcn or hgg, or in 3D with one of fusion."""
    from repose.predict import predict_pictures

    chosen = {name: getattr(options, name) for name in ("box", "people", "least", "show_rounds")}
    print("\n".join(map(str, predict_pictures(options.pictures, options.run_name, options.out, **chosen))))


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    everything = argparse.ArgumentParser(
        prog="python -m repose", description="Papers on human pose estimation, rebuilt as one pipeline."
    )
    commands = everything.add_subparsers(metavar="COMMAND", required=True)

    command = commands.add_parser("repro", help=repro.__doc__, description=repro.__doc__)
    command.add_argument(
        "targets", nargs="*", metavar="TARGET", help="stages to update; default: all of dvc.yaml"
    )
    command.add_argument("-j", "--jobs", type=int, metavar="N", help="stages at once; default: one per core")
    command.add_argument(
        "--memory", type=float, metavar="GIB", help="memory for all running stages; default: what is free"
    )
    command.add_argument("--dry", action="store_true", help="list what would run, and run nothing")
    command.set_defaults(run=repro)

    command = commands.add_parser("check", help=check.__doc__, description=check.__doc__)
    command.add_argument("dataset", help="its name in params.yaml, such as mpii")
    command.add_argument("folder", type=Path, help="the folder as downloaded")
    command.set_defaults(run=check)

    command = commands.add_parser("score", help=score.__doc__, description=score.__doc__)
    command.add_argument(
        "files", nargs="+", type=Path, metavar="FILE",
        help="3D poses: npz with format (1), joints (names), sample (rows of the pose table), "
        "joints3d_mm; people: COCO results as JSON, or an npz that a run wrote",
    )  # fmt: skip
    command.add_argument(
        "--truth", type=Path,
        help="pose table, or for people a COCO annotation file; default: the table named in FILE",
    )  # fmt: skip
    command.add_argument(
        "--sigmas", choices=["coco17", "crowdpose14"],
        help="people: whose sigmas and scores to use; default: told from the number of joints",
    )  # fmt: skip
    command.add_argument(
        "--longest-px", type=float, metavar="PX",
        help="people: first scale pictures to this longer side (COCO: 640), as scores depend on areas",
    )  # fmt: skip
    command.add_argument(
        "--by",
        default="action",
        choices=["action", "subject", "sequence", "camera"],
        help="3D poses: rows of the table; default: action",
    )
    command.set_defaults(run=score)

    command = commands.add_parser("predict", help=predict.__doc__, description=predict.__doc__)
    command.add_argument("pictures", nargs="+", type=Path, metavar="IMAGE", help="JPEG or PNG")
    command.add_argument(
        "--run", dest="run_name", required=True, metavar="SYSTEM/NAME",
        help="the run's folder in runs/: dgcn/… and hgg/… find everyone in 2D, "
        "fusion/… reads each person in 3D",
    )  # fmt: skip
    command.add_argument(
        "--box", metavar="X,Y,W,H", help="fusion: one person's box in px; default: everyone is looked for"
    )
    command.add_argument(
        "--people", metavar="SYSTEM/NAME",
        help="fusion: the run of dgcn or hgg that finds the people; default: dgcn/ad_r50, else dgcn/base_r50",
    )  # fmt: skip
    command.add_argument(
        "--least", type=float, default=0.1, metavar="SCORE",
        help="leave out people who score less; default: 0.1",
    )  # fmt: skip
    command.add_argument(
        "--show-rounds", action="store_true",
        help="hgg: write IMAGE_rounds.png too, how candidate joints became people round by round",
    )  # fmt: skip
    command.add_argument(
        "--out", type=Path, default=Path("predicted"), help="folder of the results; default: predicted"
    )
    command.set_defaults(run=predict)

    command = commands.add_parser("track", help=track.__doc__, description=track.__doc__)
    command.add_argument(
        "runs", nargs="?", type=Path, default=Path("runs"), help="folder of the runs; default: runs"
    )
    command.set_defaults(run=track)

    command = commands.add_parser("scale", help=scale.__doc__, description=scale.__doc__)
    command.add_argument("preset", help="smoke, default or paper")
    command.add_argument(
        "--params", type=Path, default=Path("params.yaml"), help="file to change; default: params.yaml"
    )
    command.set_defaults(run=scale)

    command = commands.add_parser("diagram", help=diagram.__doc__, description=diagram.__doc__)
    command.set_defaults(run=diagram)
    return everything


def main() -> None:
    """Run one command; an error that the user can mend ends in one line."""
    options = parser().parse_args()
    exit_cleanly(lambda: options.run(options))


if __name__ == "__main__":
    main()
