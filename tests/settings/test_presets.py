"""Switching the scale: one command, comments kept."""

import shutil
from pathlib import Path

import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.parameters import load_params
from repose.settings.presets import PRESETS, flatten, preset, switch_scale

ROOT = Path(__file__).parents[2]


def comments(path):
    return [line.split("#", 1)[1].strip() for line in Path(path).read_text().splitlines() if "#" in line]


def test_the_presets_cover_every_knob_of_the_scale_section():
    for name in PRESETS:
        assert set(preset(name)) == set(flatten(load_params(ROOT / "params.yaml")["scale"]))


def test_the_committed_scale_is_the_default_preset():
    assert flatten(load_params(ROOT / "params.yaml")["scale"]) == preset("default")


@pytest.mark.parametrize("name", PRESETS)
def test_switching_there_and_back_changes_nothing_but_the_scale(tmp_path, name):
    path = shutil.copy(ROOT / "params.yaml", tmp_path / "params.yaml")
    switch_scale(name, path)
    params = load_params(path)
    assert flatten(params["scale"]) == preset(name)
    assert comments(path) == comments(ROOT / "params.yaml")
    switch_scale("default", path)
    assert load_params(path) == load_params(ROOT / "params.yaml")


def test_an_unknown_preset_is_one_clear_error(tmp_path):
    with pytest.raises(ReposeError, match="expected one of smoke, default, paper"):
        switch_scale("tiny", tmp_path / "params.yaml")
