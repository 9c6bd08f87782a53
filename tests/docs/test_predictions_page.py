"""docs/predictions.md says what can be scored, and how a file is made."""

import re
import runpy

import numpy as np
import pytest

from repose.foundations.parameters import load_params, read_yaml12
from repose.foundations.schema import check_params, load_schema
from repose.metrics.score import frame_scores
from repose.skeletons import get_skeleton
from repose.skeletons.posetable import PoseTable
from tests.imports import ROOT
from tests.report.poses import pose_table

PAGE = (ROOT / "docs/predictions.md").read_text()
STAGES = read_yaml12(ROOT / "dvc.yaml")["stages"]
SYSTEMS = load_params(ROOT / "params.yaml")["systems"]


def test_the_example_writes_a_file_that_can_be_scored(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table = pose_table("h36m", "test", "h36m17", with_3d=True)
    table.save(tmp_path / "data/poses/h36m/test.npz")
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]
    (tmp_path / "example.py").write_text(code)
    rows = iter(table.joints3d)
    runpy.run_path("example.py", {"predict": lambda *known: next(rows)})
    scores = frame_scores("theirs.npz", PoseTable.load(tmp_path / "data/poses/h36m/test.npz"))
    assert len(scores.sample) == len(table)
    np.testing.assert_allclose(scores.metrics["mpjpe"], 0, atol=1e-3)


def test_the_table_names_the_test_sets_that_the_parameters_allow():
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \| ([^|]*) \|$", PAGE, re.MULTILINE)
    found = {
        system: (re.findall(r"`([\w-]+)`", sets), form) for system, sets, form in rows if system in SYSTEMS
    }
    assert list(found) == SYSTEMS
    for system, (sets, form) in found.items():
        files = load_schema()[system]["others"]["*"]["files"]
        assert sets == [name.removesuffix("?") for name in files], system
        for count, skeleton in re.findall(r"all (\d+) joints of `(\w+)`", form):
            assert len(get_skeleton(skeleton).joints) == int(count)


def test_the_entry_of_the_example_is_valid():
    params = load_params(ROOT / "params.yaml")
    block = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1]
    entry = re.search(r"theirs: .*", block)[0]
    import yaml

    params["gcn"]["others"] = yaml.safe_load(entry)
    check_params(params)


@pytest.mark.parametrize("system", SYSTEMS)
def test_other_software_concerns_scores_and_reports_alone(system):
    def body(stage):
        return STAGES[stage].get("do", STAGES[stage])

    changed = f"{system}.others."
    readers = {s for s in STAGES for name in body(s).get("params", []) if changed.startswith(f"{name}.")}
    assert readers == {f"score_{system}", f"report_{system}"}
