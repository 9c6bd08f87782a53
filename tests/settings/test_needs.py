"""What is asked for and not there: one sentence each, before anything runs."""

import copy
import shutil

import pytest

from repose.foundations.parameters import read_yaml12
from repose.settings.needs import unmet
from repose.settings.origins import is_drawn, origins
from repose.settings.presets import beside, switch_scale
from tests.datasets.native import write_lsp
from tests.imports import ROOT

PARAMS = read_yaml12(ROOT / "params.yaml")
TRUNKS = [f"dgcn.trunks.{name}.weights" for name in PARAMS["dgcn"]["trunks"]]


@pytest.fixture
def params():
    return copy.deepcopy(PARAMS)


@pytest.fixture
def published(params):
    """With the schedules that begin with ImageNet's weights."""
    params["scale"]["fusion"]["train"]["share"] = params["scale"]["dgcn"]["train"]["trunk_crops"] = None
    return params


def asked(params, root):
    return {need.parameter: need.text for need in unmet(params, root)}


def test_below_the_papers_scale_drawn_data_need_nothing(params, tmp_path):
    assert unmet(params, tmp_path) == []


def test_published_schedules_need_imagenets_weights_by_name(published, tmp_path):
    texts = asked(published, tmp_path)
    assert list(texts) == ["fusion.weights", *TRUNKS]
    assert texts["fusion.weights"] == (
        "fusion.weights: null, expected a file of ImageNet weights of resnet50 (with "
        "scale.fusion.train.share: null, fusion.network: resnet); download it "
        "(torchvision's IMAGENET1K_V1 at https://download.pytorch.org/models/) "
        "and set fusion.weights to its path"
    )
    assert "weights of densenet121 (with scale.dgcn.train.trunk_crops: null)" in texts[TRUNKS[-1]]
    published["fusion"]["network"] = "hourglass"
    assert list(asked(published, tmp_path)) == TRUNKS


def test_the_papers_scale_asks_for_the_files_that_it_names(tmp_path):
    path = shutil.copy(ROOT / "params.yaml", tmp_path / "params.yaml")
    switch_scale("paper", path)
    texts = asked(read_yaml12(path), tmp_path)
    assert list(texts) == ["fusion.weights", *TRUNKS]
    assert all("data/imagenet/" in text for text in texts.values())


def test_a_file_of_weights_that_is_not_there_is_named(published, tmp_path):
    published["fusion"]["weights"] = beside("paper")["fusion.weights"]
    found = "fusion.weights: data/imagenet/resnet50-0676ba61.pth not found, expected a file"
    assert asked(published, tmp_path)["fusion.weights"].startswith(found)
    (tmp_path / "data/imagenet").mkdir(parents=True)
    (tmp_path / "data/imagenet/resnet50-0676ba61.pth").touch()
    assert list(asked(published, tmp_path)) == TRUNKS


def test_a_root_that_is_not_there_is_named(params, tmp_path):
    params["datasets"]["lsp"]["root"] = str(tmp_path / "lsp")
    assert asked(params, tmp_path)["datasets.lsp.root"].startswith(
        f"datasets.lsp.root: {tmp_path}/lsp not found, expected a folder"
    )
    (tmp_path / "lsp").mkdir()
    assert unmet(params, tmp_path) == []


def test_a_set_that_shares_its_folder_with_one_that_is_not_drawn_needs_another_root(params, tmp_path):
    (tmp_path / "mpii").mkdir()
    params["datasets"]["mpii"]["root"] = "mpii"
    (text,) = asked(params, tmp_path).values()
    assert text.startswith("datasets.mpii_multi.root: data/native/mpii: nothing is drawn there, because")
    params["datasets"]["mpii_multi"]["root"] = "mpii"
    assert unmet(params, tmp_path) == []


def test_a_set_is_drawn_while_its_root_is_the_worlds_folder_however_it_is_written(params, tmp_path):
    assert is_drawn("mpii_multi", params, tmp_path) is False  # mpii is, in the same folder
    assert is_drawn("mpii", params, tmp_path)
    params["datasets"]["mpii"]["root"] = str(tmp_path / "data/native/../native/mpii/")
    assert is_drawn("mpii", params, tmp_path)
    params["datasets"]["mpii"]["root"] = "data/native/lsp"
    assert not is_drawn("mpii", params, tmp_path)


def test_where_the_files_are_from_is_told_set_by_set(params, tmp_path):
    assert origins(params, tmp_path) == [
        f"scale default; drawn by the world: {', '.join(PARAMS['datasets'])}"
    ]
    write_lsp(tmp_path / "lsp")
    (tmp_path / "flic").mkdir()
    (tmp_path / "flic/WORLD").touch()
    (tmp_path / "3dhp/mpi_inf_3dhp_test_set").mkdir(parents=True)
    roots = {"lsp": "lsp", "flic": "flic", "mpi_inf_3dhp": "3dhp", "coco": "coco"}
    for name, folder in roots.items():
        params["datasets"][name]["root"] = folder
    first, *others = origins(params, tmp_path)
    assert not {*roots} & {*first.partition(": ")[2].split(", ")}
    assert others == [
        "mpi_inf_3dhp: published files in 3dhp, without S1 to S8, on which fusion trains; gcn needs the test "
        "set alone",
        "lsp: published files in lsp",
        "flic: drawn files in flic",
        "coco: coco, not found",
    ]
