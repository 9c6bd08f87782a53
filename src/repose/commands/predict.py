"""Find everyone's joints in pictures, in 2D with a run of dgcn or hgg, or in 3D with one of fusion."""

import argparse
import json
import sys
from pathlib import Path

EXAMPLES = (
    "predict picture.jpg --run dgcn/ad_r50",
    "predict picture.jpg --run hgg/full --show-rounds",
    "predict frames/ --run hgg/full --json > people.jsonl",
    "predict picture.jpg --run fusion/s3_mpii_h36m --box 40,10,120,300",
)


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument(
        "pictures", nargs="+", type=Path, metavar="IMAGE",
        help="JPEG or PNG, or a folder of them, such as the frames of a video",
    )  # fmt: skip
    parser.add_argument(
        "--run", dest="run_name", required=True, metavar="SYSTEM/NAME",
        help="the run's folder in runs/: dgcn/… and hgg/… find everyone in 2D, "
        "fusion/… reads each person in 3D",
    )  # fmt: skip
    parser.add_argument(
        "--box",
        metavar="X,Y,W,H",
        help="fusion: one person's box in px, in every picture; default: everyone is looked for",
    )
    parser.add_argument(
        "--people", metavar="SYSTEM/NAME",
        help="fusion: the run of dgcn or hgg that finds the people; default: dgcn/ad_r50, else dgcn/base_r50",
    )  # fmt: skip
    parser.add_argument(
        "--least", type=float, default=0.1, metavar="SCORE",
        help="leave out people who score less; default: 0.1",
    )  # fmt: skip
    parser.add_argument(
        "--show-rounds", action="store_true",
        help="hgg: write IMAGE_rounds.png too, how candidate joints became people round by round",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, default=Path("predicted"), help="folder of the results; default: predicted"
    )
    parser.add_argument(
        "--json", action="store_true",
        help="print one line of JSON for each picture: its people, their joints and scores",
    )  # fmt: skip


def run(options: argparse.Namespace) -> None:
    """Write the results; print the names of the files, or a line of JSON for each picture."""
    from repose.foundations.progress import progress
    from repose.predict import pictures_in, predict_pictures

    pictures = pictures_in(options.pictures)
    chosen = {name: getattr(options, name) for name in ("box", "people", "least", "show_rounds")}
    results = predict_pictures(pictures, options.run_name, options.out, **chosen)
    if not sys.stdout.isatty():  # else the lines themselves are the progress
        results = progress(results, "predicting", len(pictures))
    for predicted in results:
        if options.json:
            print(json.dumps(predicted.facts, ensure_ascii=False), flush=True)
        else:
            print(*predicted.files, sep="\n", flush=True)
