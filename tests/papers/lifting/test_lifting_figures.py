"""The lifting papers' pictures are drawn from what runs leave."""

import numpy as np
import pytest
from PIL import Image

from repose.foundations.errors import ReposeError
from repose.papers.gcn.figures import CURVES, FIGURES, far_apart, gcn_figures
from repose.papers.lifting.figures import skeleton_of, typical_rows
from repose.report.curves import read_curve
from repose.report.runs import Run
from repose.skeletons import get_skeleton
from tests.report.poses import pose_table, standing


def history(folder, seed, column="mpjpe"):
    path = folder / f"{seed}.csv"
    more = seed if isinstance(seed, int) else 0
    lines = [f"{epoch},{1 / epoch},{'' if epoch == 2 else 90 / epoch + more}" for epoch in (1, 2, 3)]
    path.write_text(f"epoch,loss,{column}\n" + "\n".join(lines) + "\n")
    return path


def trained(folder, name):
    """A run of two seeds with curves and predictions."""
    lifted = np.tile(standing("semgcn16"), (8, 1, 1)).astype(np.float32)
    for seed in (0, 1):
        (folder / f"seed{seed}/predictions").mkdir(parents=True)
        history(folder / f"seed{seed}", "history", "error")
        joints = np.array(get_skeleton("semgcn16").joints)
        arrays = {"joints": joints, "sample": np.arange(8), "joints3d_mm": lifted}
        np.savez(folder / f"seed{seed}/predictions/h36m-test.npz", **arrays)
    return Run(name, folder, {}, {"seeds": [0, 1]})


def test_a_curve_leaves_out_epochs_without_a_value(tmp_path):
    epochs, values = read_curve([history(tmp_path, 0), history(tmp_path, 1)], "mpjpe")
    np.testing.assert_array_equal(epochs, [1, 3])
    np.testing.assert_array_equal(values, [[90, 30], [91, 31]])


def test_a_curve_that_a_run_did_not_leave_is_one_sentence(tmp_path):
    with pytest.raises(ReposeError, match=r"no column `error` \(found epoch, loss, mpjpe\)"):
        read_curve([history(tmp_path, 0)], "error")


def test_all_figures_are_drawn(tmp_path):
    (tmp_path / "data/labels").mkdir(parents=True)
    (tmp_path / "data/poses/h36m").mkdir(parents=True)
    pose_table("h36m", "test", "h36m17", with_3d=True).save(tmp_path / "data/poses/h36m/test.npz")
    centers = np.tile(standing("semgcn16") / 1000, (5, 1, 1)) * np.arange(1, 6)[:, None, None]
    np.savez(tmp_path / "data/labels/50.npz", centers=centers, labels=np.arange(20) % 5)
    runs = {name: trained(tmp_path / "runs" / name, name) for name in CURVES.values()}
    assert gcn_figures(tmp_path, runs, tmp_path / "data") == FIGURES
    for figure in FIGURES:
        assert np.asarray(Image.open(tmp_path / figure.file).convert("RGB")).std() > 5


def test_figures_of_runs_that_nobody_declares_are_left_out(tmp_path):
    assert gcn_figures(tmp_path, {}, tmp_path) == []


def test_the_frame_that_is_shown_has_the_median_error():
    words = np.array(["Walking"] * 5 + ["Eating"])
    assert typical_rows(np.array([5.0, 1, 9, 3, 7, 2]), words, ("Eating", "Walking", "Photo")) == [5, 0]


def test_centres_are_chosen_far_apart():
    points = np.array([[0.0], [1], [10], [11], [30]])
    assert far_apart(points, 0, 3) == [0, 4, 3]
    assert sorted(far_apart(points, 2, 9)) == [0, 1, 2, 3, 4]


def test_predictions_in_unknown_joints_are_one_sentence():
    assert skeleton_of(np.array(get_skeleton("h36m17").joints)).id == "h36m17"
    with pytest.raises(ReposeError, match="known skeleton"):
        skeleton_of(np.array(["pelvis", "tail"]))
