import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from repose.training.distributed import process_group
from repose.training.loop import Training, train
from repose.training.optimiser import Optimiser
from repose.training.record import load_weights, save_weights
from repose.training.schedule import Schedule
from tests.training import tiny


def main(path: Path) -> None:
    """One step of the tiny network with frozen normalisation, the ranks sharing the batch."""
    torch.set_num_threads(1)
    gradients: dict[str, Tensor] = {}
    model = tiny.network()
    with process_group(tiny.CPU) as ranks:
        model[1] = Frozen()
        model[2] = nn.Identity()

        def keep(parameters: list[Tensor]) -> None:
            gradients.update({str(i): p.grad.clone() for i, p in enumerate(parameters)})

        batches = tiny.batches(ranks=ranks, steps=1)
        once = Training(1, Optimiser("sgd"), Schedule("constant", 0.1))
        history = train(model, tiny.loss, batches, once, tiny.CPU, seed=0, name="t", clip=keep)
        gradients["loss"] = torch.tensor(history[0]["loss"])
        if ranks.rank == 0:
            save_weights(path, gradients)


class Frozen(nn.BatchNorm1d):
    """Normalisation with given statistics, whatever the mode."""

    def __init__(self) -> None:
        super().__init__(8)
        self.running_mean.fill_(0.1)

    def train(self, mode: bool = True) -> "Frozen":
        return super().train(False)


def gradients(folder: Path, ranks: int) -> dict[str, Tensor]:
    """The gradients that `ranks` processes arrive at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": port,
        "GLOO_SOCKET_IFNAME": "lo",
        "WORLD_SIZE": str(ranks),
    }
    command = [sys.executable, "-m", "tests.training.test_distributed", str(folder / f"{ranks}.safetensors")]
    environments = [os.environ | shared | {"RANK": str(rank)} for rank in range(ranks)]
    processes = [subprocess.Popen(command, env=environment) for environment in environments]
    assert [process.wait(60) for process in processes] == [0] * ranks
    return load_weights(folder / f"{ranks}.safetensors")


@pytest.mark.slow
def test_two_processes_get_the_gradients_of_one(tmp_path):
    one, two = gradients(tmp_path, 1), gradients(tmp_path, 2)
    assert one.keys() == two.keys()
    for name in one:
        torch.testing.assert_close(one[name], two[name])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
