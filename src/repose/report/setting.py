"""What was run, stated on every page before anything is counted: data, scale, runs, samples, precision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from repose.report.tables import Facts, written

PAPER_SCALE = "paper"
ORIGINS = {"world": "Drawn by the embedded world", "real": "The published files"}
ORIGIN_WORDS = {"world": "drawn", "real": "published"}
MOST_NAMES = 6  # of runs in a sentence


@dataclass(frozen=True)
class Setting:
    """The scale of a system's trainings and the data that they and their scores used."""

    scale: str
    origin: Mapping[str, str]  # where each data set's files are from: world or real
    values: Mapping[str, Any] = field(default_factory=dict)  # that the scale sets
    chosen: str = ""  # how these values were chosen

    @property
    def as_published(self) -> bool:
        """Whether this is the paper's own setting: its scale, and the published files of every data set."""
        return self.scale == PAPER_SCALE and set(self.origin.values()) == {"real"}


def ran_lines(setting: Setting, facts: Facts) -> list[str]:
    """Two lines: which data at which scale, and how many runs on which share of the paper's samples."""
    return [line for line in (data_text(setting), runs_text(facts)) if line]


def data_text(setting: Setting) -> str:
    """Which data sets the embedded world drew, which are the published files, and the scale."""
    sets = {kind: [name for name, source in setting.origin.items() if source == kind] for kind in ORIGINS}
    texts = [f"{ORIGINS[kind]}: {', '.join(names)}." for kind, names in sets.items() if names]
    return " ".join([*texts, f"Scale `{setting.scale}`."])


def runs_text(facts: Facts) -> str:
    """How many runs with how many seeds, their share of the paper's samples, and the precision."""
    trained = trainings(facts)
    if not trained:
        return ""
    seeds, share = spread_of(trained, "seeds"), spread_of(trained, "samples_share")
    count = f"{len(trained)} runs" if len(trained) > 1 else "1 run"
    sampled = f", each trained on {share} % of the samples that the paper trains on" if share else ""
    text = f"{count} with {seeds} seed{'' if seeds == '1' else 's'} each{sampled}."
    return " ".join(part for part in (text, precision_text(facts)) if part)


def ran_cells(setting: Setting, facts: Facts) -> dict[str, str]:
    """`ran_lines` as the cells of a table; the warning is about runs in another precision than asked."""
    trained = trainings(facts)
    sets = {kind: [name for name, source in setting.origin.items() if source == kind] for kind in ORIGINS}
    share, other = spread_of(trained, "samples_share"), [run for run in facts if other_precision(facts[run])]
    return {
        "data": "; ".join(
            f"{ORIGIN_WORDS[kind]}: {', '.join(names)}" for kind, names in sets.items() if names
        ),
        "scale": setting.scale,
        "runs": str(len(trained)),
        "seeds": spread_of(trained, "seeds"),
        "share": f"{share} %" if share else "",
        "computed": computed_text(facts).removeprefix("in "),
        "warning": other_precision_text(other, facts) if other else "",
    }


def trainings(facts: Facts) -> list[dict[str, Any]]:
    """The facts of the runs that were trained."""
    return [fact for fact in facts.values() if "samples_seen" in fact]


def precision_text(facts: Facts) -> str:
    """The precision that was used, and the runs that asked for another; empty if no run says."""
    if not (used := computed_text(facts)):
        return ""
    other = [run for run, fact in facts.items() if other_precision(fact)]
    return f"Computed {used}." + (f" {other_precision_text(other, facts)}" if other else "")


def computed_text(facts: Facts) -> str:
    """The precisions and devices that were used, with the number of runs where there are several."""
    computed = [fact["computed"] for fact in facts.values() if fact.get("computed")]
    kinds = Counter(computed)
    used = [
        f"in {precision} on {device}" + (f" ({count} of {len(computed)} runs)" if len(kinds) > 1 else "")
        for (device, _, precision), count in ((words.rpartition(" "), n) for words, n in kinds.items())
    ]
    return " and ".join(used)


def other_precision(fact: Mapping[str, Any]) -> bool:
    """Whether a run's layers were computed in another precision than was asked for."""
    used, asked = fact.get("computed", ""), fact.get("precision_asked", "")
    return bool(used and asked) and used.rpartition(" ")[2] != asked


def other_precision_text(runs: Sequence[str], facts: Facts) -> str:
    """The runs that were not computed in the precision that they asked for."""
    asked = " or ".join(dict.fromkeys(facts[run]["precision_asked"] for run in runs))
    named = (
        ", ".join(runs) if len(runs) <= MOST_NAMES else f"{len(runs)} runs, marked under *What was learnt*"
    )
    return f"**Not computed in the precision asked for ({asked}): {named}.**"


def computed_words(fact: Mapping[str, Any]) -> str:
    """The device and the precision of a run, with a mark if it asked for another precision."""
    mark = f" (**{fact['precision_asked']} asked for**)" if other_precision(fact) else ""
    return f"{fact.get('computed', '')}{mark}"


def values_text(setting: Setting) -> str:
    """The values that the scale sets, and how they were chosen."""
    listed = ", ".join(f"`{key}: {written(value)}`" for key, value in setting.values.items())
    texts = [f"The scale sets {listed}." if listed else "", setting.chosen]
    return " ".join(text for text in texts if text)


def spread_of(facts: Sequence[Mapping[str, Any]], name: str) -> str:
    """The smallest and the largest value of a fact, of the runs that have it."""
    return spread([fact[name] for fact in facts if name in fact])


def spread(values: Sequence[float]) -> str:
    """The smallest and the largest of some numbers, or one number if both are written alike."""
    ends = [f"{value:.3g}" for value in (min(values), max(values))] if values else []
    return " to ".join(dict.fromkeys(ends))
