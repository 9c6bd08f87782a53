"""What a release needs says the same everywhere."""

import re
import tomllib

import yaml

from tests.imports import ROOT


def test_package_citation_and_changelog_name_one_version_and_its_day():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    released = re.findall(r"^## \[(\d.*)\] - (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert released[0] == (cited["version"], str(cited["date-released"]))
    assert cited["version"] == version
