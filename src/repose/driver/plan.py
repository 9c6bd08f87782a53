"""What `dvc repro` would do, read from DVC: stages in its order, what each needs, whether it has changed."""

import contextlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dvc.dependency.param import ParamsDependency
from dvc.dvcfile import PROJECT_FILE
from dvc.repo import Repo, lock_repo
from dvc.repo.reproduce import collect_stages, get_active_graph, plan_repro

from repose.driver.lock_file import sort
from repose.foundations.errors import ReposeError
from repose.foundations.files import write_json

WEIGHT = {"cores": 1, "memory_gib": 1.5}  # of a stage whose `meta` in dvc.yaml says nothing else


class Plan:
    """The stages that targets need, by name, in the order in which a serial `dvc repro` visits them."""

    def __init__(self, repo: Repo, targets: Sequence[str] = ()) -> None:
        self.repo = repo
        with self.reading():
            graph = get_active_graph(repo.index.graph)
            home = str(Path(repo.root_dir, PROJECT_FILE))
            everything = [stage for stage in repo.index.stages if stage.path == home]
            steps = plan_repro(graph, collect_stages(repo, targets) if targets else everything)
        self.stages: dict[str, Any] = {stage.addressing: stage for stage in steps}
        self.needs = {stage.addressing: {n.addressing for n in graph.successors(stage)} for stage in steps}
        self.chain = longest_chains(self.needs)
        self.weights = {name: weight(name, stage.meta or {}) for name, stage in self.stages.items()}
        self.locked = list(everything[0].dvcfile.lockfile_contents.get("stages", {})) if everything else []

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """DVC's lock, without which no stage may be compared; a `LockError` if another holds it for long."""
        with lock_repo(self.repo):
            yield

    def changed(self, name: str) -> bool:
        """Whether a stage's command, dependencies, parameters or outputs differ from dvc.lock."""
        return bool(self.stages[name].changed())

    def concerns(self, parameter: str, path: str | None) -> bool:
        """Whether a stage reads a parameter, or files in the folder that it names."""
        for dep in (dep for stage in self.stages.values() for dep in stage.deps):
            if not isinstance(dep, ParamsDependency):
                if dep.def_path == path:
                    return True
            elif any(f"{parameter}.".startswith(f"{name}.") for name in dep.params):
                return True
        return False


def longest_chains(needs: Mapping[str, set[str]]) -> dict[str, int]:
    """How many stages, itself included, stand in the longest chain that begins with a stage."""
    chain = dict.fromkeys(needs, 1)
    for name in reversed(list(needs)):  # those that need a stage come after it
        for need in needs[name]:
            chain[need] = max(chain[need], 1 + chain[name])
    return chain


def weight(name: str, meta: Mapping[str, Any]) -> tuple[float, float]:
    """Cores and GiB of a stage: `meta: {cores: all, memory_gib: 3}` in dvc.yaml, which DVC ignores."""
    values = [math.inf if meta.get(key) == "all" else meta.get(key, WEIGHT[key]) for key in WEIGHT]
    if not all(isinstance(value, int | float) and value > 0 for value in values):
        raise ReposeError(
            f"dvc.yaml: `meta` of stage `{name}` is {dict(meta)}, expected `cores` (a number or `all`) "
            "and `memory_gib` (a number); mend the entry"
        )
    return values[0], values[1]


def order_file(plan: Plan) -> Path:
    """Where the order of dvc.lock is kept until everything is up to date, over interrupted calls too."""
    return Path(plan.repo.tmp_dir, "repro-order.json")


def keep_order(plan: Plan) -> None:
    """Remember the order of dvc.lock's entries as it was before anything ran."""
    with contextlib.suppress(OSError, ValueError):
        plan.locked = json.loads(order_file(plan).read_text())
    write_json(order_file(plan), plan.locked)


def settle_order(plan: Plan, complete: bool) -> None:
    """Put dvc.lock's new entries, which DVC appends as stages end, in the order of a serial `dvc repro`."""
    names = dict.fromkeys([*plan.locked, *plan.stages])
    if len(names) > len(plan.locked):
        with plan.reading(), plan.repo.scm_context:
            sort(plan.repo, names)
    if complete:
        order_file(plan).unlink(missing_ok=True)
