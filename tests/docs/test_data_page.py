"""docs/data.md says of every data set what its reader and the check ask for."""

import re
from fnmatch import translate
from importlib import import_module

import pytest

from repose.datasets import reader
from repose.foundations.parameters import read_yaml12
from tests.imports import ROOT

PAGE = (ROOT / "docs/data.md").read_text()
PARAMS = read_yaml12(ROOT / "params.yaml")
SETS = list(PARAMS["datasets"])
SECTIONS = dict(re.findall(r"^## `(\w+)`\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
FOLDER_OF = {"mpii_multi": "mpii"}  # whose files it reads
CAMERAS = 4


def listed(name):
    """The paths of a section's first listing; a folder stands for its files of every kind."""
    block = re.search(r"```text\n(.*?)```", SECTIONS[name], re.DOTALL)[1]
    names = [line.split("#")[0].strip() for line in block.splitlines()]
    kinds = {"": [""], "/": ["/a.jpg", "/a.png"]}
    return [path.rstrip("/") + end for path in names for end in kinds["/" if path.endswith("/") else ""]]


def test_every_configured_set_has_a_section_in_the_order_of_the_parameters():
    assert list(SECTIONS) == SETS


@pytest.mark.parametrize("name", SETS)
def test_the_files_are_those_that_the_check_asks_for(name):
    patterns = [re.compile(translate(pattern), re.IGNORECASE) for pattern in reader(name).FILES]
    paths = listed(name)
    folders = {path.rpartition("/")[0] for path in paths if path.endswith("/a.png")}
    for path in paths:
        known = any(pattern.fullmatch(path) for pattern in patterns)
        assert known or (path.endswith("/a.png") and path.rpartition("/")[0] in folders), path
    for pattern in patterns:
        assert any(pattern.fullmatch(path) for path in paths), pattern.pattern


@pytest.mark.parametrize("name", SETS)
def test_the_expected_counts_are_those_of_the_published_sets(name):
    sizes = PARAMS["world"]["sizes"][FOLDER_OF.get(name, name)]
    own = {key: count for key, count in sizes.items() if not key.startswith("lsp_")}
    if name == "mpii_multi":  # whose people the check counts, but no parameter does
        own.pop("train_people")
    text = re.search(r"^Expected: (.*?)(?=\n\n|\Z)", SECTIONS[name], re.MULTILINE | re.DOTALL)[1]
    said = {int(number.replace(",", "")) for number in re.findall(r"\b\d{1,3}(?:,\d{3})+|\b\d{2}\b", text)}
    further = {CAMERAS * count for count in own.values()} if name == "h36m" else set()
    further |= {own["train"] // 8} if name == "mpi_inf_3dhp" else set()
    assert set(own.values()) | (further if name == "h36m" else set()) <= said
    assert said <= set(own.values()) | further, said


def test_the_table_names_each_sets_parameter_and_the_papers_that_use_it():
    rows = re.findall(
        r"^\| \[(\w+)\]\(#(\w+)\) \| `datasets\.(\w+)\.root` \| ([^|]*) \|$", PAGE, re.MULTILINE
    )
    assert [row[:3] for row in rows] == [(name, name, name) for name in SETS]
    rooms = {system: import_module(f"repose.papers.{system}").data_sets() for system in PARAMS["systems"]}
    for name, *_, said in rows:
        users = ", ".join(system for system, sets in rooms.items() if name in sets)
        assert said == users or (not users and said.startswith("no paper")), name
