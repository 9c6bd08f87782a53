"""docs/new-system.md is enough: a system added by its steps alone is on the front page."""

import re
import shutil

import pytest

from tests.imports import ROOT

pytestmark = pytest.mark.pipeline

STEP = re.compile(
    r"^(Append to |Add to the `stages` of |)`([^`\n]+)`\n\n```\w+\n(.*?)```", re.MULTILINE | re.DOTALL
)


def follow(text, folder):
    """Write the files of the page, or add to them: at the end, or after the last stage."""
    for how, name, content in STEP.findall(text):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if how.startswith("Append"):
            content = f"{path.read_text()}\n{content}"
        elif how:
            content = path.read_text().replace("\nplots:", f"\n{content}\nplots:")
        path.write_text(content)


@pytest.fixture
def own(editable):
    """The smoke run, without what the new system has made after the test."""
    yield editable
    for made in ("data/pages/constant.json", "data/pages/constant_site.json", "data/scores/constant.npz"):
        (editable.folder / made).unlink(missing_ok=True)
    for made in ("runs/constant", "reports/constant"):
        shutil.rmtree(editable.folder / made, ignore_errors=True)


def test_a_system_added_by_the_written_steps_is_on_the_front_page(own):
    follow((ROOT / "docs/new-system.md").read_text(), own.folder)
    params = own.folder / "params.yaml"
    params.write_text(
        re.sub(r"^systems: \[(.*?)\]", r"systems: [\1, constant]", params.read_text(), flags=re.M)
    )
    done = own.run("dvc", "repro", "front").stdout
    ran = {line.split("'")[1] for line in done.splitlines() if line.startswith("Running stage")}
    assert ran == {"constant@all", "constant@tenth", "score_constant", "report_constant", "front"}
    front = (own.folder / "reports/README.md").read_text()
    assert "[constant](constant/README.md)" in front
    assert "All poses give a better mean" in front
    assert "200.0" in (own.folder / "reports/constant/README.md").read_text()
