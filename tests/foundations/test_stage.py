"""What a stage script does before its own code runs."""

import copy
import os
import platform
import subprocess
import sys

import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.needs import check_needs
from repose.foundations.parameters import read_yaml12
from tests.imports import ROOT

PARAMS = read_yaml12(ROOT / "params.yaml")
ASKED = "import os, sys; import repose.foundations.stage; "
ASKED += "print(os.environ.get('OPENBLAS_CORETYPE'), 'numpy' in sys.modules)"


def starts(**variables):
    """What a process that imports the start of a stage has as kernels, and whether numpy is loaded."""
    known = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
    known |= {"PYTHONPATH": str(ROOT / "src")} | variables
    command = [sys.executable, "-c", ASKED]
    return subprocess.run(command, env=known, capture_output=True, text=True, check=True).stdout.split()


def test_a_stage_settles_the_kernels_of_openblas_before_numpy_is_loaded():
    assert starts() == ["Haswell" if platform.machine() == "x86_64" else "None", "False"]
    assert starts(OPENBLAS_CORETYPE="Zen") == ["Zen", "False"]


@pytest.fixture
def paper():
    """Parameters with the schedules that begin with ImageNet's weights."""
    params = copy.deepcopy(PARAMS)
    params["scale"]["fusion"]["train"]["share"] = params["scale"]["dgcn"]["train"]["trunk_crops"] = None
    return params


@pytest.mark.parametrize(
    ("command", "parameter"),
    [
        ("fusion.py stage1 s1_lsp", "fusion.weights"),
        ("fusion.py solo2 solo2_op", "fusion.weights"),
        ("dgcn.py trunk trunk_r101", "dgcn.trunks.trunk_r101.weights"),
    ],
)
def test_a_stage_whose_file_is_not_there_stops_at_its_start(paper, command, parameter):
    with pytest.raises(ReposeError, match=f"^{parameter}: null, expected a file of ImageNet weights"):
        check_needs(paper, command.split())


def test_a_stage_asks_for_no_file_that_it_does_not_read(paper):
    for command in ("fusion.py stage2 s2_lsp_h36m", "dgcn.py arm base_r50", "gcn.py sup_128 100"):
        check_needs(paper, command.split())
    paper["fusion"]["network"] = "hourglass"
    check_needs(paper, ["fusion.py", "stage1", "s1_lsp"])
    check_needs(PARAMS, ["dgcn.py", "trunk", "trunk_r50"])
