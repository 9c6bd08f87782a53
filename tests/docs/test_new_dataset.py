"""docs/new-dataset.md is enough: a set added by its steps alone is drawn, checked and converted."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.imports import ROOT

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs/new-dataset.md").read_text()
STEP = re.compile(
    r"^(?:Into `([^`]+)`, below `([^`]+)`:|`([^`\n]+)`)\n\n```\w+\n(.*?)```", re.MULTILINE | re.DOTALL
)
COPIED = ("src", "stages", "params.yaml", "dvc.yaml")


def follow(folder):
    """Write the files of the page, and put its lines below those that it names."""
    for changed, anchor, new, content in STEP.findall(PAGE):
        path = folder / (changed or new)
        if changed:
            lines = path.read_text().splitlines(keepends=True)
            place = next(n for n, line in enumerate(lines) if line.strip().startswith(anchor))
            content = "".join([*lines[: place + 1], content, *lines[place + 1 :]])
        path.write_text(content)


def run(folder, *command):
    environment = os.environ | {"PYTHONPATH": str(folder / "src")}
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, folder / name)
    follow(folder)
    return folder


def test_a_set_added_by_the_written_steps_is_drawn_checked_and_converted(project):
    run(project, "-m", "repose", "scale", "smoke")
    commands = re.search(r"```bash\n(.*?)```", PAGE, re.DOTALL)[1].splitlines()
    said = [run(project, *command.split()[1:]) for command in commands]
    assert "usable: yes" in said[1]
    assert "joints (lsp14)" in said[1]
    assert {path.name for path in (project / "data/poses/sticks").iterdir()} == {
        "train.npz", "test.npz", "meta.json",
    }  # fmt: skip
    assert Path(project / "data/manifest/sticks.tsv").read_text().count("\n") > 3


def test_the_page_on_the_data_waits_for_the_set(project):
    assert "- data/poses/threedpw\n      - data/poses/sticks\n" in (project / "dvc.yaml").read_text()
