"""Check of a machine with a GPU: does it train as the CPU does, and how fast?

    PYTHONPATH=src python -m benchmarks.device [--device cuda|cpu|auto] [--out DIR] [--quick]

A bare machine will do: Python with torch, numpy, scipy, scikit-learn, numba, h5py, pillow, pyyaml,
safetensors and tqdm, without DVC, MLflow or an installed `repose`. From the project's root the command
draws a small world into a temporary folder, trains a run of every family on the CPU, on the device and on
the device again, and measures how fast the device trains the papers' networks (`device_speed.py`), which
`--quick` shrinks to toys. All of it is one table, printed and written to `DIR/device.md`,
`benchmarks/device.md` unless said otherwise. The exit status is 1 when a check fails, with a line for each.
A new family is an entry of TRAININGS in `device_trainings.py`, and of SETS and PREPARED where it reads other
data.

Every training must end on the device, with a loss and a score near the CPU's, and leave the same bytes in
every `model.safetensors` when it is repeated. How near: a device adds in another order, and training
magnifies that. Where every gradient differed by a millionth, or convolutions were computed in another way,
their losses came to differ by up to 1.8 % (Martinez' 5.7 %, those of hgg 4.2 %), errors in mm by up to
5.7 % (of lifted poses by 0.6 %), shares of joints found by up to 0.3 points, of people missed, of whom so
short a training finds half, by up to 12; the bounds are at least twice that. For dropout a GPU draws other
masks: with others on the CPU, losses differed by up to 16 %, errors by less than 1 %. Layers compute in
float32, as bf16 would blur it all.
"""

import argparse
import contextlib
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from benchmarks.device_trainings import CHANGES, PREPARED, SETS, TRAININGS, Bound, Training
from repose.foundations.errors import exit_cleanly
from repose.foundations.files import write_text
from repose.foundations.schema import check_params

ROOT = Path(__file__).parents[1]


@dataclass
class Findings:
    """The rows of the table, and what failed."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def check(self, what: str, values: tuple[str, str], words: str, good: bool) -> None:
        """A row with a verdict."""
        self.rows.append((what, *values, f"{words}: {'good' if good else '**failed**'}"))
        if not good:
            self.failures.append(f"{what}: {' and '.join(filter(None, values))}, {words}")

    def compare(self, what: str, cpu: float, other: float, bound: Bound) -> None:
        """A row on two numbers, which must not be farther apart than the bound; nothing is near a NaN."""
        apart = bound.apart(cpu, other)
        words = f"{apart:.2g} {bound.unit} apart, at most {bound.most:g}"
        self.check(what, (f"{cpu:.5g}", f"{other:.5g}"), words, apart <= bound.most)

    @contextlib.contextmanager
    def attempt(self, what: str) -> Iterator[None]:
        """A block whose errors are findings, so that the others are still looked at."""
        try:
            yield
        except Exception as error:
            reason = " ".join(str(error).split())[:300]
            self.rows.append((what, "", "", "**failed**"))
            self.failures.append(f"{what}: {type(error).__name__}: {reason}")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.device", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--device", choices=["auto", "cuda", "cpu"], default="auto")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    parser.add_argument(
        "--quick", action="store_true", help="networks and pictures of toy size where speed is measured"
    )
    chosen = parser.parse_args()
    os.environ["REPOSE_TRACKING"] = "off"
    os.environ.pop("DVC_ROOT", None)
    from repose.training.devices import find_device

    device, out, start = find_device(chosen.device).type, chosen.out.resolve(), time.monotonic()
    findings = Findings()
    with tempfile.TemporaryDirectory() as folder, findings.attempt("world"):
        check_trainings(Path(folder), read_params(), device, findings)
    measure_speed(device, chosen.quick, findings)
    text = page(findings, device, time.monotonic() - start, chosen.quick)
    print(text)
    write_text(out / "device.md", text)
    return 1 if findings.failures else 0


def measure_speed(device: str, quick: bool, findings: Findings) -> None:
    """How fast the device trains the papers' networks."""
    told("speed")
    from benchmarks.device_speed import graph_rows, picture_rows, prepared

    for what, measured in {"graph network": graph_rows, "network for pictures": picture_rows}.items():
        with findings.attempt(f"speed of the {what}"):
            rows = measured(*prepared(device, quick))
            findings.rows += [(name, "", speed, remark) for name, speed, remark in rows]


