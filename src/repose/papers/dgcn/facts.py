"""What every DGCN run is and has learnt, as the page on Qiu et al. says it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from safetensors import safe_open

from repose.foundations.errors import ReposeError
from repose.metrics.people import KINDS
from repose.papers.dgcn.people import NAMES
from repose.papers.dgcn.scores import GROUPS, TRIVIAL
from repose.report.runs import Run, run_facts
from repose.report.scores import Scores, figure
from repose.report.tables import Facts, markdown

REFERENCES = {TRIVIAL: "no training: the mean pose of the judged people, in the true box of each"}
SHARED_LOSSES = ("pif_c", "paf_c")  # unweighted, of the confidences that all arms are taught alike
SHARED = " + ".join(SHARED_LOSSES)
OF_JOINTS = (*KINDS, "unfound")
OF_PEOPLE = ("missed", "spurious")
SCALES = re.compile(r"graph\..*expand\.1\.weight")  # of what a module adds, by channel


def dgcn_facts(runs: Sequence[Run], scores: Scores) -> Facts:
    """Facts of all runs and of the trivial answer; `made` is what the rows of the paper's tables state."""
    facts: Facts = {
        run.name: run_facts(run, run.record["paper_cost"]["samples"])
        | {"made": made(run)}
        | learnt(run, scores)
        for run in runs
    }
    return facts | {name: {"settings": words} for name, words in REFERENCES.items()}


def made(run: Run) -> str:
    """Backbone, training set and graph of a run in one line, such as `resnet50 on coco, no graph`."""
    settings = run.record["configuration"]
    graph = settings.get("graph")
    words = f"{settings['backbone']} on {settings['data']}"
    if not graph:
        return f"{words}, no graph"
    strides = " and ".join(str(stride) for stride in graph["strides"])
    gamma = f", γ {settings['gamma']:g}" if graph["adjacency"] in ("soft", "dynamic") else ""
    return f"{words}, {graph['adjacency']} graph at stride {strides}{gamma}"


def learnt(run: Run, scores: Scores) -> dict[str, Any]:
    """Scores on the run's own test set, and the losses at the end that all runs of a data set share."""
    facts: dict[str, Any] = {"learnt: own test set": run.record["tests"][0]}
    group = GROUPS[run.record["tests"][0]]
    for name, metric, digits in (
        ("AP", "ap_visible", 3), ("AP50", "ap50_visible", 3), ("PCKh, %", "pckh_mean", 1),
        ("good joints, %", "joints_good", 1),
    ):  # fmt: skip
        if (value := figure(scores, run.name, metric, group)) is not None:
            facts[f"learnt: {name}"] = round(value, digits)
    if (size := part_size(run)) is not None:
        facts |= {"learnt: size of the graph's part": round(size, 4), "part_size": size}
    shared = [last(run, column) for column in SHARED_LOSSES]
    known = [value for value in shared if value is not None]
    if len(known) < len(shared):
        return facts
    return facts | {f"learnt: {SHARED}": round(sum(known), 3), "training_error": sum(known)}


def part_size(run: Run) -> float | None:
    """How much a graph module adds to the maps, the mean size of its last scales; None without one.

    A normalisation scales what it adds: 0 at first, and 1 would be as much as a normalised map has.
    """
    if not run.record["configuration"].get("graph"):
        return None
    sizes = []
    for seed in run.seeds:
        with safe_open(seed / "model.safetensors", "np") as weights:
            names = [name for name in weights.keys() if SCALES.fullmatch(name)]  # noqa: SIM118  no mapping
            sizes += [float(np.abs(weights.get_tensor(name)).mean()) for name in names]
    return float(np.mean(sizes)) if sizes else None


def last(run: Run, column: str) -> float | None:
    """The mean over seeds of a column's last value, None where the history has no such column."""
    try:
        return float(run.last(column).mean())
    except ReposeError:
        return None


def learnt_text(scores: Scores) -> str:
    """How far the ResNet-50 baseline and the dynamic graph have come on COCO, and what they get wrong."""
    texts = []
    for run, words in (("base_r50", "the ResNet-50 baseline"), ("ad_r50", "the same with a dynamic graph")):
        names = ("ap_visible", "ap50_visible", "joints_good", "people_missed", "people_spurious")
        found = [figure(scores, run, name, "coco_val") for name in names]
        if None not in found:
            ap, half, good, missed, spurious = found
            texts.append(
                f"{words} reaches AP {ap:.3f} and AP50 {half:.3f} on COCO val, finds {good:.1f} % of all "
                f"labelled joints well, misses {missed:.1f} % of the people and makes up another "
                f"{spurious:.1f} %"
            )
    text = "; ".join(texts)
    return f"{text[0].upper()}{text[1:]}.\n" if text else ""


def used_text(facts: Facts) -> str:
    """How much of the maps the graph modules add in the end, without which arms cannot differ."""
    sizes = [fact["part_size"] for fact in facts.values() if "part_size" in fact]
    if not sizes:
        return ""
    return (
        "A graph module begins with adding nothing to the trunk's maps. What it adds in the end has "
        f"{min(sizes):.3f} to {max(sizes):.3f} of the size of a normalised map.\n"
    )


def drawn_text(runs: Sequence[Run], drawn: bool) -> str:
    """What decides how near the world's COCO and CrowdPose come to the published sets."""
    sides = {run.record["configuration"]["scale"]["picture_px"] for run in runs}
    if not drawn or not sides:
        return ""
    return (
        "COCO and CrowdPose are drawn: `scale.world.people_px` is the long edge of their pictures, and "
        "`scale.world.size_range` below 1 brings people nearer and makes them more alike in size than in the "
        "published sets, which makes the sets easier ([the data](../data/README.md)). Pictures are tested at "
        f"{min(sides)} px, and poses are scaled to the published picture sizes before they are scored.\n"
    )


def errors_text(runs: Sequence[Run], scores: Scores) -> str:
    """Kinds of errors of every run on every test set with sigmas, as a table."""
    metrics = [*(f"joints_{kind}" for kind in OF_JOINTS), *(f"people_{kind}" for kind in OF_PEOPLE)]
    lines = []
    for test, words in NAMES.items():
        for run in runs:
            values = [figure(scores, run.name, metric, GROUPS[test]) for metric in metrics]
            if None not in values:
                lines.append([run.name, words, *(f"{value:.1f}" for value in values)])
    if not lines:
        return ""
    header = ["run", "test set", *OF_JOINTS, *(f"{kind} people" for kind in OF_PEOPLE)]
    return f"### Kinds of errors\n\n{ERRORS}\n\n{markdown(header, lines)}"


ERRORS = (
    "Of all labelled joints, in percent, after Ronchi and Perona (ICCV 2017): good (similarity to the truth "
    "at least 0.85), jitter (at least 0.5), inversion (on the same person's other side), swap (on somebody "
    "else), miss (near none of these), unfound (the person was not found). Of the true people, in percent: "
    "missed and spurious ones. Of the found people only the best-scored count, as many as there are true "
    "people in the whole set, so that no more people are made up than missed."
)
