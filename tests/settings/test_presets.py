"""Switching the scale: one command, comments kept, everything as in the papers at `paper`."""

import re
import shutil
from pathlib import Path

import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.parameters import load_params
from repose.settings import PRESETS
from repose.settings.diagram import lookup
from repose.settings.presets import beside, flatten, preset, put, switch_scale

ROOT = Path(__file__).parents[2]
PARAMS = ROOT / "params.yaml"

# Parameters whose comment says `paper X` and that are something else at `paper`, with the reason
NOT_THE_PAPERS = {
    "gcn.model.dropout": "runs with detected 2D joints and Martinez' state their own",
    "fusion.weights": "a file, which the comment calls ImageNet",
}
VALUE = r"\d[\d.e-]*(?:, \d[\d.]*)*|null|none|true|false|[a-z]\w*"


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    """The parameters at the papers' scale: the file's text, its values, and what the switch has told."""
    path = Path(shutil.copy(PARAMS, tmp_path_factory.mktemp("paper") / "params.yaml"))
    told = switch_scale("paper", path)
    return path.read_text(), load_params(path), told


def comments(path):
    return [line.split("#", 1)[1].strip() for line in Path(path).read_text().splitlines() if "#" in line]


def commented(text):
    """The comment of every parameter in block style, by dotted key; lines that go on with it are joined."""
    found, parents, key = {}, [], ""
    for line in text.splitlines():
        head, _, comment = line.partition("#")
        if match := re.match(r"( *)(\w+):", head):
            parents = [*parents[: len(match[1]) // 2], match[2]]
            key = ".".join(parents)
            found[key] = comment.strip()
        elif key and not head.strip():
            found[key] += f" {comment.strip()}"
    return found


def papers_value(comment):
    """What a comment states as the paper's value, as YAML would read it; None if it states nothing."""
    match = re.search(rf"(?<!the )\bpaper ({VALUE}|ImageNet)(?=$|[ ;:,(]|\. |\.$)", comment)
    return match and match[1]


def agrees(value, stated):
    """Whether a parameter has the stated value; a section, whether all of it has."""
    if isinstance(value, dict):
        return all(agrees(part, stated) for part in value.values())
    if isinstance(value, list):
        return [float(part) for part in stated.split(", ")] == value
    if value is None:
        return stated in ("null", "none")
    if isinstance(value, bool):
        return stated == str(value).lower()
    if isinstance(value, int | float):
        return re.fullmatch(r"[\d.e-]+", stated) is not None and float(stated) == value
    return stated == value


def test_the_presets_cover_every_knob_of_the_scale_section():
    for name in PRESETS:
        assert set(preset(name)) == set(flatten(load_params(PARAMS)["scale"]))


def test_the_committed_parameters_are_those_of_the_default_preset():
    params = load_params(PARAMS)
    assert flatten(params["scale"]) == preset("default")
    assert {key: lookup(key, params) for key in beside("default")} == beside("default")
    assert beside("smoke") == beside("default")  # a smaller run of the same trainings


@pytest.mark.parametrize("name", PRESETS)
def test_switching_there_and_back_leaves_the_file_as_it_was(tmp_path, name):
    params = Path(shutil.copy(PARAMS, tmp_path / "params.yaml"))
    switch_scale(name, params)
    before, after = load_params(PARAMS), load_params(params)
    assert flatten(after["scale"]) == preset(name)
    assert {key: lookup(key, after) for key in beside(name)} == beside(name)
    assert comments(params) == comments(PARAMS)
    rest = flatten(after).keys() - {f"scale.{key}" for key in preset(name)} - beside(name).keys()
    assert {key: flatten(after)[key] for key in rest} == {key: flatten(before)[key] for key in rest}
    switch_scale("default", params)
    assert params.read_text() == PARAMS.read_text()


def test_at_the_papers_scale_every_parameter_has_the_value_that_its_comment_calls_the_papers(paper):
    text, values, _ = paper
    stated = {key: papers_value(comment) for key, comment in commented(text).items()}
    stated = {key: value for key, value in stated.items() if value is not None}
    assert len(stated) > 100
    wrong = {key for key, value in stated.items() if not agrees(lookup(key, values), value)}
    assert wrong == NOT_THE_PAPERS.keys()


def test_at_the_papers_scale_all_layers_are_computed_in_fp32(paper):
    precisions = {key: value for key, value in flatten(paper[1]).items() if key.endswith("precision")}
    assert len(precisions) == 5
    assert set(precisions.values()) == {"fp32"}


def test_what_changes_outside_the_scale_section_is_told(paper):
    told = paper[2]
    assert "fusion.precision: bf16 -> fp32" in told
    assert "dgcn.decoder.to_summits: true -> false" in told
    assert not [line for line in told if line.startswith(("scale.", "gcn.train.precision"))]


def test_a_trunk_that_is_not_there_is_passed_over():
    document = {"dgcn": {"trunks": {}}, "fusion": {"precision": "bf16"}}
    changed = put(document, {"dgcn.trunks.trunk_r50.weights": "file", "hgg.precision": "fp32"})
    assert changed == []
    assert document == {"dgcn": {"trunks": {}}, "fusion": {"precision": "bf16"}}


def test_an_unknown_preset_is_one_clear_error(tmp_path):
    with pytest.raises(ReposeError, match="expected one of smoke, default, paper"):
        switch_scale("tiny", tmp_path / "params.yaml")