def read_params() -> dict[str, Any]:
    """`params.yaml` at smoke scale with CHANGES, every data set drawn. Its floats are also YAML 1.1."""
    params: dict[str, Any] = yaml.safe_load((ROOT / "params.yaml").read_text())
    presets = yaml.safe_load((ROOT / "src/repose/settings/presets.yaml").read_text())
    roots = {f"datasets.{name}.root": f"data/native/{name}" for name in SETS}
    values = {f"scale.{key}": smoke for key, (smoke, *_) in presets.items()} | CHANGES | roots
    for key, value in values.items():
        *parents, last = key.split(".")
        section = params
        for parent in parents:
            section = section[parent]
        section[last] = value
    check_params(params)
    return params


def check_trainings(folder: Path, params: dict[str, Any], device: str, findings: Findings) -> None:
    """The trainings on the CPU, on the device and on the device again, and how far they are apart."""
    told("world")
    with contextlib.chdir(folder):
        make_data(params)
    values = {}
    for place, words in {"cpu": "cpu", "device": device, "again": f"{device} again"}.items():
        told(f"trainings on {words}")
        where = "cpu" if place == "cpu" else device
        values[place] = trained(folder / place, folder / "data", params | {"device": where}, words, findings)
    for training in TRAININGS:
        name = f"{training.system} {training.run}"
        for bound in filter(None, (training.loss, training.score)):
            if (key := (training.run, bound.name)) in values["cpu"].keys() & values["device"].keys():
                findings.compare(f"{name}, {bound.name}", values["cpu"][key], values["device"][key], bound)
        run = Path("runs") / training.system / training.run
        first, second = (digest(folder / place / run) for place in ("device", "again"))
        if first and second:
            words = f"{second} when trained again"
            findings.check(f"{name}, weights", ("", first), words, first == second)


def make_data(params: dict[str, Any]) -> None:
    """Native files, pose tables and what trainings read, below `data/`."""
    for name in SETS:
        for script in ("world", "convert"):
            stage(script)(params, name)
    for script, name in PREPARED:
        stage(script)(params, name)


def trained(
    folder: Path, data: Path, params: dict[str, Any], words: str, findings: Findings
) -> dict[tuple[str, str], float]:
    """Train all runs below a new folder; numbers by run and name, means over seeds, of those that ended."""
    folder.mkdir()
    (folder / "data").symlink_to(data)
    ended: dict[str, list[Training]] = {}
    values = {}
    with contextlib.chdir(folder):
        for training in TRAININGS:
            with findings.attempt(f"{training.system} {training.run} on {words}"):
                stage(training.system)(params, *training.arguments)
                ended.setdefault(training.system, []).append(training)
        for system, trainings in ended.items():
            with findings.attempt(f"scores of {system} on {words}"):
                values.update(scored(params[system], trainings))
    return values


def scored(section: dict[str, Any], trainings: Sequence[Training]) -> dict[tuple[str, str], float]:
    """Last losses and scores of a system's runs below `runs/`, as its paper's room scores them."""
    from repose.report.room import room_of
    from repose.report.runs import load_runs

    system = trainings[0].system
    room = room_of(system)
    declared = room.declared(section)
    runs = load_runs(Path("runs") / system, {t.run: declared.get(t.run, {}) for t in trainings})
    values = {
        (run.name, training.loss.name): float(run.last(training.loss.name).mean())
        for run, training in zip(runs, trainings, strict=True)
    }
    judged = {t.run: t.score.name for t in trainings if t.score}
    scores = room.scored([run for run in runs if run.name in judged], Path("data"))[0] if judged else {}
    return values | {key: float(scores[key].value().mean()) for key in judged.items()}


def stage(name: str) -> Callable[..., None]:
    """What a script in `stages/` does with parameters and arguments, below the current folder."""
    found: Callable[..., None] = import_module(f"stages.{name}").main
    return found


def digest(run: Path) -> str:
    """The first digits of SHA-256 over the weights of all seeds of a run; nothing where there are none."""
    total, files = hashlib.sha256(), sorted(run.glob("seed*/model.safetensors"))
    for path in files:
        total.update(path.read_bytes())
    return total.hexdigest()[:12] if files else ""


def page(findings: Findings, device: str, seconds: float, quick: bool) -> str:
    """The table as Markdown, and what failed below it."""
    import torch

    from benchmarks.__main__ import machine

    name = torch.cuda.get_device_name() if device == "cuda" else "no GPU"
    where = f"{name}, {machine()}, torch {torch.__version__}"
    toys = "; speed is that of toys" if quick else ""
    head = f"# Check of a device\n\n`python -m benchmarks.device` on {where}, in {seconds:.0f} s{toys}.\n"
    lines = [f"| what | cpu | {device} | finding |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in findings.rows]
    end = "\n".join(f"- failed: {failure}" for failure in findings.failures) or "All checks passed."
    return "\n".join([head, *lines, "", end, ""])


def told(what: str) -> None:
    print(f"{what} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    exit_cleanly(main)
