"""The pipeline as a diagram, read from dvc.yaml: families of stages, and who reads whose files."""

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from repose.foundations.parameters import read_yaml12
from repose.foundations.values import lookup


def filled(text: Any, values: dict[str, Any]) -> Any:
    """A text with every `${a.b}` filled in; the value itself if the text is nothing else."""
    if whole := re.fullmatch(r"\$\{([^}]*)\}", str(text)):
        return lookup(whole[1], values)
    return re.sub(r"\$\{([^}]*)\}", lambda match: str(lookup(match[1], values)), str(text))


def instances(stage: dict[str, Any], params: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The values that each stage of a family is filled in with, as DVC expands `foreach` and `matrix`."""
    if "foreach" in stage:
        over = filled(stage["foreach"], params) if isinstance(stage["foreach"], str) else stage["foreach"]
        for key, item in (
            over.items() if isinstance(over, dict) else ((None, filled(i, params)) for i in over)
        ):
            yield params | {"key": key, "item": item}
    elif "matrix" in stage:
        sides = {name: filled(over, params) if isinstance(over, str) else over
                 for name, over in stage["matrix"].items()}  # fmt: skip
        for values in itertools.product(*sides.values()):
            yield params | {"item": dict(zip(sides, values, strict=True))}
    else:
        yield params


def paths(entries: list[Any], stage: dict[str, Any], params: dict[str, Any]) -> set[str]:
    """Paths of the deps or outs of all stages of a family."""
    names = [next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries]
    return {str(filled(name, values)) for values in instances(stage, params) for name in names}


def meet(dep: str, out: str) -> bool:
    """Whether a dependency is an output, or lies in one, or holds one."""
    return all(a == b for a, b in zip(dep.split("/"), out.split("/"), strict=False))


def edges(stages: dict[str, Any], params: dict[str, Any]) -> list[tuple[str, str]]:
    """Pairs of stage families where the second reads what the first writes."""
    deps, outs = {}, {}
    for name, stage in stages.items():
        body = stage.get("do", stage)
        read = [dep for dep in body.get("deps", []) if not dep.startswith(("src/", "stages/"))]
        deps[name] = paths(read, stage, params)
        outs[name] = paths([*body.get("outs", []), *body.get("metrics", [])], stage, params)
    return [
        (writer, reader)
        for reader in stages
        for writer in stages
        if writer != reader and any(meet(dep, out) for dep in deps[reader] for out in outs[writer])
    ]


def family(stage: str) -> str:
    """What a stage belongs to: `gcn_free` to `gcn`, `score_gcn` to `score`."""
    return stage.partition("_")[0]


def reduced(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs, without those that a longer path implies."""

    def reached(start: str, left_out: tuple[str, str]) -> set[str]:
        found: set[str] = set()
        waiting = [start]
        while waiting:
            here = waiting.pop()
            after = {b for a, b in pairs if a == here and (a, b) != left_out} - found
            found |= after
            waiting += after
        return found

    return [(a, b) for a, b in pairs if b not in reached(a, (a, b))]


def diagram(dvc_file: str | Path = "dvc.yaml", params_file: str | Path = "params.yaml") -> str:
    """A Mermaid flowchart: a box per family of stages, an arrow where one family reads another's files."""
    stages = read_yaml12(dvc_file)["stages"]
    between = [(family(a), family(b)) for a, b in edges(stages, read_yaml12(params_file))]
    pairs = list(dict.fromkeys(pair for pair in between if pair[0] != pair[1]))
    lines = [f"    {name}" for name in dict.fromkeys(map(family, stages))]
    lines += [f"    {a} --> {b}" for a, b in reduced(pairs)]
    return "\n".join(["flowchart LR", *lines]) + "\n"
