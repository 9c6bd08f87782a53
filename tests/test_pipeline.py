"""dvc.yaml tells the truth: stages, what they depend on, and what they read."""

import ast
import re

import pytest
import yaml

from repose.foundations.parameters import read_yaml12
from repose.fusion.prepare import SOURCES
from repose.pictures.prepare_scenes import SPLITS
from stages.adjacency import SETS
from tests.imports import ROOT, SOURCE, imported_names, room, rooms

STAGES = read_yaml12(ROOT / "dvc.yaml")["stages"]
SYSTEMS = read_yaml12(ROOT / "params.yaml")["systems"]
MOST_ROOMS = 7
SHARED_BY_ALL = {"workers"}  # changes how fast, never what

FLOORS = [
    {"foundations"},
    {"skeletons", "geometry", "metrics"},
    {"world", "datasets", "labels"},
    {"training"},
    {"lifting", "pictures"},
    {*SYSTEMS, "report"},
    {"papers"},
    {"models", "predict.py"},
    {"settings", "driver", "compare", "commands", "__main__.py"},
]


def body(stage):
    return STAGES[stage].get("do", STAGES[stage])


def script(stage):
    return re.search(r"stages/\w+\.py", str(body(stage)["cmd"]))[0]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_exactly_the_rooms_that_it_imports(stage):
    declared = {dep for dep in body(stage)["deps"] if dep.startswith(("src/", "stages/"))}
    assert declared == rooms(ROOT / script(stage)) | rooms_by_name(stage) | {script(stage)}
    assert len(declared) <= MOST_ROOMS + 1


def rooms_by_name(stage):
    """The room of a paper that a script is told by name, with what it imports."""
    if script(stage) not in ("stages/score.py", "stages/report.py"):
        return set()
    paper = SOURCE / "repose/papers" / str(body(stage)["cmd"]).split()[-1] / "__init__.py"
    return {room(paper)} | rooms(paper)


def test_what_a_page_says_trains_nothing_and_concerns_its_own_report_alone():
    for stage in STAGES:
        of_pages = {
            dep for dep in body(stage)["deps"] if dep.startswith(("src/repose/papers", "src/repose/report"))
        }
        assert not of_pages or stage.startswith(("score_", "report_", "data", "front")), stage
        others = {f"src/repose/papers/{system}" for system in SYSTEMS} - {
            f"src/repose/papers/{stage.split('_')[-1]}"
        }
        assert not of_pages & others, stage


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
        if not keys or keys[0] in SHARED_BY_ALL or keys == ["datasets"]:  # a root is a dep
            continue
        assert any(keys[: len(d)] == d or d[: len(keys)] == keys for d in declared), keys


def test_a_stage_of_several_sets_names_what_its_script_reads_and_writes():
    parts = {name: set().union(*splits.values()) for name, splits in SOURCES.items()}
    written = {
        "scenes": ({f"data/scenes/{name}" for name in SPLITS}, set(SPLITS)),
        "adjacency": ({f"data/adjacency/{name}.npz" for name in SETS}, set(SETS)),
        "depth": ({f"data/fusion/{name}" for name in SOURCES}, {s for p in parts.values() for s, _ in p}),
    }
    for stage, (outs, sets) in written.items():
        assert set(body(stage)["outs"]) == outs, stage
        poses = {f"data/poses/{name}" for name in sets}
        assert {dep for dep in body(stage)["deps"] if dep.startswith("data/")} == poses, stage


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
        here = floor_of(path)
        if here == "__init__.py":
            continue
        for name in imported_names(path):
            parts = name.split(".")
            if parts[0] == "repose" and len(parts) > 1:
                there = parts[1] if parts[1] in floor else f"{parts[1]}.py"
                if there in floor:
                    assert floor[there] <= floor[here], f"{path} imports {name}"


def floor_of(path):
    """The name of a source file's room on its floor."""
    return path.relative_to(SOURCE / "repose").parts[0]


def test_a_method_knows_no_paper_and_the_engine_knows_neither():
    for path in (SOURCE / "repose").rglob("*.py"):
        if floor_of(path) in {*SYSTEMS, "report"}:
            others = ("repose.papers", *(f"repose.{s}" for s in SYSTEMS if s != floor_of(path)))
            assert not {name for name in imported_names(path) if name.startswith(others)}, path


def test_no_room_but_its_own_names_a_system():
    for path in (SOURCE / "repose").rglob("*.py"):
        own = set(path.relative_to(SOURCE / "repose").parts)
        if floor_of(path) in {"foundations", "report", "training", "settings", "driver", "pictures"}:
            words = {n.value for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Constant)}
            assert not {*SYSTEMS} & words - own, path


def test_rooms_for_numbers_import_no_torch():
    numbers = set().union(*FLOORS[:3], {"report", "settings"})
    for path in (SOURCE / "repose").rglob("*.py"):
        if floor_of(path) in numbers:
            assert not {name.split(".")[0] for name in imported_names(path)} & {"torch", "mlflow"}, path


def test_science_knows_no_parameters_file_and_no_dvc():
    for path in (SOURCE / "repose").rglob("*.py"):
        if floor_of(path) not in {"foundations", "settings", "driver", "commands", "__main__.py"}:
            names = imported_names(path)
            assert not {
                name
                for name in names
                if name.startswith(("dvc", "repose.foundations.parameters", "repose.foundations.stage"))
            }, path


def test_names_that_become_stage_names_hold_no_dash():
    assert all("-" not in name for name in STAGES)


def test_no_stage_globs_its_inputs():
    text = (ROOT / "dvc.yaml").read_text()
    assert "*" not in re.sub(r"#.*", "", text)


def test_the_citation_names_the_five_papers():
    assert len(yaml.safe_load((ROOT / "CITATION.cff").read_text())["references"]) == 5
