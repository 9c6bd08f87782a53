"""The README tells what the project is: its commands, its diagram, its links."""

import re
from pathlib import Path

from repose.commands import COMMANDS
from repose.settings.diagram import diagram

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text()


def test_the_diagram_is_that_of_the_pipeline():
    drawn = re.search(r"```mermaid\n(.*?)```", TEXT, re.DOTALL)[1]
    assert drawn == diagram(ROOT / "dvc.yaml", ROOT / "params.yaml")  # `python -m repose diagram` prints it


def test_every_make_target_that_it_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", TEXT, re.MULTILINE)) <= targets


def test_every_command_that_it_names_exists():
    assert set(re.findall(r"python -m repose (\w+)", TEXT)) <= set(COMMANDS)


def test_every_link_leads_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_continuous_integration_calls_the_test_command():
    assert "make test\n" in (ROOT / ".ci" / "run").read_text()
    assert "bash .ci/run" in (ROOT / ".github" / "workflows" / "test.yml").read_text()
