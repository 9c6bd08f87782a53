"""The parts of README.md that are made from the project."""

import re

import pytest

from repose.foundations.errors import ReposeError
from repose.settings.readme import filled_readme
from tests.imports import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
MEASURED = r"\b\d[\d.,]*\s*(?:%|mm|ms|AP|hours?|minutes?|seconds?|stages|runs|claims|data sets)\b"


def test_they_are_up_to_date():
    assert filled_readme(TEXT, ROOT) == TEXT, "README.md is out of date; run `python -m repose readme`"


def test_nothing_else_in_it_is_a_number_that_a_run_could_change():
    typed = re.sub(r"<!-- (\w+) -->.*?<!-- end of \1 -->", "", TEXT, flags=re.DOTALL)
    assert re.findall(MEASURED, typed) == []


def test_a_part_without_its_end_is_refused():
    with pytest.raises(ReposeError, match="found 0 parts `<!-- numbers -->`"):
        filled_readme(TEXT.replace("<!-- end of numbers -->", ""), ROOT)
