"""The walk of a researcher: an experiment, adopted on a branch, and the pull request with its checks."""

import os
import shlex
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import Checkout
from tests.imports import ROOT

pytestmark = pytest.mark.pipeline

JOBS = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())["jobs"]
SHELLS = {None: ("bash", "-e"), "bash": ("bash", "-eo", "pipefail")}  # as GitHub starts them
GH = """#!/bin/sh
echo "$@" > {folder}/asked
while [ $# -gt 0 ]; do [ "$1" = --body-file ] && cat "$2" > {folder}/comment; shift; done
"""


def steps(job):
    """The scripts of a job, but for the installation of packages."""
    for step in JOBS[job]["steps"]:
        if "run" in step and not step["run"].startswith("python -m pip install"):
            yield step["run"], step.get("env", {}), SHELLS[step.get("shell")]


def check(pull, job, tools):
    """Run a job's steps in a checkout of the pull request, as the workflow does."""
    values = {"origin/${{ github.base_ref }}": "origin/main", "${{ github.event.pull_request.number }}": "3"}
    for script, environment, shell in steps(job):
        given = {name: values.get(value, value) for name, value in environment.items()}
        path = f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        summary = {"GITHUB_STEP_SUMMARY": str(tools / "summary")}
        pull.run(*shell, "-c", script, **{**given, **summary, "PATH": path})


@pytest.fixture
def tools(tmp_path):
    """A folder with a `gh` that keeps the comment it is told to write."""
    (tmp_path / "gh").write_text(GH.format(folder=shlex.quote(str(tmp_path))))
    (tmp_path / "gh").chmod(0o755)
    return tmp_path


def test_an_experiment_becomes_a_pull_request_whose_checks_pass_and_say_what_changed(editable, tools):
    remote, branch = str(tools / "remote.git"), editable.run("git", "branch", "--show-current").stdout.strip()
    editable.run("git", "init", "-q", "--bare", remote)
    editable.run("git", "push", "-q", remote, "HEAD:main")
    try:
        editable.run("git", "switch", "-q", "-c", "wider")
        editable.run("dvc", "exp", "run", "-n", "wider", "-S", "+gcn.runs.wider.channels=64")
        editable.run("python", "-m", "repose", "readme")
        editable.commit("A wider graph network")
        editable.run("git", "push", "-q", remote, "HEAD:wider")
        assert editable.run("git", "status", "--porcelain").stdout == ""
    finally:
        editable.run("dvc", "exp", "remove", "wider", check=False)
        editable.run("git", "reset", "-q", "--hard")
        editable.run("git", "switch", "-q", branch)

    editable.run("git", "clone", "-q", "--branch", "wider", remote, str(tools / "pull"))
    pull = Checkout(tools / "pull")
    check(pull, "lock", tools)
    check(pull, "compare", tools)
    assert (tools / "asked").read_text().startswith("pr comment 3 ")
    comment = (tools / "comment").read_text()
    assert "| new | `gcn.runs.wider` |" in comment
    assert comment == (tools / "summary").read_text()

    (pull.folder / "stages/gcn.py").write_text((pull.folder / "stages/gcn.py").read_text() + "# newer\n")
    with pytest.raises(AssertionError, match="failed to reproduce 'gcn@sup_256'"):
        check(pull, "lock", tools)
