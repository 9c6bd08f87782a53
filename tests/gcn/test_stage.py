"""Stage scripts on a tiny table: what a run leaves, and that it leaves the same bytes twice."""

import json

import numpy as np
import pytest

from repose.foundations.parameters import load_params
from repose.labels import PoseClusters, save_clusters
from tests.imports import ROOT
from tests.lifting.tables import table


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPOSE_TRACKING", "off")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    for split, rows in (("train", 60), ("test", 20)):
        table(split, rows).save(f"data/poses/h36m/{split}.npz")
    table("test", 12, "mpi_inf_3dhp", "mpi3dhp17").save("data/poses/mpi_inf_3dhp/test.npz")
    labels = (np.arange(60) % 5).astype(np.int16)
    save_clusters("data/labels/5.npz", PoseClusters(labels, np.zeros((5, 16, 3), np.float32)))
    params = load_params(ROOT / "params.yaml")
    tiny = {
        "steps": 4,
        "batch": 8,
        "optimiser": "muon",
        "rate": 1e-2,
        "warmup": 1,
        "average": 0.5,
        "curve_points": 2,
    }
    params["scale"]["gcn"] |= {"seeds": 2, "train": tiny}
    params["scale"]["learner"] |= {"width": 0.03, "seeds": 2, "train": tiny}
    params["threads"] = 1
    return params


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize(
    ("name", "classes"),
    [("sup_128", "5"), ("detected_256", "5"), ("base_205", None), ("emb10_128", None), ("martinez", None)],
)
def test_a_run_of_the_graph_networks_leaves_its_folder(project, tmp_path, name, classes):
    from stages.gcn import main

    arguments = [name] if classes is None else [name, classes]
    main(project, *arguments)
    written = files(tmp_path / "runs/gcn" / name)
    run = json.loads(written["run.json"])
    assert run["seeds"] == [0, 1]
    sets = ["h36m-test"] if name.startswith("detected") else ["h36m-test", "mpi_inf_3dhp-test"]
    for seed in (0, 1):
        for split in sets:
            assert f"seed{seed}/predictions/{split}.npz" in written
        assert written[f"seed{seed}/history.csv"].splitlines()[0].startswith(b"epoch,rate,loss")
    predictions = np.load(tmp_path / f"runs/gcn/{name}/seed1/predictions/h36m-test.npz")
    assert predictions["joints3d_mm"].shape == (20, 16, 3)
    assert np.all(predictions["joints3d_mm"][:, 0] == 0)
    main(project, *arguments)
    assert files(tmp_path / "runs/gcn" / name) == written


@pytest.mark.parametrize("name", ["combined", "cascade2_gt"])
def test_a_run_of_the_learner_leaves_its_folder(project, tmp_path, name):
    from stages.learner import main

    main(project, name)
    written = files(tmp_path / "runs/learner" / name)
    assert json.loads(written["run.json"])["parameters"]["paper"] in (17_032_592, 8_583_264)
    main(project, name)
    assert files(tmp_path / "runs/learner" / name) == written


def test_frames_that_3dhp_calls_invalid_are_not_predicted(project, tmp_path):
    from stages.gcn import main

    main(project, "gn_128")
    predictions = np.load(tmp_path / "runs/gcn/gn_128/seed0/predictions/mpi_inf_3dhp-test.npz")
    assert predictions["sample"].tolist() == [1, 2, 4, 5, 7, 8, 10, 11]
