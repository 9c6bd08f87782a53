"""The pipeline as a diagram, read from dvc.yaml: stage families and what flows between them."""

import re
from pathlib import Path
from typing import Any

from repose.params.load import read_yaml12


def paths(entries: list[Any], item: dict[str, Any]) -> list[str]:
    """Paths of deps or outs: values of the item filled in, every other `${…}` as `*`."""
    names = [next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries]
    return [re.sub(r"\$\{(?:item\.)?([^}]*)\}", lambda m: str(item.get(m[1], "*")), name) for name in names]


def first_item(stage: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """The first of the items that a `foreach` goes over, when it is a section."""
    value: Any = params
    for key in re.sub(r"[${}]", "", str(stage.get("foreach", ""))).split("."):
        value = value.get(key, {}) if isinstance(value, dict) else {}
    items = [item for item in value.values() if isinstance(item, dict)] if isinstance(value, dict) else []
    return items[0] if items and "foreach" in stage else {}


def meet(dep: str, out: str) -> bool:
    """Whether a dependency may be an output, or lie in one, or hold one; `*` stands for any name."""
    for one, other in zip(dep.split("/"), out.split("/"), strict=False):
        if one == "*" and other == "*":
            continue
        pattern = re.escape(one).replace(r"\*", ".*") if "*" in one else re.escape(other).replace(r"\*", ".*")
        text = other if "*" in one else one
        if not re.fullmatch(pattern, text):
            return False
    return True


def edges(stages: dict[str, Any], params: dict[str, Any]) -> list[tuple[str, str]]:
    """Pairs of stage families where the second reads what the first writes."""
    deps, outs = {}, {}
    for name, stage in stages.items():
        body, item = stage.get("do", stage), first_item(stage, params)
        deps[name] = [
            dep for dep in paths(body.get("deps", []), item) if not dep.startswith(("src/", "stages/"))
        ]
        outs[name] = paths([*body.get("outs", []), *body.get("metrics", []), *body.get("plots", [])], item)
    return [
        (writer, reader)
        for reader in stages
        for writer in stages
        if writer != reader and any(meet(dep, out) for dep in deps[reader] for out in outs[writer])
    ]


def diagram(dvc_file: str | Path = "dvc.yaml", params_file: str | Path = "params.yaml") -> str:
    """A mermaid flowchart of the stage families."""
    stages = read_yaml12(dvc_file)["stages"]
    lines = [f"    {name}[{name}]" for name in stages]
    lines += [f"    {a} --> {b}" for a, b in edges(stages, read_yaml12(params_file))]
    return "\n".join(["flowchart LR", *lines]) + "\n"
