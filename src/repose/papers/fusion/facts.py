"""What every run of the fusion trainings has learnt, for the page on Jiang et al."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from repose.foundations.markdown import markdown_table
from repose.papers.fusion.scores import NAMES
from repose.report.published import Claim, Paper
from repose.report.runs import Run, chain, run_facts
from repose.report.scores import Scores, figure
from repose.report.tables import Facts

REFERENCES = {
    "mean_pose": "no training: always the mean pose of the test set's own training set, not scaled",
    "perfect": "no training: the truth itself",
    "one_mm": "no training: an error of one millimetre everywhere, of which the claims' limits are multiples",
}
PRESUMED = ("network", "reading", "flip_test", "augment")  # settings that make a row, beside its recipe


def fusion_facts(runs: Sequence[Run], scores: Scores) -> Facts:
    """Facts of all runs and of the two rows without one."""
    known = {run.name: run for run in runs}
    facts: Facts = {
        run.name: run_facts(run, run.record["paper_cost"]["samples"])
        | {"recipe": recipe(run, known)}
        | made(run.record["configuration"])
        | learnt(run, scores)
        for run in runs
    }
    return facts | {name: {"settings": words} for name, words in REFERENCES.items()}


def made(configuration: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a row presumes, and the precision that was asked for."""
    presumed = {name: configuration[name] for name in PRESUMED if name in configuration}
    return presumed | {"precision_asked": configuration.get("precision", "")}


def recipe(run: Run, runs: Mapping[str, Run]) -> list[str]:
    """How a run is trained, one line per stage, in the words in which the tables' rows state it."""
    return [
        stage(step.record["train"], step.record["configuration"]["train"])
        for step in reversed(chain(run, runs))
    ]


def stage(sets: Sequence[str], schedule: Mapping[str, Any]) -> str:
    """The sets and the schedule of one stage in words."""
    drops = " and ".join(str(epoch) for epoch in schedule["drops"] or ())
    falling = f" falling after {drops}" if drops else ""
    return (
        f"{' + '.join(sets)}: {schedule['epochs']} epochs in batches of {schedule['batch']}, "
        f"rate {schedule['rate']:g}{falling}, λ {schedule['lambda_reg']:g} and {schedule['lambda_geo']:g}"
    )


def learnt(run: Run, scores: Scores) -> dict[str, Any]:
    """Accuracy and error on the run's own test set, and its errors in percent of the mean pose's.

    Some sets are harder than others, so training errors, too, are compared in percent.
    """
    own = run.record["tests"][0]
    facts: dict[str, Any] = {"learnt: own test set": own}
    if (accuracy := figure(scores, run.name, "heatmap_pck", own)) is not None:
        facts[PCK] = round(accuracy, 1)
    if (apart := figure(scores, run.name, "sides_apart", own)) is not None:
        facts[APART] = round(apart, 1)
    error, mean = (figure(scores, name, "mpjpe_corrected", own) for name in (run.name, "mean_pose"))
    if error is not None:
        facts["learnt: MPJPE, mm"] = round(error, 1)
    if error is not None and mean:
        facts["test_error"] = 100 * error / mean
        facts[SHARE] = round(facts["test_error"], 1)
    taught, mean = (figure(scores, name, "train_mpjpe", own) for name in (run.name, "mean_pose"))
    if taught is not None and mean:
        facts["training_error"] = 100 * taught / mean
        facts["learnt: training MPJPE, mm"] = round(taught, 1)
        facts["learnt: training, % of the mean pose's error"] = round(facts["training_error"], 1)
    return facts


PCK = "learnt: heat-map PCK, %"
SHARE = "learnt: % of the mean pose's error"
APART = "learnt: left and right told apart, %"
EVERYWHERE = (
    ("heatmap_pck", "PCK", 1), ("mpjpe_corrected", "MPJPE", 1), ("mpjpe_published", "published", 1),
    ("p_mpjpe", "P-MPJPE", 1),
)  # fmt: skip


def learnt_text(runs: Sequence[Run], facts: Facts) -> str:
    """How well the runs do, and how many have learnt too little for a claim to rest on them."""
    return "".join(f"{text}\n" for text in (reached_text(runs, facts), caution_text(runs, facts)) if text)


