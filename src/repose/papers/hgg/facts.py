"""What every HGG run is and has learnt, as the page on Jin et al. says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from repose.papers.hgg.scores import BY_TRUTH, FIRST, GAP, own_tests, tested
from repose.papers.people.scores import REFERENCES
from repose.papers.people.words import last, learnt_scores
from repose.report.runs import Run, run_facts
from repose.report.scores import Scores, figure
from repose.report.tables import Facts, in_words

TOLD = {"ae": "associative embedding", "full": "the hierarchical grouping"}  # at the top
OF_PRESETS = ("scale", "rotation", "near")  # of the crops, which the papers' scale sets
READ = {"edge_conv": ("aggregate",), "attention": ("heads",)}  # settings that one kind of network alone has
SHARED = "heatmap"  # the loss, unweighted, that all arms are taught alike; the grouping's reach the tags


def hgg_facts(runs: Sequence[Run], scores: Scores) -> Facts:
    """Facts of all runs by all their tests, and of the trivial answer."""
    facts: Facts = {}
    for run in runs:
        for test, how in own_tests(run).items():
            facts[tested(run, test)] = facts_of(run, test, how) | learnt(run, scores, tested(run, test))
    return facts | {name: {"settings": words} for name, words in REFERENCES.items()}


def facts_of(run: Run, test: str, how: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of a run by one of its tests; what its training saw is told once, in its own row."""
    own = made(run) | {"scales": how["scales"], "grouper": how["grouper"]}
    if test == FIRST:
        return run_facts(run, run.record["paper_cost"]["samples"]) | own
    settings = f"the run `{run.name}`, tested at {scale_words(how)}, grouped {grouper_words(how)}"
    return {"settings": settings, "seeds": len(run.record["seeds"])} | own


def made(run: Run) -> dict[str, Any]:
    """The settings that the rows of the paper's tables presume, and the precision that was asked for."""
    settings = run.record["configuration"]
    return {
        **grouping_of(settings["grouping"]),
        **settings["testing"],
        "sigma": settings["sigma"],
        "candidates": in_words(settings["candidates"]),
        "loss": in_words(settings["loss"]),
        "schedule": in_words(settings["train"]),
        "augment": in_words(settings["augment"], *OF_PRESETS),
        "precision_asked": settings["precision"],
    }


def grouping_of(grouping: Mapping[str, Any] | None) -> dict[str, Any]:
    """The settings of a run's grouping that it has a use for."""
    if not grouping:
        return {"kind": "none"}
    net, rules = grouping["net"], grouping["rules"]
    own = {name: net[name] for name in ("kind", "layers", "width", *READ.get(net["kind"], ()))}
    own |= {name: rules[name] for name in ("cut", "order", "macro_cut")}
    return own | {"graph": grouping["graph"], "losses": grouping["losses"]}


def scale_words(how: Mapping[str, Any]) -> str:
    """The scales of a test."""
    return f"scale{'s' if len(how['scales']) > 1 else ''} {', '.join(f'{s:g}' for s in how['scales'])}"


def grouper_words(how: Mapping[str, Any]) -> str:
    """Who groups in a test."""
    return "by itself" if how["grouper"] == "own" else "greedily by tags"


def learnt(run: Run, scores: Scores, row: str) -> dict[str, Any]:
    """Scores on the run's own test set, and the losses at the end."""
    facts = learnt_scores(run, scores, row, digits=1)
    if (error := last(run, SHARED)) is not None:
        facts |= {f"learnt: {SHARED}": round(error, 6), "training_error": error}
    if (share := part_size(run)) is not None:
        facts |= {"learnt: judge": round(share, 3), "part_size": share}
    taught = (run.record["configuration"]["grouping"] or {}).get("losses", ())
    if set(taught) & {"final", "intermediate"} and (share := last(run, "held_macro")) is not None:
        facts |= {"learnt: macro-nodes": round(share, 3)}
    return facts


def part_size(run: Run) -> float | None:
    """The skill on held-out pictures of the discriminator that decides what is merged; None without one."""
    return last(run, "held_judge") if run.record["configuration"]["grouping"] else None


def gap_text(scores: Scores) -> str:
    """What a perfect grouping would make of the joints that were found, beside the run's own."""
    texts = []
    for row, words in TOLD.items():
        best, gap = (figure(scores, row, metric, "coco_val") for metric in (BY_TRUTH, GAP))
        if best is not None and gap is not None:
            texts.append(f"AP {best:.1f} with the joints of {words}, {gap:.1f} more than its own grouping")
    return f"Put together by the truth, the same joints reach {'; '.join(texts)}.\n" if texts else ""


def used_text(facts: Facts) -> str:
    """How much the discriminators have learnt."""
    texts = []
    for key, words in (
        ("part_size", "that decides what is merged"),
        ("learnt: macro-nodes", "of macro-nodes"),
    ):
        shares = [fact[key] for fact in facts.values() if key in fact]
        if shares:
            texts.append(f"{min(shares):.2f} to {max(shares):.2f} of the one {words}")
    if not texts:
        return ""
    return f"Skills of the runs' discriminators on held-out pictures (a coin's is 0): {', '.join(texts)}.\n"
