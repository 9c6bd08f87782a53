import json

import numpy as np
import pytest
import torch
from torch import nn

from repose.foundations.errors import ReposeError
from repose.training.record import (
    history_csv,
    load_model,
    load_weights,
    save_weights,
    seed_weights,
    write_predictions,
    write_run,
    write_seed,
)

HISTORY = [{"epoch": 1, "loss": [0.1234567, 2.0], "rate": 1e-5}, {"epoch": 2, "loss": [0.1, 1.0], "val": 3.0}]


def write_all(folder) -> dict[str, bytes]:
    write_run(folder, {"model": {"width": 8}}, [0, 1], 10, 100, 64, 1000, scale="smoke")
    write_seed(folder, 1, {"weight": torch.arange(6.0).view(2, 3).T, "bias": torch.ones(2)}, HISTORY, 1)
    arrays = {"joints": np.array(["a", "b"]), "sample": np.arange(3), "joints3d_mm": np.ones((3, 2, 3), "f4")}
    write_predictions(folder, 1, "h36m", "test", arrays)
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_run_written_twice_is_the_same_bytes(tmp_path):
    files = write_all(tmp_path / "one")
    assert files == write_all(tmp_path / "other")
    assert list(files) == [
        "run.json",
        "seed1/history.csv",
        "seed1/model.safetensors",
        "seed1/predictions/h36m-test.npz",
    ]
    run = json.loads(files["run.json"])
    assert run["parameters"] == {"here": 10, "paper": 100}
    assert run["cost"] == {"samples": 64, "operations": 1000}


def test_curves_are_one_column_a_name_and_empty_where_not_measured():
    assert history_csv(HISTORY, 0) == "epoch,loss,rate,val\n1,0.123457,1e-05,\n2,0.1,,3\n"
    assert history_csv(HISTORY, 1).splitlines()[1] == "1,2,1e-05,"


def test_one_seed_comes_out_of_a_stack():
    state = {"weight": torch.arange(6.0).view(3, 2), "adjacency": torch.eye(2)}
    one = seed_weights(state, 1, 3, shared=["adjacency"])
    assert one["weight"].tolist() == [2.0, 3.0]
    assert torch.equal(one["adjacency"], torch.eye(2))
    with pytest.raises(ValueError, match="adjacency: no leading axis of 3"):
        seed_weights(state, 1, 3)


def test_a_stack_of_one_takes_a_single_models_weights(tmp_path):
    stack = nn.Module()
    stack.weight, stack.table = nn.Parameter(torch.zeros(1, 2)), nn.Parameter(torch.zeros(2))
    save_weights(tmp_path / "m.safetensors", {"weight": torch.ones(2), "table": torch.ones(2)})
    load_model(stack, tmp_path / "m.safetensors", shared=["table"])
    assert stack.weight.tolist() == [[1.0, 1.0]]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"weight": torch.ones(2, 3)}, "bias is missing"),
        ({"weight": torch.ones(2, 3), "bias": torch.ones(2), "more": torch.ones(1)}, "more is not part"),
        ({"weight": torch.ones(2, 4), "bias": torch.ones(2)}, r"the shape \(2, 4\), expected \(2, 3\)"),
    ],
)
def test_weights_of_another_network_are_refused_by_name(tmp_path, weights, message):
    save_weights(tmp_path / "m.safetensors", weights)
    with pytest.raises(ReposeError, match=message):
        load_model(nn.Linear(3, 2), tmp_path / "m.safetensors")


def test_missing_and_broken_files_are_named(tmp_path):
    with pytest.raises(ReposeError, match="not found"):
        load_weights(tmp_path / "none.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"\x08broken")
    with pytest.raises(ReposeError, match=r"broken.safetensors: not readable"):
        load_weights(tmp_path / "broken.safetensors")
