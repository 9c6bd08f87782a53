"""The writer of the MLflow log: `tracking.py` starts it beside a training, `retrack` uses it afterwards."""

import hashlib
import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from repose.foundations.files import inside, read_csv, read_json
from repose.foundations.rungs import FULL, rung_folder, rung_name, rungs_in
from repose.training.curves import draw_curves
from repose.training.store import OUTPUTS, connect, flattened, source_tags

PAUSE_S = 1.0  # between two writes of a running training
BATCH = 1000  # metrics that MLflow accepts at once

Point = tuple[str, float, int, int]  # name, value, time in ms, step


class Logbook:
    """The MLflow runs of one training: a parent, and a child per seed."""

    def __init__(self, start: Mapping[str, Any], tags: Mapping[str, str]) -> None:
        self.client, self.experiment = connect(start["system"])
        self.seeds: list[int] = start["seeds"]
        self.kept = Path(start["resume"]) / "mlflow.json" if start.get("resume") else None
        self.points: dict[str, list[Point]] = {}
        self.known: dict[str, int] = {}  # the last step that a run already has
        self.one_by_one = False
        if not self.take_up():
            self.create(start, tags)

    def create(self, start: Mapping[str, Any], tags: Mapping[str, str]) -> None:
        """New runs with parameters and tags."""
        params = flattened(start["configuration"])
        self.parent = self.new_run(start["run"], params, tags)
        family = dict(tags) | {"mlflow.parentRunId": self.parent}
        self.children = [
            self.new_run(f"{start['run']} seed {seed}", params, family | {"seed": str(seed)})
            for seed in self.seeds
        ]
        if self.kept and self.kept.parent.is_dir():
            self.kept.write_text(json.dumps([self.parent, *self.children]))

    def new_run(self, name: str, params: Mapping[str, str], tags: Mapping[str, str]) -> str:
        """The id of a new run."""
        from mlflow.entities import Param

        run = self.client.create_run(self.experiment, run_name=name, tags=dict(tags)).info.run_id
        listed = [Param(key, value[:6000]) for key, value in params.items()]
        for first in range(0, len(listed), 100):
            self.client.log_batch(run, params=listed[first : first + 100])
        return run

    def take_up(self) -> bool:
        """Go on with the runs of an interrupted training, if the store still has them."""
        from mlflow.exceptions import MlflowException

        try:
            runs = json.loads(self.kept.read_text()) if self.kept else []
            for run in runs:
                self.client.update_run(run, status="RUNNING")
                steps = [metric.step for metric in self.client.get_metric_history(run, "loss")]
                self.known[run] = max(steps, default=0)
        except (OSError, ValueError, MlflowException):
            return False
        if len(runs) != 1 + len(self.seeds):
            return False
        self.parent, *self.children = runs
        return True

    def epoch(self, row: Mapping[str, Any], seed: int | None = None) -> None:
        """Note an epoch's row for the next write."""
        step, now = int(row["epoch"]), int(time.time() * 1000)
        for run, values in self.shares({k: v for k, v in row.items() if k != "epoch"}, seed):
            if step > self.known.get(run, 0):
                points = [(name, float(value), now, step) for name, value in values.items()]
                self.points.setdefault(run, []).extend(points)
        self.one_by_one |= seed is not None

    def shares(self, values: Mapping[str, Any], seed: int | None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Which values belong to which run: a seed's own to its child, means to the parent."""
        if seed is not None:
            yield self.children[self.seeds.index(seed)], dict(values)
            return
        means = {k: sum(v) / len(v) if isinstance(v, list) else v for k, v in values.items()}
        yield self.parent, means
        for index, child in enumerate(self.children):
            yield child, {k: v[index] if isinstance(v, list) else v for k, v in values.items()}

    def write(self) -> None:
        """Write what was noted."""
        from mlflow.entities import Metric

        for run, points in self.points.items():
            for first in range(0, len(points), BATCH):
                self.client.log_batch(run, metrics=[Metric(*p) for p in points[first : first + BATCH]])
        self.points = {}

    def finish(self, folder: str | Path, metrics: Mapping[str, Any], figures: Sequence[str] = ()) -> None:
        """Write the end: last numbers, pictures, which outputs these are."""
        if self.one_by_one:  # the parent's curves are the means of its children's
            for row in mean_history(Path(folder), self.seeds):
                step = int(row.pop("epoch"))
                points = [(name, value, int(time.time() * 1000), step) for name, value in row.items()]
                self.points.setdefault(self.parent, []).extend(points)
        for run, values in self.shares(metrics, None):
            points = [(f"final_{name}", float(v), int(time.time() * 1000), 0) for name, v in values.items()]
            self.points.setdefault(run, []).extend(points)
        self.write()
        for figure in figures:
            self.client.log_artifact(self.parent, figure, "figures")
        curves = {seed: read_history(history_path(Path(folder), seed)) for seed in self.seeds}
        self.client.log_figure(self.parent, draw_curves(curves), "figures/curves.png")
        self.client.log_artifact(self.parent, str(Path(folder) / "run.json"))
        self.client.set_tag(self.parent, OUTPUTS, outputs_fingerprint(Path(folder)))
        self.end("FINISHED")

    def end(self, status: str) -> None:
        """Close all runs."""
        self.write()
        for run in [*self.children, self.parent]:
            self.client.set_terminated(run, status)


def outputs_fingerprint(folder: Path) -> str:
    """A hash of a run's record, curves and weights."""
    total = hashlib.sha256()
    for path in sorted(
        [folder / "run.json", *folder.glob("seed*/history.csv"), *folder.glob("seed*/*.safetensors")]
    ):
        total.update(str(path.relative_to(folder)).encode())
        with open(path, "rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:16]


def history_path(folder: Path, seed: int) -> Path:
    """Where a seed's curves are."""
    return inside(folder, f"seed{seed}/history.csv")


def read_history(path: Path) -> list[dict[str, float]]:
    """A seed's curves; an empty cell is left out."""
    return [{key: float(value) for key, value in row.items() if value} for row in read_csv(path)]


def mean_history(folder: Path, seeds: Sequence[int]) -> list[dict[str, float]]:
    """The mean over seeds of each value of the curves."""
    histories = [read_history(history_path(folder, seed)) for seed in seeds]
    return [
        {key: sum(row[key] for row in rows) / len(rows) for key in rows[0]}
        for rows in zip(*histories, strict=True)
    ]


def retrack(runs: str | Path) -> list[str]:
    """Log every run of `runs/<system>/`, shorter trainings too, that the store does not know; their names."""
    added = []
    for path in sorted(Path(runs).glob("*/*/run.json")):
        whole, system = path.parent, path.parts[-3]
        client, experiment = connect(system)
        for share in (FULL, *rungs_in(whole)):
            folder, name = rung_folder(whole, share), rung_name(whole.name, share)
            known = f"tags.`{OUTPUTS}` = '{outputs_fingerprint(folder)}'"
            if client.search_runs([experiment], known, max_results=1):
                continue
            tags = {"from_cache": "true", "stage": f"{system}@{whole.name}"}
            tags |= {} if share == FULL else {"rung": f"{share:g}"}
            log_folder(system, name, folder, source_tags() | tags)
            added.append(f"{system}/{name}")
    return added


def log_folder(system: str, name: str, folder: Path, tags: Mapping[str, str]) -> None:
    """Log what a training has left in its folder, as if it had just ended."""
    record = read_json(folder / "run.json")
    start = {"system": system, "run": name}
    book = Logbook(start | {key: record[key] for key in ("seeds", "configuration")}, tags)
    for seed in record["seeds"]:
        for row in read_history(history_path(folder, seed)):
            book.epoch(row, seed)
    book.finish(folder, {})


def listen(messages: "queue.Queue[dict[str, Any] | None]") -> None:
    """Put the messages of standard input into the queue, None at its end; the sender never has to wait."""
    for line in sys.stdin:
        messages.put(json.loads(line))
    messages.put(None)


def serve(messages: "queue.Queue[dict[str, Any] | None]") -> None:
    """Log a training from its messages."""
    start = messages.get()
    if start is None:
        return
    book = Logbook(start, source_tags() | start["tags"])
    written = time.monotonic()
    while True:
        try:
            message = messages.get(timeout=PAUSE_S) or {"what": "stop", "status": "KILLED"}
        except queue.Empty:
            message = {"what": "nothing"}
        if message["what"] == "finish":
            return book.finish(message["folder"], message["metrics"], message["figures"])
        if message["what"] == "stop":
            return book.end(message["status"])
        if message["what"] == "epoch":
            book.epoch(message["row"], message["seed"])
        if time.monotonic() - written > PAUSE_S:
            book.write()
            written = time.monotonic()


def main() -> None:
    """Serve one training; whatever goes wrong prints one line and does not harm the training."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(5)
    messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
    threading.Thread(target=listen, args=(messages,), daemon=True).start()
    try:
        serve(messages)
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        print(
            f"warning: not tracked in MLflow ({type(error).__name__}: {reason})", file=sys.stderr, flush=True
        )
    os._exit(0)  # all is written; taking MLflow's modules apart in order costs a second


if __name__ == "__main__":
    main()
