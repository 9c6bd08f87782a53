"""A rehearsal of the papers' setting on real files: stand-in roots for all sets, planned but not run."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from repose.foundations.errors import ReposeError
from repose.foundations.parameters import load_params, read_yaml12
from repose.fusion.prepare import prepare
from repose.settings.presets import switch_scale
from stages import convert, world
from tests.datasets.native import write_mpi_inf_3dhp
from tests.driver.test_driver import Toy
from tests.imports import ROOT


class Rehearsal(Toy):
    """The project's stages and parameters at the papers' scale, with a folder of its own for every set."""

    def __init__(self, folder):
        super().__init__(folder, {})
        shutil.copy(ROOT / "dvc.yaml", folder)
        shutil.copy(ROOT / "params.yaml", folder)
        switch_scale("paper", folder / "params.yaml")
        document = YAML().load(folder / "params.yaml")
        for name, entry in document["datasets"].items():
            entry["root"] = f"real/{name}"
            (folder / "real" / name).mkdir(parents=True)
        YAML().dump(document, folder / "params.yaml")


def lines(text, start):
    return [line.removeprefix(start).strip() for line in text.splitlines() if line.startswith(start)]


@pytest.mark.slow
def test_the_plan_draws_nothing_and_names_what_is_needed_without_which_nothing_runs(tmp_path):
    project = Rehearsal(tmp_path / "project")
    plan = project.repro("--dry")
    assert plan.returncode == 0, plan.stderr
    assert plan.stdout.startswith(
        "scale paper; drawn by the world: none\nh36m: published files in real/h36m\n"
    )
    needed = lines(plan.stdout, "needed:")
    assert [text.partition(":")[0] for text in needed] == [
        "fusion.weights",
        *(f"dgcn.trunks.{name}.weights" for name in ("trunk_r50", "trunk_r101", "trunk_r152", "trunk_x50")),
        "dgcn.trunks.trunk_d121.weights",
    ]
    stages = {*lines(plan.stdout, "would run"), *lines(plan.stdout, "would compare")}
    assert {"convert@mpi_inf_3dhp", "gcn@sup_128", "fusion_stage1@s1_mpii", "dgcn@ad_r50"} <= stages

    refused = project.repro()
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert lines(refused.stderr, "error:") == needed
    lifting = project.repro("--dry", "report_gcn", "report_learner")
    assert lines(lifting.stdout, "needed:") == []


def test_the_world_stage_runs_again_when_the_root_that_it_reads_has_changed():
    assert "datasets.${item.set}.root" in read_yaml12(ROOT / "dvc.yaml")["stages"]["world"]["params"]


def test_the_world_leaves_a_note_instead_of_a_set_whose_root_is_elsewhere(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    params = load_params(ROOT / "params.yaml")
    params["datasets"]["mpii"]["root"] = "/data/mpii"
    for _ in range(2):
        world.main(params, "mpii")
        (note,) = (tmp_path / "data/native/mpii").iterdir()
        assert note.name == "README.md"
        assert note.read_text() == (
            "Nothing is drawn here: `datasets.mpii.root` in `params.yaml` is another folder.\n"
        )
    told = "world: mpii is not drawn, because datasets.mpii.root is /data/mpii\n"
    assert capsys.readouterr().out == 2 * told
    with pytest.raises(ReposeError, match="data/native/mpii: no file of this data set"):
        convert.main(params, "mpii_multi")


def test_3dhps_test_set_alone_is_enough_for_lifting_and_not_for_pictures(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_mpi_inf_3dhp(tmp_path / "all")
    (tmp_path / "real").mkdir()
    (tmp_path / "all/mpi_inf_3dhp_test_set").rename(tmp_path / "real/mpi_inf_3dhp_test_set")
    convert.main({"datasets": {"mpi_inf_3dhp": {"root": "real"}}}, "mpi_inf_3dhp")
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "mpi_inf_3dhp test: no training set: none of the folders S1 to S8 is there"
    assert told[1].endswith("2,923 fewer than the published 2,929")
    assert len(told) == 2
    poses = Path("data/poses")
    assert [path.name for path in sorted((poses / "mpi_inf_3dhp").iterdir())] == ["meta.json", "test.npz"]
    with pytest.raises(ReposeError, match=r"data/poses/mpi_inf_3dhp/train\.npz: not found"):
        prepare("mpi_inf_3dhp", poses, {}, "corrected", None, 1, Path("data/fusion/mpi_inf_3dhp"))


def test_the_command_tells_what_it_changes_and_what_is_still_needed(tmp_path):
    path = shutil.copy(ROOT / "params.yaml", tmp_path / "params.yaml")
    command = [sys.executable, "-m", "repose", "scale", "paper", "--params", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "fusion.precision: bf16 -> fp32\n" in done.stdout
    assert "needed: fusion.weights: data/imagenet/resnet50-0676ba61.pth not found, expected" in done.stdout
