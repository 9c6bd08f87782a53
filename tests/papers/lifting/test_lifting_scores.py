"""Lifters are scored against the mean training pose, and facts say how well they have fitted."""

import dataclasses

import numpy as np
import pytest

from repose.foundations.files import save_arrays, write_json, write_text
from repose.foundations.parameters import load_params
from repose.gcn.run import Model as GraphModel
from repose.learner.run import Model as LearnerModel
from repose.metrics import mpjpe
from repose.papers.lifting.scores import MEAN_POSE, lifting_scores, made_with, unrest
from repose.report.published import load_paper
from repose.report.runs import Run, declared_runs, run_facts
from repose.report.tables import other_settings
from repose.skeletons import convert_table, get_skeleton
from repose.skeletons.posetable import PoseTable, encode
from tests.imports import ROOT
from tests.report.poses import pose_table, standing


def write_tables(poses):
    """Tables of both data sets; the clips of MPI-INF-3DHP have a universal skeleton and valid frames."""
    for split in ("train", "test"):
        pose_table("h36m", split, "h36m17", with_3d=True).save(poses / f"h36m/{split}.npz")
    transfer = pose_table("mpi_inf_3dhp", "test", "mpi3dhp17", with_3d=True)
    sequence, words = encode(["TS1", "TS6"] * (len(transfer) // 2))
    extra = {"valid": np.ones(len(transfer), bool), "joints3d_univ": transfer.joints3d}
    names = transfer.names | {"sequence": words}
    dataclasses.replace(transfer, sequence=sequence, names=names, extra=extra).save(
        poses / "mpi_inf_3dhp/test.npz"
    )


def trained(folder, source="gt", asked="fp32"):
    """A run that predicts the same pose for every frame, with curves."""
    joints = np.array(get_skeleton("semgcn16").joints)
    poses = np.tile(standing("semgcn16"), (12, 1, 1))
    arrays = {"joints": joints, "sample": np.arange(12), "joints3d_mm": poses, "format": np.array(1)}
    save_arrays(folder / "seed0/predictions/h36m-test.npz", arrays)
    write_text(folder / "seed0/history.csv", "epoch,loss,error,train_error\n1,2,90,80\n2,1,60,40\n")
    configuration = {"model": {"input": source}, "train": {"schedule": {"epochs": 2}, "precision": asked}}
    record = {
        "seeds": [0], "parameters": {"here": 1, "paper": 2}, "cost": {"samples": 3, "operations": 4},
        "configuration": configuration, "computed": "cpu fp32",
    }  # fmt: skip
    return Run(folder.name, folder, {}, record)


@pytest.fixture(scope="module")
def poses(tmp_path_factory):
    folder = tmp_path_factory.mktemp("poses")
    write_tables(folder)
    return folder


def test_shorter_trainings_are_scored_under_their_own_names(poses, tmp_path):
    run = trained(tmp_path / "run")
    rung = trained(tmp_path / "run/ladder/0.25")
    write_json(rung.folder / "run.json", rung.record | {"cost": {"samples": 1, "operations": 1}})
    scores, facts = lifting_scores([run], poses)
    assert list(facts) == ["run", "run@0.25", MEAN_POSE]
    assert facts["run@0.25"]["samples_seen"] == 1
    assert scores["run@0.25", "p1_gt"].value() == scores["run", "p1_gt"].value()


def test_a_set_that_no_run_was_tested_on_is_not_read(poses, tmp_path):
    scores, _ = lifting_scores([trained(tmp_path / "run")], poses)
    assert not [metric for _, metric in scores if metric.startswith("pck150")]


def test_a_straight_curve_is_at_rest_and_a_jagged_one_is_not(tmp_path):
    straight, jagged = (
        [100 - epoch for epoch in range(8)],
        [100 - epoch + 3 * (epoch % 2) for epoch in range(8)],
    )
    found = []
    for name, errors in (("straight", straight), ("jagged", jagged)):
        rows = "".join(f"{epoch},{error}\n" for epoch, error in enumerate(errors))
        write_text(tmp_path / name / "seed0/history.csv", "epoch,error\n" + rows)
        found.append(unrest(Run(name, tmp_path / name, {}, {"seeds": [0]}))["unrest"].value()[0])
    assert found == pytest.approx([0, 2])


def declared(system, **changed):
    """Facts of the declared runs as their trainings would state them, with changed settings of the model."""
    params = load_params(ROOT / "params.yaml")
    section, facts = params[system], {}
    for name, entry in declared_runs(section).items():
        model = section["model"] | changed | entry
        if system == "gcn":
            own = {"classes": params["aux"]["classes"]} if name in section["runs"] else {"classes": None}
            model = vars(GraphModel(**(own | model)))
        else:
            model = vars(LearnerModel(**model))
        record = {
            "seeds": [0], "parameters": {"here": 1, "paper": 2}, "cost": {"samples": 3, "operations": 4},
            "configuration": {"model": model, "train": section["train"]},
        }  # fmt: skip
        run = Run(name, ROOT, entry, record)
        facts[name] = run_facts(run, 1) | made_with(run)
    return facts


@pytest.mark.parametrize("system", ["gcn", "learner"])
def test_declared_runs_have_the_settings_that_rows_and_claims_presume(system):
    paper, facts = load_paper(system), declared(system)
    assert other_settings(paper, facts) == {}
    assert {row.run for table in paper.tables for row in table.rows} - {None, MEAN_POSE} <= facts.keys()


@pytest.mark.parametrize(("system", "setting"), [("learner", {"gate": "inner"}), ("gcn", {"blocks": 3})])
def test_a_changed_setting_empties_the_rows_that_presume_another(system, setting):
    changed = other_settings(load_paper(system), declared(system, **setting))
    assert (
        {"combined", "cascade3x3"} <= changed.keys() if system == "learner" else {"sup_256"} <= changed.keys()
    )


def test_the_mean_training_pose_is_scored_under_every_metric_of_either_input(poses, tmp_path):
    scores, facts = lifting_scores([trained(tmp_path / "run")], poses)
    train, test = (
        convert_table(PoseTable.load(poses / f"h36m/{split}.npz"), "semgcn16") for split in ("train", "test")
    )
    mean = np.tile(train.joints3d.mean(0), (len(test), 1, 1))
    error = mpjpe(mean, test.joints3d, test.joints.index("pelvis")).mean()
    for metric in ("p1_gt_frames", "p1_detected_frames"):
        assert scores[MEAN_POSE, metric].value() == pytest.approx(error)
    for metric in ("p1_gt", "p2_detected"):
        assert (MEAN_POSE, metric) in scores
    assert (MEAN_POSE, "train_loss") not in scores
    assert "no training" in facts[MEAN_POSE]["settings"]


def test_facts_hold_both_errors_and_the_precision_used_and_asked_for(poses, tmp_path):
    scores, facts = lifting_scores([trained(tmp_path / "run", "detected", "bf16")], poses)
    fact = facts["run"]
    assert fact["training_error"] == 40
    assert fact["test_error"] == pytest.approx(float(scores["run", "p1_detected_frames"].value()[0]))
    assert fact["learnt: training MPJPE, mm"] == 40
    assert (fact["computed"], fact["precision_asked"]) == ("cpu fp32", "bf16")
