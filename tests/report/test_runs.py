"""What a run's folder says is read as it is, and nothing older or other stands in."""

import json
import math

import pytest

from repose.foundations.errors import ReposeError
from repose.report.runs import Run, last_value, load_runs, run_facts

RECORD = {
    "configuration": {"model": {"channels": 128, "gate": "outer", "layers": [1, 2]}},
    "seeds": [0, 1], "parameters": {"here": 5}, "cost": {"samples": 100, "operations": 1},
}  # fmt: skip


def write_run(folder, samples):
    folder.mkdir(parents=True)
    record = RECORD | {"cost": {"samples": samples, "operations": 1}}
    (folder / "run.json").write_text(json.dumps(record))


def test_the_rungs_of_a_run_are_runs_of_their_own_with_its_settings(tmp_path):
    write_run(tmp_path / "a", 100)
    write_run(tmp_path / "b", 100)
    for share in ("0.5", "0.25"):
        write_run(tmp_path / "a" / "ladder" / share, 100 * float(share))
    run, other = load_runs(tmp_path, {"a": {"channels": 128}, "b": {}})
    assert other.rungs == ()
    assert [(share, rung.name) for share, rung in run.rungs] == [(0.25, "a@0.25"), (0.5, "a@0.5")]
    quarter = run.rungs[0][1]
    assert quarter.record["cost"]["samples"] == 25
    assert quarter.settings == run.settings
    assert quarter.seeds[1] == tmp_path / "a" / "ladder" / "0.25" / "seed1"


def test_a_value_that_the_last_row_lacks_is_not_read_from_an_earlier_one(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("epoch,loss,held\n1,3.0,2.0\n2,1.0,\n")
    assert last_value(path, "loss") == 1.0
    assert math.isnan(last_value(path, "held"))
    with pytest.raises(ReposeError, match="no column `other`"):
        last_value(path, "other")


def test_every_setting_of_the_model_is_a_fact(tmp_path):
    facts = run_facts(Run("a", tmp_path, {"gate": "outer"}, RECORD), 1000)
    assert (facts["channels"], facts["gate"], facts["layers"]) == (128, "outer", [1, 2])
    assert facts["settings"] == "gate: outer"
    assert facts["samples_share"] == 10
