"""The lifting papers' pictures are drawn from what runs leave."""

import numpy as np
import pytest
from PIL import Image

from repose.errors import ReposeError
from repose.report.lifting_figures import (
    GCN_FIGURES,
    LEARNER_FIGURES,
    far_apart,
    gcn_figures,
    learner_figures,
    read_curve,
    skeleton_of,
    typical_rows,
)
from repose.skeletons import get_skeleton
from tests.report.poses import pose_table, standing


def history(folder, seed, column="mpjpe"):
    path = folder / f"{seed}.csv"
    lines = [f"{epoch},{1 / epoch},{'' if epoch == 2 else 90 / epoch + seed}" for epoch in (1, 2, 3)]
    path.write_text(f"epoch,loss,{column}\n" + "\n".join(lines) + "\n")
    return path


def predictions(folder, joints):
    sample = np.arange(8)
    lifted = np.tile(standing(joints), (8, 1, 1)).astype(np.float32)
    np.savez(
        folder / "p.npz", joints=np.array(get_skeleton(joints).joints), sample=sample, joints3d_mm=lifted
    )
    return folder / "p.npz"


def test_a_curve_leaves_out_epochs_without_a_value(tmp_path):
    epochs, values = read_curve([history(tmp_path, 0), history(tmp_path, 1)], "mpjpe")
    np.testing.assert_array_equal(epochs, [1, 3])
    np.testing.assert_array_equal(values, [[90, 30], [91, 31]])


def test_a_curve_that_a_run_did_not_leave_is_one_sentence(tmp_path):
    with pytest.raises(ReposeError, match=r"no column `error` \(found epoch, loss, mpjpe\)"):
        read_curve([history(tmp_path, 0)], "error")


def test_all_figures_of_both_papers_are_drawn(tmp_path):
    pose_table("h36m", "test", "h36m17", with_3d=True).save(tmp_path / "poses.npz")
    centers = np.tile(standing("semgcn16") / 1000, (5, 1, 1)) * np.arange(1, 6)[:, None, None]
    np.savez(tmp_path / "labels.npz", centers=centers, labels=np.arange(20) % 5)
    curves = {name: [history(tmp_path, 0), history(tmp_path, 1)] for name in ("baseline", "gn", "supervised")}
    lifted = predictions(tmp_path, "semgcn16")
    gcn_figures(tmp_path, curves, tmp_path / "labels.npz", tmp_path / "poses.npz", lifted, "loss", "mpjpe")
    learner_figures(tmp_path, tmp_path / "poses.npz", lifted, column=None)
    for figure in (*GCN_FIGURES, *LEARNER_FIGURES):
        assert np.asarray(Image.open(tmp_path / figure.file).convert("RGB")).std() > 5


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
