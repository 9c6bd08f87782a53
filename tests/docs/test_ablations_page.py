"""What docs/ablations.md and docs/predictions.md tell to type is valid and runs the stages that they name."""

import functools
import re
import shlex
import shutil

import pytest

from repose.foundations.parameters import load_params
from tests.imports import ROOT

PAGES = {name: (ROOT / f"docs/{name}.md").read_text() for name in ("ablations", "predictions")}
TOLD = re.compile(r"```bash\n(dvc exp run[^\n]*)\n```\n\nRuns ([^:]*):")
EXAMPLES = [found for page in PAGES.values() for found in TOLD.findall(page) if "--queue" not in found[0]]


def overrides(command):
    """The values of a command's -S."""
    words = shlex.split(command)
    return [words[n + 1] for n, word in enumerate(words) if word == "-S"]


def stages_of(repo, params):
    """What DVC resolves of every stage: its command, its files and the values of its parameters."""
    from dvc.dependency.param import ParamsDependency

    found = {}
    for stage in repo.index.stages:
        names = [name for dep in stage.deps if isinstance(dep, ParamsDependency) for name in dep.params]
        values = {name: functools.reduce(dict.__getitem__, name.split("."), params) for name in names}
        found[stage.name] = (stage.cmd, sorted(str(dep) for dep in stage.deps), values)
    return found


def downstream(repo, names):
    """The stages and all that depend on them."""
    import networkx as nx

    graph = repo.index.graph
    own = [stage for stage in repo.index.stages if stage.name in names]
    reached = set(own).union(*(nx.ancestors(graph, stage) for stage in own))
    return {stage.name for stage in reached}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The definitions of the pipeline, without its files."""
    from dvc.repo import Repo

    folder = tmp_path_factory.mktemp("project")
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copyfile(ROOT / name, folder / name)
    with Repo.init(str(folder), no_scm=True) as repo:
        return folder, stages_of(repo, load_params(folder / "params.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize(("command", "told"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_an_experiment_of_the_pages_is_valid_and_runs_the_stages_that_are_named(project, command, told):
    from dvc.repo import Repo
    from dvc.utils.hydra import apply_overrides

    folder, before = project
    params = folder / "params.yaml"
    try:
        apply_overrides(params, overrides(command))
        values = load_params(params)  # checked by the schema
        with Repo(str(folder)) as repo:
            now = stages_of(repo, values)
            changed = {name for name, stage in now.items() if before.get(name) != stage}
            ran = {name.partition("@")[0] for name in downstream(repo, changed)}
    finally:
        shutil.copyfile(ROOT / "params.yaml", params)
    if told.startswith("everything"):
        assert {"world", "hgg", "front"} <= ran
    else:
        assert ran == set(re.findall(r"`(\w+)`", told))


def commands_of(heading):
    """The lines to type below a heading."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGES["ablations"], re.MULTILINE | re.DOTALL)[1]
    blocks = re.findall(r"```bash\n(.*?)```", section, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.pipeline
def test_an_experiment_is_run_compared_adopted_and_forgotten_as_written(editable):
    start = editable.run("git", "rev-parse", "HEAD").stdout.strip()
    try:
        for line in [*commands_of("A new run")[:1], *commands_of("Compare, adopt, forget")]:
            done = editable.run(*shlex.split(line), check=not line.startswith("python -m repose compare"))
            assert done.returncode in (0, 1), line  # 1: `compare` has found something worse
        assert "wide" in (editable.folder / "reports/gcn/README.md").read_text()
        assert "wide" not in editable.run("dvc", "exp", "list", "--all", "--name-only").stdout.split()
    finally:
        editable.run("git", "reset", "-q", "--hard", start)


@pytest.mark.pipeline
def test_experiments_are_queued_as_written(editable):
    queue, status, _ = commands_of("Several in a queue")
    editable.run(*shlex.split(queue))
    assert editable.run(*shlex.split(status)).stdout.count("Queued") == 2
    editable.run("dvc", "queue", "remove", "--all")
