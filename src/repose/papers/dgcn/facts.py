"""What every DGCN run is and has learnt, as the page on Qiu et al. says it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from safetensors import safe_open

from repose.papers.people.scores import REFERENCES
from repose.papers.people.words import last, learnt_scores
from repose.report.runs import Run, run_facts
from repose.report.scores import Scores
from repose.report.tables import Facts, in_words

TOLD = {"base_r50": "the ResNet-50 baseline", "ad_r50": "the same with a dynamic graph"}  # at the top
SHARED_LOSSES = ("pif_c", "paf_c")  # unweighted, of the confidences that all arms are taught alike
SHARED = " + ".join(SHARED_LOSSES)
SCALES = re.compile(r"graph\..*expand\.1\.weight")  # of what a module adds, by channel
RELATIONS = re.compile(r"graph\..*graph\.relations")  # W_d
OF_PRESETS = ("upscale", "to_summits", "forced_most", "alike")  # of the decoder, which the papers' scale sets
UNREAD = {  # settings that a kind of adjacency has no use for
    "identity": ("softmax", "relations_own", "resample"), "hand": ("resample",), "soft": ("resample",),
}  # fmt: skip


def dgcn_facts(runs: Sequence[Run], scores: Scores) -> Facts:
    """Facts of all runs and of the trivial answer."""
    facts: Facts = {
        run.name: run_facts(run, run.record["paper_cost"]["samples"]) | made(run) | learnt(run, scores)
        for run in runs
    }
    return facts | {name: {"settings": words} for name, words in REFERENCES.items()}


def made(run: Run) -> dict[str, Any]:
    """The settings that the rows of the paper's tables presume, and the precision that was asked for."""
    settings = run.record["configuration"]
    return {
        "backbone": settings["backbone"],
        "data": settings["data"],
        **graph_of(settings),
        "schedule": in_words(settings["train"]),
        "loss": in_words(settings["loss"]),
        "decoder": in_words(settings["decoder"], *OF_PRESETS),
        "augment": in_words(settings["augment"]),
        "precision_asked": settings["precision"],
    }


def graph_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a run's graph that it has a use for."""
    design = settings["graph"]
    if not design:
        return {"graph": "none"}
    kind = design["adjacency"]
    unread = ("adjacency", "gate", *UNREAD.get(kind, ()))  # the gate is the scale's
    own = {name: value for name, value in design.items() if name not in unread}
    return {"graph": kind, **own} | ({"gamma": settings["gamma"]} if kind in ("soft", "dynamic") else {})


def learnt(run: Run, scores: Scores) -> dict[str, Any]:
    """Scores on the run's own test set, and the losses at the end that all runs of a data set share."""
    facts = learnt_scores(run, scores, run.name)
    if (size := part_size(run)) is not None:
        facts |= {"learnt: size of the graph's part": round(size, 4), "part_size": size}
    if (moved := relations_moved(run)) is not None:
        facts |= {"learnt: W_d has moved by": round(moved, 4), "relations_moved": moved}
    if (agreed := relations_agreed(run)) is not None:
        facts |= {"learnt: seeds agree on W_d by": round(agreed, 4), "relations_agreed": agreed}
    shared = [last(run, column) for column in SHARED_LOSSES]
    known = [value for value in shared if value is not None]
    if len(known) < len(shared):
        return facts
    return facts | {f"learnt: {SHARED}": round(sum(known), 3), "training_error": sum(known)}


def part_size(run: Run) -> float | None:
    """How much a graph module adds to the maps, the mean size of its last scales; None without one.

    A normalisation scales what it adds: 0 at first, and 1 would be as much as a normalised map has.
    """
    sizes = [float(np.abs(scales).mean()) for _, scales in tensors(run, SCALES)]
    return float(np.mean(sizes)) if sizes else None


def relations_moved(run: Run) -> float | None:
    """How far W_d is from where it begins, the root of the mean square of its entries; None without one."""
    moves = [np.mean(move**2) for move in relations_moves(run).values()]
    return float(np.sqrt(np.mean(moves))) if moves else None


def relations_agreed(run: Run) -> float | None:
    """Mean correlation between two seeds' moves of W_d: 1 if all learn the same, about 0 if it only drifts.

    None without two seeds that have moved.
    """
    told = [
        np.corrcoef(one.ravel(), other.ravel())[0, 1]
        for moves in relations_moves(run).values()
        for one, other in combinations(moves, 2)
        if one.std() > 0 and other.std() > 0
    ]
    return float(np.mean(told)) if told else None


def relations_moves(run: Run) -> dict[str, np.ndarray]:
    """By how much the entries of each W_d have moved: seeds, K, K by name; empty without one."""
    graph = run.record["configuration"]["graph"]
    moves: dict[str, list[np.ndarray]] = {}
    for name, relations in tensors(run, RELATIONS):
        start = np.ones_like(relations) + (graph["relations_own"] - 1) * np.eye(len(relations))
        moves.setdefault(name, []).append(relations - start)
    return {name: np.stack(seeds) for name, seeds in moves.items()}


def tensors(run: Run, names: re.Pattern[str]) -> Iterator[tuple[str, np.ndarray]]:
    """Some of the weights of a run's graph modules by name, seed by seed; none where it has no graph."""
    if not run.record["configuration"]["graph"]:
        return
    for seed in run.seeds:
        with safe_open(seed / "model.safetensors", "np") as weights:
            for name in weights.keys():  # noqa: SIM118  no mapping
                if names.fullmatch(name):
                    yield name, weights.get_tensor(name)


def used_text(facts: Facts) -> str:
    """How much the graph modules add in the end, and how far the relations are from where they begin."""
    sizes, moves, agreed = (
        [fact[name] for fact in facts.values() if name in fact]
        for name in ("part_size", "relations_moved", "relations_agreed")
    )
    if not sizes:
        return ""
    text = (
        "What the graph modules add to the trunk's maps in the end has "
        f"{min(sizes):.3f} to {max(sizes):.3f} of the size of a normalised map; `gate` is the size that they "
        "begin with."
    )
    if moves:
        text += (
            f" The relations W_d, which tell joints apart, end {min(moves):.3f} to {max(moves):.3f} from "
            "where they begin (root mean square of the entries)."
        )
    if agreed:
        text += (
            f" Where two seeds of a run have moved them, the moves correlate by {min(agreed):.2f} to "
            f"{max(agreed):.2f}: 1 would mean that all seeds learn the same relations, 0 that they drift."
        )
    return f"{text}\n"
