"""`python -m benchmarks [NAME …]`: each in a process of its own, its lines into benchmarks/results.md.

With names only those run, and the page holds those alone. What a GPU does is measured apart, by
`python -m benchmarks.device` on the machine that has one.

What counts are ratios within one run; absolute figures belong to the machine that the page names.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

from repose.foundations.files import write_text

HERE = Path(__file__).parent
BENCHMARKS = {
    "metrics": "P-MPJPE against batched SVD",
    "world": "Pictures of the world",
    "gcn": "Training the graph network",
    "fusion": "Training the network for pictures, and its geometric loss",
    "dgcn": "Training the bottom-up network, and what its graph costs",
    "hgg": "Training associative embedding and its grouping, and what a test takes",
    "decoder": "From fields to people, and from people to fields",
    "grouping": "Grouping joints to people",
    "spent": "Training time against time spent",
}


def machine() -> str:
    """What the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.split(":")[1].strip() for line in lines if "model name" in line]
    return f"{len(os.sched_getaffinity(0))} cores of {models[0] if models else platform.machine()}"


def on_a_gpu() -> str:
    """The section on the page that a machine with a GPU has left."""
    known = (HERE / "device.md").is_file()
    text = "[device.md](device.md)" if known else "not measured"
    return f"## Check of a GPU\n\n`python -m benchmarks.device`: {text}.\n"


def main(*names: str) -> None:
    parts = [f"# Benchmarks\n\nMeasured by `make bench` on {machine()}. Ratios are within one run.\n"]
    for name, title in BENCHMARKS.items():
        if names and name not in names:
            continue
        print(f"{title} …", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        done = subprocess.run(
            command, capture_output=True, text=True, env=os.environ | {"REPOSE_TRACKING": "off"}
        )
        text = done.stdout if done.returncode == 0 else f"failed: {done.stderr.strip().splitlines()[-1]}"
        print(text, flush=True)
        parts.append(f"## {title}\n\n```\n{text.rstrip()}\n```\n")
    write_text(HERE / "results.md", "\n".join([*parts, on_a_gpu()]))


if __name__ == "__main__":
    main(*sys.argv[1:])
