"""docs/grouping.md does what it says."""

import re

from tests.imports import ROOT

PAGE = (ROOT / "docs/grouping.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_prints_what_the_page_shows_and_goes_on_with_a_trained_grouper(capsys):
    names: dict = {}
    exec(BLOCKS[0], names)
    assert capsys.readouterr().out == re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)[1]
    assert "steps=800" in BLOCKS[1]
    exec(BLOCKS[1].replace("steps=800", "steps=1"), names)
    assert {row.grouper for row in names["rows"]} == {*names["groupers"], "hierarchical"}
