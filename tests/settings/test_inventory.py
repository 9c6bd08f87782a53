"""What `check --all` says of data sets that are there, could be drawn, are missing or broken."""

import pytest

from repose.foundations.parameters import load_params
from repose.settings.inventory import inventory, inventory_text
from tests.datasets.native import write_lsp
from tests.imports import ROOT


@pytest.fixture
def params(tmp_path):
    """Drawn sets, but two that are published."""
    write_lsp(tmp_path / "lsp")
    whole = load_params(ROOT / "params.yaml")
    sets = {name: whole["datasets"][name] for name in ("h36m", "coco", "lsp", "threedpw")}
    own = {"lsp": {"root": str(tmp_path / "lsp")}, "coco": {"root": "downloads/coco"}}
    return whole | {"datasets": sets | own}


def test_every_set_has_a_state_and_its_users(params, tmp_path):
    entries = {entry.dataset: entry for entry in inventory(params, tmp_path)}
    assert {name: entry.state for name, entry in entries.items()} == {
        "h36m": "not drawn yet",
        "coco": "missing",
        "lsp": "usable",
        "threedpw": "not drawn yet",
    }
    assert entries["h36m"].used_by == ("gcn", "learner")
    assert entries["threedpw"].used_by == ()
    assert entries["lsp"].source == "real"
    assert entries["lsp"].pictures == entries["lsp"].poses > 0
    assert "downloads/coco not found" in entries["coco"].fault
    assert [name for name, entry in entries.items() if not entry.sound] == ["coco"]


def test_a_broken_set_is_named_below_the_table_and_the_others_are_told(params, tmp_path):
    (tmp_path / "lsp/joints.mat").write_bytes(b"torn")
    text = inventory_text(list(inventory(params, tmp_path))).splitlines()
    assert text[0].split()[:3] == ["data", "set", "poses"]
    assert [line.split()[0] for line in text[1:5]] == ["h36m", "coco", "lsp", "threedpw"]
    assert text[6].startswith("lsp: ")
    assert "joints.mat" in text[6]
    assert text[-1].startswith(
        "4 data sets: 2 not drawn yet (`python -m repose repro` draws them), 1 missing, 1 f"
    )
