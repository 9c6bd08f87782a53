"""docs/library.md does what it says, away from the checkout."""

import re
import runpy

from tests.datasets.native import write_lsp
from tests.imports import ROOT

PAGE = (ROOT / "docs/library.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)


def test_every_example_prints_what_the_page_shows(tmp_path, monkeypatch, capsys):
    assert len(EXAMPLES) == PAGE.count("```python")
    write_lsp(tmp_path / "lsp")
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for code, printed in EXAMPLES:
        (tmp_path / "example.py").write_text(code)
        names = runpy.run_path("example.py", names)
        assert capsys.readouterr().out == printed
