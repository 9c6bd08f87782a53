"""dvc.yaml tells the truth: stages, what they depend on, and what they read."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from repose.params.load import read_yaml12
from tests.imports import ROOT, SOURCE, imported_names, room, rooms

STAGES = read_yaml12(ROOT / "dvc.yaml")["stages"]
SHARED_BY_ALL = {"workers"}  # changes how fast, never what

FLOORS = [
    {"errors.py", "rng.py", "files.py", "posetable.py", "params", "stage.py", "processes.py", "progress.py"},
    {"skeletons", "geometry", "metrics"},
    {"world", "datasets", "labels"},
    {"training", "tracking"},
    {"lifting"},
    {"gcn", "learner", "fusion", "dgcn", "hgg"},
    {"report"},
    {"diagram.py", "presets", "predict.py", "__main__.py"},
]


def body(stage):
    return STAGES[stage].get("do", STAGES[stage])


def script(stage):
    return re.search(r"stages/\w+\.py", body(stage)["cmd"])[0]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_exactly_the_rooms_that_it_imports(stage):
    declared = {dep for dep in body(stage)["deps"] if dep.startswith(("src/", "stages/"))}
    assert declared == rooms(ROOT / script(stage)) | {script(stage)}


def chains(tree):
    """Parameters that a script reads, as the fixed beginning of `params["a"]["b"][name]`."""
    for node in ast.walk(tree):
        keys, inner = [], node
        while isinstance(inner, ast.Subscript):
            keys.append(inner.slice.value if isinstance(inner.slice, ast.Constant) else None)
            inner = inner.value
        if isinstance(node, ast.Subscript) and isinstance(inner, ast.Name) and inner.id == "params":
            keys = keys[::-1]
            yield keys[: keys.index(None)] if None in keys else keys


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_declares_the_parameters_that_it_reads(stage):
    declared = [str(name).split(".") for name in body(stage).get("params", [])]
    for keys in chains(ast.parse((ROOT / script(stage)).read_text())):
        if not keys or keys[0] in SHARED_BY_ALL or keys == ["datasets"]:  # the manifest stands for the root
            continue
        assert any(keys[: len(d)] == d or d[: len(keys)] == keys for d in declared), keys


def test_the_geometric_weight_of_the_last_stage_trains_that_stage_alone():
    changed = "fusion.train.stage3.lambda_geo"
    readers = {
        stage
        for stage in STAGES
        for name in body(stage).get("params", [])
        if script(stage) == "stages/fusion.py" and f"{changed}.".startswith(f"{name}.")
    }
    assert readers == {"fusion_stage3"}


def test_every_stage_script_is_a_stage():
    assert {script(stage) for stage in STAGES} == {f"stages/{p.name}" for p in (ROOT / "stages").glob("*.py")}


def test_imports_go_down_the_floors_only():
    floor = {name: level for level, names in enumerate(FLOORS) for name in names}
    for path in (SOURCE / "repose").rglob("*.py"):
        here = Path(room(path)).name
        if here == "__init__.py":
            continue
        for name in imported_names(path):
            parts = name.split(".")
            if parts[0] == "repose" and len(parts) > 1:
                there = parts[1] if parts[1] in floor else f"{parts[1]}.py"
                if there in floor:
                    assert floor[there] <= floor[here], f"{path} imports {name}"


def test_rooms_for_numbers_import_no_torch():
    numbers = set().union(*FLOORS[:3], {"report", "diagram.py"})
    for path in (SOURCE / "repose").rglob("*.py"):
        if Path(room(path)).name in numbers:
            assert not {name.split(".")[0] for name in imported_names(path)} & {"torch", "mlflow"}, path


def test_science_knows_no_parameters_file_and_no_dvc():
    for path in (SOURCE / "repose").rglob("*.py"):
        if Path(room(path)).name not in {"params", "presets", "stage.py", "diagram.py", "__main__.py"}:
            names = imported_names(path)
            assert not {
                name for name in names if name.startswith(("dvc", "repose.params", "repose.stage"))
            }, path


def test_names_that_become_stage_names_hold_no_dash():
    assert all("-" not in name for name in STAGES)


def test_no_stage_globs_its_inputs():
    text = (ROOT / "dvc.yaml").read_text()
    assert "*" not in re.sub(r"#.*", "", text)


def test_the_citation_names_the_five_papers():
    assert len(yaml.safe_load((ROOT / "CITATION.cff").read_text())["references"]) == 5
