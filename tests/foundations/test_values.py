"""Values as the parameters' file writes them."""

import pytest

from repose.foundations.parameters import read_yaml12
from repose.foundations.values import written


@pytest.mark.parametrize(
    "value", [None, True, False, 0.25, 1e-3, 64, "muon", [0.25, None], [170, 200], [[1, 2], [True]]]
)
def test_what_is_written_reads_back_as_the_value(tmp_path, value):
    (tmp_path / "a.yaml").write_text(f"key: {written(value)}\n")
    assert read_yaml12(tmp_path / "a.yaml") == {"key": value}
