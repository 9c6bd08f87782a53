import os
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from repose.foundations.errors import ReposeError
from repose.training.devices import Device
from repose.training.loop import Training, train
from repose.training.optimiser import Optimiser
from repose.training.schedule import Schedule
from tests.training import tiny

PLAIN = Training(2, Optimiser("sgd"), Schedule("constant", 0.1))


def test_a_training_learns_and_tells_its_curves():
    _, history = tiny.run(30, evaluate=lambda forward, epoch: {"val": torch.tensor(epoch * 1.0)})
    assert [row["epoch"] for row in history] == list(range(1, 31))
    assert list(history[0]) == ["epoch", "rate", "loss", "error", "val"]
    assert history[-1]["loss"] < 0.5 * history[0]["loss"]
    assert history[-1]["val"] == 30.0


def test_the_same_training_ends_with_the_same_bits():
    (one, first), (other, second) = tiny.run(3), tiny.run(3)
    assert first == second
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_another_seed_drops_other_activations():
    assert tiny.run(1)[1] != tiny.run(1, seed=1)[1]


def test_the_model_ends_ready_for_use_with_averaged_weights():
    seen = []

    def evaluate(forward, epoch):
        seen.append(forward(torch.ones(1, 4)))
        return {}

    model, _ = tiny.run(2, evaluate=evaluate)
    assert not model.training
    torch.testing.assert_close(model(torch.ones(1, 4)), seen[-1])


def test_models_stacked_on_an_axis_log_vectors():
    class Stack(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.tensor([1.0, 3.0]))  # S

        def forward(self, x: torch.Tensor) -> torch.Tensor:  # S, B → S, B
            return self.weight[:, None] * x[..., 0]

    def loss(forward, batch, step):
        each = forward(batch["x"]).square().mean(1)  # S
        return each.sum(), {"loss": each.detach()}

    batches = tiny.batches(stacked=True, seeds=[0, 0])
    history = train(Stack(), loss, batches, PLAIN, tiny.CPU, seed=0, name="stack")
    one, other = history[0]["loss"]
    assert other == pytest.approx(9 * one)


def test_a_loss_that_is_no_number_names_the_step():
    def loss(forward, batch, step):
        value, logs = tiny.loss(forward, batch, step)
        return value * (float("nan") if step.step == 6 else 1.0), logs

    with pytest.raises(ReposeError, match=r"tiny: loss is nan in epoch 2, step 3, expected a finite number"):
        train(tiny.network(), loss, tiny.batches(), PLAIN, tiny.CPU, seed=0, name="tiny")


def test_a_stopped_training_goes_on_to_the_same_end(tmp_path, monkeypatch):
    monkeypatch.setattr("repose.training.checkpoint.SAVE_S", 0.0)
    whole, history = tiny.run(6)

    def stop(row):
        if row["epoch"] == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tiny.run(6, checkpoint=tmp_path / "c.pt", on_epoch=stop)
    told = []
    model, again = tiny.run(6, checkpoint=tmp_path / "c.pt", on_epoch=told.append)
    assert [row["epoch"] for row in told] == [5, 6]
    assert again == history
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, model.state_dict()[name]), name


def test_bf16_layers_give_float32_losses_and_keep_float32_weights():
    kinds = set()

    def loss(forward, batch, step):
        inside = []
        hook = model[0].register_forward_hook(lambda module, args, output: inside.append(output.dtype))
        value, logs = tiny.loss(forward, batch, step)
        hook.remove()
        kinds.update([inside[0], value.dtype])
        return value, logs

    model = tiny.network()
    train(model, loss, tiny.batches(), PLAIN, Device(tiny.CPU.device, "bf16"), seed=0, name="tiny")
    assert kinds == {torch.bfloat16, torch.float32}
    assert {p.dtype for p in model.parameters()} == {torch.float32}


def test_a_scale_of_zero_freezes_what_it_names():
    model = tiny.network()
    before = model[0].weight.detach().clone()
    scale = {"0.weight": 0.0}
    train(
        model,
        tiny.loss,
        tiny.batches(),
        PLAIN,
        tiny.CPU,
        seed=0,
        name="t",
        rate_scale=lambda n: scale.get(n, 1.0),
    )
    assert torch.equal(model[0].weight, before)


def test_history_holds_plain_numbers():
    _, history = tiny.run(1, evaluate=lambda forward, epoch: {"val": np.float32(1), "each": np.ones(2)})
    assert history[0]["val"] == 1.0
    assert history[0]["each"] == [1.0, 1.0]
    assert type(history[0]["loss"]) is float


INTERRUPTED = """
import sys, torch
from repose.foundations.errors import exit_cleanly
from tests.training import tiny
exit_cleanly(lambda: tiny.run(100_000, on_epoch=lambda row: print(row["epoch"], flush=True)) and None)
"""


def default_interrupt():
    """Let Ctrl-C through, which a shell's background jobs inherit as ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow
def test_ctrl_c_ends_in_two_lines_with_status_130():
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": os.environ}
    options["preexec_fn"] = default_interrupt
    with subprocess.Popen([sys.executable, "-c", INTERRUPTED], **options) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "tiny: stopped in epoch" in errors
    assert errors.splitlines()[-1] == "interrupted"
    assert "Traceback" not in errors


def test_a_branch_goes_on_with_the_weights_and_the_optimiser_of_its_trunk():
    constant = Training(1, Optimiser("muon", momentum=0.9), Schedule("constant", 0.05))
    kept = {}
    batch = list(tiny.batches().epoch(0))

    class Same:
        steps, samples = len(batch), 16

        def epoch(self, number):
            return iter(batch)

    def straight(epochs, model, **options):
        settings = replace(constant, epochs=epochs)
        return train(model, tiny.loss, Same(), settings, tiny.CPU, seed=0, name="b", **options)

    def network():
        return torch.nn.Sequential(torch.nn.Linear(4, 8, bias=True), torch.nn.Linear(8, 2))

    torch.manual_seed(0)
    whole = network()
    parts = network()
    parts.load_state_dict(whole.state_dict())
    straight(2, whole)
    straight(1, parts, on_end=kept.update)
    straight(1, parts, start_state={name: tensor.clone() for name, tensor in kept.items()})
    for mine, other in zip(whole.parameters(), parts.parameters(), strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=0)
