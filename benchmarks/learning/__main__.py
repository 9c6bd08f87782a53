"""What more time teaches a bottom-up network: AP on held-out training pictures against crops seen.

`python -m benchmarks.learning --system dgcn|hgg [--times 0.5,1,2,4] [--threads 1] [key=value …]` trains with
so many times the default's crops, the trunk and what branches off it alike, and writes
`benchmarks/learning_<system>.md` and `.png`. All points share one trunk at its constant rate; a run branches
off after each of the times. Keys are those of `scale.<system>` and then of the system's section, in full
(`loss.tags=2.0`); those of `scale.<system>.train` and `.network` also by their last word.

dgcn  the baseline by its decoder; some 30 minutes of one core with AMX
hgg   the runs that `--runs` names (`ae`, or `ae,full`) by their own grouping, and with the same candidates
      grouped by the truth; some 25 minutes for the first run, 10 for each further one

The held-out pictures are those of `<system>.held_out`; beside them stands AP on as many pictures that were
trained on. Test sets are never looked at.
"""

import argparse
import sys
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.learning.dgcn import opened_dgcn
from benchmarks.learning.hgg import opened_hgg
from benchmarks.learning.legs import learn
from benchmarks.learning.page import draw, page
from benchmarks.learning.system import System
from benchmarks.rates import apply_changes
from repose.foundations.errors import exit_cleanly
from repose.foundations.files import write_text
from repose.foundations.parameters import load_params
from repose.training.devices import prepare_device

HERE = Path(__file__).parents[1]


def main() -> None:
    """Train, judge, draw."""
    options = command().parse_args()
    name, times = options.system, sorted(float(number) for number in options.times.split(","))
    params = load_params()
    section, scale = params[name], params["scale"][name]
    apply_changes(options.changes, scale["train"], scale["network"], scale, section)
    device = prepare_device(params["device"], options.threads, section["precision"], channels_last=True)
    system: AbstractContextManager[System] = (
        opened_hgg(params, options.runs.split(","), device) if name == "hgg" else opened_dgcn(params, device)
    )
    with system as learner:
        for points in learn(learner, times, params["seed"]):  # a long one may be stopped
            write_text(HERE / f"learning_{name}.md", page(name, learner.title, points, sys.argv[1:]))
            draw(learner.title, learner.lines, points, HERE / f"learning_{name}.png")


def command() -> argparse.ArgumentParser:
    """The command's options."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.learning", description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--system", choices=["dgcn", "hgg"], required=True)
    parser.add_argument("--times", default="0.5,1,2,4")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", default="ae", help="of hgg")
    parser.add_argument("changes", nargs="*", metavar="key=value")
    return parser


if __name__ == "__main__":
    exit_cleanly(main)
