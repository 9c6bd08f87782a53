import pytest
import torch

from repose.foundations.errors import ReposeError
from repose.training.devices import Device, cpu_has_bf16, find_device, prepare_device, to_device


@pytest.fixture(autouse=True)
def _same_threads():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def test_auto_takes_the_cpu_where_there_is_no_gpu(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert find_device("auto") == torch.device("cpu")
    with pytest.raises(ReposeError, match="no GPU found"):
        find_device("cuda")


def test_each_process_of_torchrun_has_its_own_gpu(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert find_device("cuda") == torch.device("cuda:1")


def test_unknown_words_are_refused():
    with pytest.raises(ReposeError, match="gpu"):
        find_device("gpu")
    with pytest.raises(ReposeError, match="fp16"):
        prepare_device("cpu", 1, "fp16")


def test_a_cpu_without_bf16_is_named_in_one_line_and_computes_in_fp32(monkeypatch, capsys):
    monkeypatch.setattr("repose.training.devices.cpu_has_bf16", lambda: False)
    assert prepare_device("cpu", 1, "bf16").words == "cpu fp32"
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_all_processes_of_a_training_say_the_same_of_their_devices():
    assert {Device(torch.device("cuda", k), "bf16").words for k in (0, 1)} == {"cuda bf16"}


def test_bf16_is_read_from_the_cpus_flags():
    assert isinstance(cpu_has_bf16(), bool)


def test_batches_keep_their_nesting_and_pictures_change_layout():
    device = Device(torch.device("cpu"), channels_last=True)
    batch = to_device({"image": torch.zeros(2, 3, 4, 4), "rest": (torch.ones(2), "name")}, device)
    assert batch["image"].is_contiguous(memory_format=torch.channels_last)
    assert batch["rest"][1] == "name"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_gives_the_same_bits_twice():
    from tests.training import tiny

    device = prepare_device("cuda", 1)
    ends = []
    for _ in range(2):
        model, batches = tiny.network(), tiny.batches()
        tiny.train(model, tiny.loss, batches, tiny.settings(3), device, seed=0, name="t")
        ends.append(model.state_dict())
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])
