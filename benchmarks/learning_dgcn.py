"""What more time teaches the bottom-up baseline: AP on held-out training pictures against crops seen.

`python -m benchmarks.learning_dgcn [--times 0.5,1,2,4] [--threads 1] [key=value …]` trains COCO's baseline
with so many times the default's crops, trunk and arm alike, and writes `benchmarks/learning_dgcn.png` and
`.md`. All points share one trunk at its constant rate; an arm branches off after each of the times. Keys are
those of `scale.dgcn.network` and `.train`. The held-out pictures are those of `dgcn.held_out`; beside them
stands AP on as many pictures that were trained on. The default takes some 30 minutes of one core with AMX;
test sets are never looked at.
"""

import argparse
import dataclasses
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.rates import apply_changes
from repose.dgcn.designs import build_seeded, load_trunk, output_layers
from repose.dgcn.labels import LabelMaker
from repose.dgcn.network import Design, PoseFields
from repose.dgcn.objective import Objective
from repose.dgcn.predict import find_people, reader_of
from repose.dgcn.recipe import SmallTraining, arm_recipe, trunk_recipe
from repose.dgcn.run import Run, Setup, Store, design_of_run, opened
from repose.dgcn.settings import arm_of, setup_of
from repose.foundations.files import write_text
from repose.foundations.parameters import load_params
from repose.metrics.people import PeopleFound, ap, match_all, with_visible_person
from repose.papers.dgcn.people import Judged, load_judged
from repose.pictures.scene_batches import SceneBatches
from repose.pictures.scenes import held_out
from repose.report.drawing import decorate, save_png
from repose.training.devices import Device, Forward, prepare_device
from repose.training.loop import train
from repose.training.recipe import Recipe

HERE, DATA = Path(__file__).parent, Path("data")
SET = ("coco", "train")
State = Mapping[str, Tensor]


@dataclasses.dataclass(frozen=True)
class Point:
    """What a number of crops has taught."""

    times: float  # the default's crops
    crops: int
    held: Mapping[str, float]  # COCO's numbers on held-out pictures
    seen: Mapping[str, float]  # on as many that were trained on


@dataclasses.dataclass(frozen=True)
class Bench:
    """What all trainings share."""

    setup: Setup
    run: Run  # the baseline
    design: Design
    rows: np.ndarray  # pictures to train on
    held: np.ndarray  # and those left out
    opened: Any  # the training set
    judged: Judged
    device: Device


def main() -> None:
    """Train, judge, draw."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    command.add_argument("--times", default="0.5,1,2,4")
    command.add_argument("--threads", type=int, default=1)
    command.add_argument("changes", nargs="*", metavar="key=value")
    options = command.parse_args()
    times = sorted(float(number) for number in options.times.split(","))
    params = load_params()
    section, scale = params["dgcn"], params["scale"]["dgcn"]
    apply_changes(options.changes, scale["train"], scale["network"])
    setup, run = setup_of(section, scale), arm_of(section, "base_r50", scale, params["seed"])
    device = prepare_device(params["device"], options.threads, section["precision"], channels_last=True)
    root = params["datasets"]["coco"]["root"]
    store = Store(DATA / "scenes", DATA / "adjacency", Path("runs/dgcn"), {"coco": root}, params["workers"])
    with opened([SET], setup, store) as sets:
        scenes = sets[SET].scenes
        rows, held = held_out(scenes, setup.held_out, 0)
        design, _ = design_of_run(run, setup, scenes.skeleton, store)
        judged = load_judged(DATA / "poses", "-".join(SET))
        bench = Bench(setup, run, design, rows, held, sets[SET], judged, device)
        points = learn(bench, times, scale["train"]["trunk_crops"])
    write_text(HERE / "learning_dgcn.md", page(points, options.changes))
    draw(points, HERE / "learning_dgcn.png")


def learn(bench: Bench, times: Sequence[float], trunk_crops: int) -> list[Point]:
    """A trunk in legs from each of the times to the next, and an arm after every leg."""
    small, seed = bench.run.small, bench.run.seeds[0]
    trunk, state, points = build_seeded(bench.design, seed), None, []
    for leg, (before, now) in enumerate(zip([0.0, *times], times, strict=False)):
        start = time.perf_counter()
        # the default's warm-up, once; the first leg of a single time 1 is the default's trunk
        warmup = small.warmup / now if leg == 0 else 0.0
        crops = round((now - before) * trunk_crops)
        recipe = trunk_recipe(changed(small, crops, warmup=warmup))
        state = trained(bench, trunk, recipe, state, seed + leg, f"trunk to {now:g} times")
        arm = build_seeded(bench.design, seed)
        load_trunk(arm, trunk.state_dict())
        own = changed(small, round(now * (small.crops or 0)))
        recipe = arm_recipe(bench.setup.paper, own, len(bench.rows))
        trained(bench, arm, recipe, state, seed, f"arm at {now:g} times")
        seen = round(now * trunk_crops) + (own.crops or 0)
        points.append(Point(now, seen, *(judge(bench, arm, rows) for rows in (bench.held, some_seen(bench)))))
        print(f"{line_of(points[-1])}  {time.perf_counter() - start:.0f} s", flush=True)
    return points


def changed(small: SmallTraining, crops: int, **more: float) -> SmallTraining:
    """The small schedule with other crops."""
    return dataclasses.replace(small, crops=crops, **more)  # type: ignore[arg-type]


def trained(
    bench: Bench, network: PoseFields, recipe: Recipe, state: State | None, seed: int, name: str
) -> dict[str, Tensor]:
    """Train a network in place; its optimiser's last state."""
    setup, scenes = bench.setup, bench.opened.scenes
    maker = LabelMaker(scenes.skeleton, bench.design.stride, setup.crop_px)
    batches = SceneBatches(
        scenes, bench.opened.pictures, recipe.batch, recipe.steps, setup.crop_px, setup.augment, seed, maker,
        bench.rows,
    )  # fmt: skip
    objective = Objective(network, scenes.skeleton, setup.weights, setup.supervision, seed)
    heads = set(output_layers(network))
    left: dict[str, Tensor] = {}
    train(
        network, objective, batches, recipe.training, bench.device, seed=seed, name=name,
        plain=heads.__contains__, start_state=state, on_end=left.update,
    )  # fmt: skip
    return {key: tensor.clone() for key, tensor in left.items()}


