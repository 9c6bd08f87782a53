import pytest
import torch
from torch import nn

from repose.training.averaging import Average, RunningAverage


def averaged(settings: Average, values: list[float]) -> float:
    model = nn.Linear(1, 1, bias=False)
    average = RunningAverage(settings, model, len(values))
    for step, value in enumerate(values, 1):
        nn.init.constant_(model.weight, value)
        average.update(step)
    average.copy_to_model()
    return model.weight.item()


def test_a_tail_average_is_the_mean_of_the_last_weights():
    assert averaged(Average("tail", start=0.5), [9.0, 9.0, 1.0, 2.0]) == pytest.approx(1.5)


def test_every_other_step_may_be_left_out():
    assert averaged(Average("tail", every=2), [9.0, 1.0, 9.0, 2.0]) == pytest.approx(1.5)


def test_an_exponential_average_forgets_by_its_decay():
    expected, values = 0.0, [float(v) for v in range(40)]
    for count, value in enumerate(values, 1):
        keep = min(0.8, (1 + count) / (10 + count)) if count > 1 else 0.0
        expected = keep * expected + (1 - keep) * value
    assert averaged(Average("ema", decay=0.8), values) == pytest.approx(expected, rel=1e-5)


def test_without_settings_the_weights_stay():
    model = nn.Linear(1, 1, bias=False)
    average = RunningAverage(None, model, 2)
    average.update(1)
    before = model.weight.item()
    with average.applied():
        assert model.weight.item() == before


def test_applied_weights_are_given_back():
    model = nn.Linear(1, 1, bias=False)
    average = RunningAverage(Average("tail"), model, 2)
    for step, value in enumerate([1.0, 3.0], 1):
        nn.init.constant_(model.weight, value)
        average.update(step)
    with average.applied():
        assert model.weight.item() == 2.0
    assert model.weight.item() == 3.0
    assert torch.is_tensor(average.mean[0])