def reached_text(runs: Sequence[Run], facts: Facts) -> str:
    """Joints found and error of stage 2 on Human3.6M, where all 2D sets can be compared."""
    of_stage = [
        run for run in runs if run.record["family"] == "stage2" and run.record["tests"][0] == "h36m_eccv"
    ]
    found = [facts[run.name][PCK] for run in of_stage if PCK in facts[run.name]]
    shares = [facts[run.name][SHARE] for run in of_stage if SHARE in facts[run.name]]
    if not (found and shares):
        return ""
    return (
        f"After stage 2, the networks trained on H36M find {min(found):.1f} to {max(found):.1f} % of the "
        f"joints in its test pictures (heat-map PCK); their 3D error is {min(shares):.1f} to "
        f"{max(shares):.1f} % of the mean training pose's."
    )


def caution_text(runs: Sequence[Run], facts: Facts) -> str:
    """How many runs are worse in 3D than the mean pose, and how well left and right are told apart."""
    deep = [run for run in runs if SHARE in facts[run.name]]
    worse = [run for run in deep if facts[run.name][SHARE] >= 100]
    alone = sum(run.record["family"].startswith("solo") for run in worse)
    weak = (
        f"**Caution: at this scale, {len(worse)} of {len(deep)} runs that predict depth ({alone} of them "
        "trained on 3D data alone) are worse in 3D than always predicting the mean training pose. Claims "
        "that rest on them are not testable here.**"
    )
    return " ".join(part for part in (weak if worse else "", apart_text(facts)) if part)


def apart_text(facts: Facts) -> str:
    """How well left and right are told apart, without which neither limbs nor depth come out right."""
    shares = [fact[APART] for fact in facts.values() if APART in fact]
    if not shares:
        return ""
    return (
        "Of the pairs of left and right joints that are clearly apart, the best run finds "
        f"{max(shares):.1f} % at two different places, the median run {median(shares):.1f} %."
    )


def everywhere_text(runs: Sequence[Run], scores: Scores) -> str:
    """Every run that predicts depth, on every 3D test set, whatever it was trained on."""
    header = ["run", *(f"{name} {words}" for name in NAMES.values() for _, words, _ in EVERYWHERE)]
    lines = []
    for run in runs:
        found = [
            (figure(scores, run.name, metric, group), digits)
            for group in NAMES
            for metric, _, digits in EVERYWHERE
        ]
        if any(value is not None for value, _ in found):
            lines.append([run.name, *("" if v is None else f"{v:.{digits}f}" for v, digits in found)])
    words = "Heat-map PCK in percent; MPJPE under the corrected and the published protocol and P-MPJPE in mm."
    return f"### Every run on every test set\n\n{words}\n\n{markdown_table(header, lines)}"


def limits_text(paper: Paper, scores: Scores) -> str:
    """The limits in millimetres that claims state, with our errors in percent of the mean pose's."""
    lines = [
        line
        for claim in paper.claims
        for terms in claim.contrasts
        if (line := limit_line(claim, {run: weight for weight, run, _ in terms}, scores))
    ]
    words = (
        "Some claims state an error in millimetres, which depends on the data: people, cameras and poses of "
        "drawn sets are others than those of the published ones. So these claims are judged on the published "
        "files alone. Here are our errors under the same protocol, also in percent of the mean pose's."
    )
    header = ["claim", "run", "test set", "limit, mm", "ours, mm", "% of the mean pose's"]
    return f"### Limits in millimetres\n\n{words}\n\n{markdown_table(header, lines)}" if lines else ""


def limit_line(claim: Claim, weights: Mapping[str, float], scores: Scores) -> list[str]:
    """One run that a claim compares with a limit; empty where there is no limit or no figure."""
    limit, run = weights.get("one_mm"), next((name for name in weights if name != "one_mm"), "")
    ours, mean = (figure(scores, name, claim.metric, claim.group) for name in (run, "mean_pose"))
    if limit is None or ours is None or not mean:
        return []
    figures = [f"{limit:g}", f"{ours:.1f}", f"{100 * ours / mean:.1f}"]
    return [claim.id, run, NAMES[claim.group or ""], *figures]
