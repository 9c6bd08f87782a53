"""`repose smoke` on a tiny checkout: the real parameters, one stage that copies what it is told."""

import os
import shutil
import subprocess
import sys

import pytest

from repose.driver.smoke import make_copy
from repose.foundations.errors import ReposeError
from repose.foundations.parameters import read_yaml12
from tests.imports import ROOT, SOURCE

DVC = """stages:
  front:
    cmd: python stages/front.py
    deps: [src/repose/foundations, stages/front.py]
    params: [scale.name]
    outs: [reports/README.md: {cache: false}]
"""
STAGE = """import pathlib, repose
pathlib.Path("reports").mkdir(exist_ok=True)
pathlib.Path("reports/README.md").write_text(repose.__file__)
"""


@pytest.fixture
def checkout(tmp_path):
    folder = tmp_path / "checkout"
    (folder / "reports").mkdir(parents=True)
    (folder / "reports/README.md").write_text("mine")
    shutil.copyfile(ROOT / "params.yaml", folder / "params.yaml")
    shutil.copytree(SOURCE / "repose/foundations", folder / "src/repose/foundations")
    (folder / "src/repose/__init__.py").write_text("")
    (folder / "src/repose/old.py").write_text("")
    (folder / "stages").mkdir()
    (folder / "stages/front.py").write_text(STAGE)
    (folder / "dvc.yaml").write_text(DVC)
    shutil.copyfile(ROOT / ".dvcignore", folder / ".dvcignore")
    return folder


def smoke(checkout):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DVC")}
    environment |= {"PYTHONPATH": str(SOURCE), "DVC_NO_ANALYTICS": "1"}
    environment |= {"DVC_SITE_CACHE_DIR": str(checkout.parent / "site")}
    command = [sys.executable, "-m", "repose", "smoke"]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True)


@pytest.mark.slow
def test_the_copy_is_made_once_and_the_checkout_stays_as_it_is(checkout):
    before = (checkout / "params.yaml").read_bytes()
    done = smoke(checkout)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].endswith("open .smoke/reports/README.md")
    page = checkout / ".smoke/reports/README.md"
    assert page.read_text() == str(checkout / ".smoke/src/repose/__init__.py")  # the copy's own package
    assert (checkout / "params.yaml").read_bytes() == before
    assert (checkout / "reports/README.md").read_text() == "mine"
    assert not (checkout / "dvc.lock").exists()
    again = smoke(checkout)
    assert "everything is up to date" in again.stdout
    assert "front" not in again.stdout
    assert again.stdout.splitlines()[-1].endswith("open .smoke/reports/README.md")


def test_a_copy_follows_the_checkout_and_keeps_what_is_the_same(checkout):
    copy = checkout / ".smoke"
    make_copy(checkout, copy)
    assert read_yaml12(copy / "params.yaml")["scale"]["name"] == "smoke"
    kept = (copy / "stages/front.py").stat()
    (checkout / "src/repose/old.py").unlink()
    (checkout / "src/repose/new.py").write_text("")
    make_copy(checkout, copy)
    assert {path.name for path in (copy / "src/repose").glob("*.py")} == {"__init__.py", "new.py"}
    assert (copy / "stages/front.py").stat().st_mtime_ns == kept.st_mtime_ns


def test_a_copy_reads_real_files_where_they_are_and_draws_the_rest_itself(checkout):
    params = checkout / "params.yaml"
    text = params.read_text()
    params.write_text(text.replace("root: data/native/coco ", "root: downloads/coco "))
    make_copy(checkout, checkout / ".smoke")
    sets = read_yaml12(checkout / ".smoke/params.yaml")["datasets"]
    assert sets["coco"]["root"] == str(checkout / "downloads/coco")
    assert sets["lsp"]["root"] == "data/native/lsp"


def test_a_copy_takes_no_folder_of_something_else(checkout, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home/letter").write_text("dear")
    with pytest.raises(ReposeError, match="holds something else, expected an empty or new folder"):
        make_copy(checkout, tmp_path / "home")
    with pytest.raises(ReposeError, match=r"dvc\.yaml: not found; run this in the root of a checkout"):
        make_copy(tmp_path / "home", tmp_path / "copy")
