"""Lifters are scored against the mean training pose, and facts say how well they have fitted."""

import dataclasses

import numpy as np
import pytest

from repose.foundations.files import save_arrays, write_text
from repose.metrics import mpjpe
from repose.papers.lifting.scores import MEAN_POSE, lifting_scores
from repose.report.runs import Run
from repose.skeletons import convert_table, get_skeleton
from repose.skeletons.posetable import PoseTable, encode
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


def test_the_mean_training_pose_is_scored_under_every_metric_of_either_input(poses, tmp_path):
    scores, facts = lifting_scores([trained(tmp_path / "run")], poses)
    train, test = (
        convert_table(PoseTable.load(poses / f"h36m/{split}.npz"), "semgcn16") for split in ("train", "test")
    )
    mean = np.tile(train.joints3d.mean(0), (len(test), 1, 1))
    error = mpjpe(mean, test.joints3d, test.joints.index("pelvis")).mean()
    for metric in ("p1_gt_frames", "p1_detected_frames"):
        assert scores[MEAN_POSE, metric].value() == pytest.approx(error)
    for metric in ("p1_gt", "p2_detected", "pck150_official14_frames", "auc_official14_frames"):
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
