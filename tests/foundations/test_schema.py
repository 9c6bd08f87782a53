"""The check of params.yaml: what it refuses, and what its one line says."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.parameters import load_params, read_yaml12
from repose.foundations.schema import allowed, check_params, load_schema, problems

ROOT = Path(__file__).parents[2]


def first(value, schema):
    return next(problems(value, schema, ""))


def test_the_projects_own_parameters_are_valid():
    load_params(ROOT / "params.yaml")


def test_every_rule_of_the_schema_is_a_rule():
    def leaves(schema):
        for value in schema.values():
            yield from leaves(value) if isinstance(value, dict) else [value]

    for rule in leaves(load_schema()):
        allowed(1, str(rule))  # raises ValueError on a rule that is none


def test_an_unknown_key_is_named_with_the_nearest_valid_one():
    key, text = first({"epochs": 1, "chanels": 2}, {"epochs": "int > 0", "channels?": "int > 0"})
    assert key == "chanels"
    assert "nearest: channels" in text


def test_a_missing_key_is_named_with_what_it_should_hold():
    assert first({}, {"epochs": "int > 0"}) == ("epochs", "missing, expected int > 0")


@pytest.mark.parametrize(
    ("value", "rule", "right"),
    [
        (3, "int > 0", True),
        (0, "int > 0", False),
        (True, "int >= 0", False),
        (1.5, "int > 0", False),
        (2, "float > 0", True),
        ("1e-3", "float > 0", False),
        (float("nan"), "float >= 0", False),
        (float("inf"), "float > 0", False),
        (0.5, "float in [0, 1)", True),
        (1.0, "float in [0, 1)", False),
        (None, "int > 0 or null", True),
        ([1, 2], "list of int > 0", True),
        ([1, "2"], "list of int > 0", False),
        ([], "list of int > 0", False),
        ("cuda", "one of cpu, cuda, auto", True),
        ("gpu", "one of cpu, cuda, auto", False),
    ],
)
def test_a_leaf_obeys_its_rule(value, rule, right):
    assert allowed(value, rule) is right


def test_a_name_that_would_break_a_stage_name_is_refused():
    key, text = first({"my-run": {}}, {"*": {}})
    assert key == "my-run"
    assert "small letters" in text


def test_numbers_are_read_as_the_pipeline_reads_them(tmp_path):
    (tmp_path / "p.yaml").write_text("a: 1e-5\nb: no\n")
    assert read_yaml12(tmp_path / "p.yaml") == {"a": 1e-5, "b": "no"}


def test_a_wrong_parameter_stops_a_stage_within_a_second_with_one_line(tmp_path):
    text = (ROOT / "params.yaml").read_text().replace("threads: ", "treads: ")
    (tmp_path / "params.yaml").write_text(text)
    start = time.monotonic()
    command = [sys.executable, str(ROOT / "stages" / "world.py"), "mpii"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "treads: unknown key" in done.stderr
    assert "nearest: threads" in done.stderr
    assert time.monotonic() - start < 10  # far above what it takes: guards against heavy imports only


def test_a_file_that_is_no_yaml_is_one_clear_error(tmp_path):
    (tmp_path / "params.yaml").write_text("a: [1,\n")
    with pytest.raises(ReposeError, match="not readable as YAML"):
        load_params(tmp_path / "params.yaml")


def test_a_value_is_no_section():
    with pytest.raises(ReposeError, match="expected a section"):
        check_params([1, 2])
