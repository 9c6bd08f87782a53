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
    params["scale"]["gcn"] |= {"seeds": 2, "train": tiny, "ladder": [0.5]}
    small = {key: value for key, value in tiny.items() if key != "rate"}
    params["scale"]["learner"] |= {"width": 0.03, "seeds": 2, "train": small, "ladder": [0.5]}
    params["threads"] = 1
    return params


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("sup_128", "5"),
        ("detected_256", "5"),
        ("base_205", None),
        ("emb10_128", None),
        ("martinez_detected", None),
    ],
)
def test_a_run_of_the_graph_networks_leaves_its_folder(project, tmp_path, name, classes):
    from stages.gcn import main

    arguments = [name] if classes is None else [name, classes]
    main(project, *arguments)
    written = files(tmp_path / "runs/gcn" / name)
    run = json.loads(written["run.json"])
    assert run["seeds"] == [0, 1]
    sets = ["h36m-test"] if "detected" in name else ["h36m-test", "mpi_inf_3dhp-test"]
    for seed in (0, 1):
        for split in sets:
            assert f"seed{seed}/predictions/{split}.npz" in written
            assert f"ladder/0.5/seed{seed}/predictions/{split}.npz" in written
        assert written[f"seed{seed}/history.csv"].splitlines()[0].startswith(b"epoch,rate,loss")
    predictions = np.load(tmp_path / f"runs/gcn/{name}/seed1/predictions/h36m-test.npz")
    assert predictions["joints3d_mm"].shape == (20, 16, 3)
    assert np.all(predictions["joints3d_mm"][:, 0] == 0)
    main(project, *arguments)
    assert files(tmp_path / "runs/gcn" / name) == written


@pytest.mark.parametrize(
    ("name", "parameters"), [("combined", 17_032_592), ("cascade2", 8_583_264), ("plain", 8_498_224)]
)
def test_a_run_of_the_learner_leaves_its_folder(project, tmp_path, name, parameters):
    from stages.learner import main

    main(project, name)
    written = files(tmp_path / "runs/learner" / name)
    assert json.loads(written["run.json"])["parameters"]["paper"] == parameters
    main(project, name)
    assert files(tmp_path / "runs/learner" / name) == written


@pytest.mark.parametrize("name", ["combined", "cascade2", "gated"])
def test_every_arm_of_the_learner_sees_as_many_samples_at_each_budget(project, tmp_path, name):
    from stages.learner import main

    main(project, name)
    full, half = (
        json.loads((tmp_path / f"runs/learner/{name}/{place}/run.json").read_text())
        for place in (".", "ladder/0.5")
    )
    assert (full["cost"]["samples"], half["cost"]["samples"]) == (4 * 8, 2 * 8)
    assert half["configuration"]["share"] == 0.5


def test_an_interrupted_rung_goes_on_and_ends_with_the_same_bytes(project, tmp_path, monkeypatch):
    from repose.lifting import ladder
    from repose.training import checkpoint
    from stages.gcn import main

    main(project, "martinez")
    whole = files(tmp_path / "runs/gcn/martinez")
    monkeypatch.setattr(checkpoint, "SAVE_S", 0.0)
    finished, write = [], ladder.write_run

    def stop_at_the_rung(*arguments, **more):
        finished.append(arguments)
        if len(finished) == 2:
            raise KeyboardInterrupt
        write(*arguments, **more)

    monkeypatch.setattr(ladder, "write_run", stop_at_the_rung)
    with pytest.raises(KeyboardInterrupt):
        main(project, "martinez")
    kept = sorted(
        str(p.relative_to(tmp_path / ".resume")).split("/", 1)[1]
        for p in (tmp_path / ".resume").rglob("gcn.pt")
    )
    assert kept == ["gcn.pt", "ladder/0.5/gcn.pt"]
    monkeypatch.setattr(ladder, "write_run", write)
    main(project, "martinez")
    assert files(tmp_path / "runs/gcn/martinez") == whole
    assert not list((tmp_path / ".resume").iterdir())


def test_frames_that_3dhp_calls_invalid_are_not_predicted(project, tmp_path):
    from stages.gcn import main

    main(project, "gn_128")
    predictions = np.load(tmp_path / "runs/gcn/gn_128/seed0/predictions/mpi_inf_3dhp-test.npz")
    assert predictions["sample"].tolist() == [1, 2, 4, 5, 7, 8, 10, 11]
