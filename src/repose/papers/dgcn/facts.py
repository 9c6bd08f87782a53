"""What every DGCN run is and has learnt, as the page on Qiu et al. says it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from safetensors import safe_open

from repose.papers.people.scores import REFERENCES
from repose.papers.people.words import last, learnt_scores
from repose.report.runs import Run, run_facts
from repose.report.scores import Scores
from repose.report.tables import Facts

TOLD = {"base_r50": "the ResNet-50 baseline", "ad_r50": "the same with a dynamic graph"}  # at the top
SHARED_LOSSES = ("pif_c", "paf_c")  # unweighted, of the confidences that all arms are taught alike
SHARED = " + ".join(SHARED_LOSSES)
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
    facts = learnt_scores(run, scores, run.name)
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


def used_text(facts: Facts) -> str:
    """How much of the maps the graph modules add in the end, without which arms cannot differ."""
    sizes = [fact["part_size"] for fact in facts.values() if "part_size" in fact]
    if not sizes:
        return ""
    return (
        "What the graph modules add to the trunk's maps in the end has "
        f"{min(sizes):.3f} to {max(sizes):.3f} of the size of a normalised map; `gate` is the size that they "
        "begin with.\n"
    )