def some_seen(bench: Bench) -> np.ndarray:
    """As many of the pictures that were trained on as are held out."""
    return bench.rows[np.linspace(0, len(bench.rows) - 1, len(bench.held)).astype(int)]


@torch.inference_mode()
def judge(bench: Bench, network: PoseFields, rows: np.ndarray) -> dict[str, float]:
    """COCO's numbers on some pictures, those with a visible person, at the published sizes."""
    scenes, judged = bench.opened.scenes, bench.judged
    options, regression = bench.setup.decoder, bench.setup.weights.regression
    reader = reader_of(scenes.skeleton, bench.design, options, regression)
    forward = Forward(network.eval(), bench.device)
    people, _ = find_people(forward, scenes, bench.opened.pictures, rows, reader, bench.device.device)
    found = PeopleFound(
        judged.truth.joints, people["image"].astype(np.int64), people["joints2d_px"].astype(float),
        people["score"].astype(float), people["person_score"].astype(float),
    )  # fmt: skip
    counts = np.isin(np.arange(len(scenes)), rows) & with_visible_person(judged.truth)
    numbers = ap(match_all(judged.truth, found.scaled(judged.factors), judged.sigma), counts.astype(float))
    return {name: float(value) for name, value in numbers.items()}


def line_of(point: Point) -> str:
    """One point in words."""
    held, seen = (f"AP {n['AP']:.3f}, AP50 {n['AP50']:.3f}" for n in (point.held, point.seen))
    return f"{point.times:g} times, {point.crops} crops: {held}; on pictures trained on {seen}"


def page(points: Sequence[Point], changes: Sequence[str]) -> str:
    """The lines of the page."""
    what = f" with {', '.join(changes)}" if changes else ""
    head = (
        "# What more time teaches the bottom-up baseline\n\n"
        f"`python -m benchmarks.learning_dgcn`{what}: AP on held-out training pictures of COCO after so many "
        "times the default's crops.\n\n"
        "![AP against crops seen](learning_dgcn.png)\n\n"
    )
    return head + "".join(f"- {line_of(point)}\n" for point in points)


def draw(points: Sequence[Point], path: Path) -> None:
    """AP and AP50 against crops seen."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.0), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes, crops = figure.add_subplot(), [point.crops / 1000 for point in points]
    for name, colour in (("AP50", "#f58a07"), ("AP", "#2f7fd6")):
        for kind, style in (("held", "-"), ("seen", "--")):
            words = f"{name}, {'held-out pictures' if kind == 'held' else 'pictures trained on'}"
            values = [getattr(point, kind)[name] for point in points]
            axes.plot(crops, values, style, color=colour, marker="o", markersize=4, label=words)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    decorate(axes, "Baseline on the world's COCO", "crops seen, thousands")
    axes.set_xticks(crops, [f"{number:.0f}" for number in crops])
    axes.set_xticks([], minor=True)
    axes.legend(frameon=False, fontsize=9)
    save_png(figure, path)


if __name__ == "__main__":
    main()
