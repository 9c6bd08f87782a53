"""3D poses of other software are scored as a run's that predicts the same."""

import dataclasses

import numpy as np

from repose.foundations.files import save_arrays
from repose.papers import fusion, gcn
from repose.papers.fusion.scores import run_scores as fusion_run_scores
from repose.papers.lifting.scores import lifting_scores
from repose.report.others import Other
from repose.skeletons import get_skeleton
from tests.papers.fusion.fusion_runs import SETS, write_fusion_run
from tests.papers.fusion.fusion_runs import write_set as write_fusion_set
from tests.papers.lifting.test_lifting_scores import trained, write_tables
from tests.report.poses import standing


def shuffled(path, joints, poses):
    """The same poses in another order of rows, with a joint more than is scored."""
    order = np.random.default_rng(0).permutation(len(poses))
    more = np.concatenate([poses, poses[:, :1]], axis=1)[order].astype(np.float32)
    arrays = {"joints": np.array([*joints, "r_toe"]), "sample": order, "joints3d_mm": more}
    save_arrays(path, {"format": np.array(1), **arrays})
    return path


def test_lifted_poses_have_the_scores_of_the_run_that_predicts_them(tmp_path):
    write_tables(tmp_path / "poses")
    run = trained(tmp_path / "run")
    joints = get_skeleton("semgcn16").joints
    path = shuffled(tmp_path / "a.npz", joints, np.tile(standing("semgcn16"), (12, 1, 1)))
    other = Other("theirs", {"h36m-test": path, "mpi_inf_3dhp-test": path}, {"input": "gt"})
    own, _ = lifting_scores([run], tmp_path / "poses")
    found = gcn.scored_file(other, tmp_path)
    for metric in ("p1_gt", "p2_gt", "p1_gt_frames", "p1_gt_Walking"):
        np.testing.assert_allclose(found[metric].by_group(), own["run", metric].by_group(), rtol=1e-6)
    assert {"pck150_official14", "auc_harness16_frames"} <= set(found)


def test_poses_in_pictures_have_the_errors_of_the_run_that_predicts_them(tmp_path):
    splits = {name: write_fusion_set(tmp_path / "fusion", tmp_path / "native", name, True) for name in SETS}
    run = write_fusion_run(tmp_path / "runs", "run", splits, wrong=3.0)
    run = dataclasses.replace(run, record={**run.record, "tests": list(SETS)})
    for path in [p for name in SETS for p in run.predictions(f"{name}-test")]:
        with np.load(path) as arrays:
            kept = {name: arrays[name] for name in arrays} | {
                "cell": np.zeros((8, 16, 2), np.int16),
                "map_px": 64,
            }
        save_arrays(path, {name: np.asarray(array) for name, array in kept.items()})
    own = fusion_run_scores(run, splits)
    files = {f"{name}-test": run.predictions(f"{name}-test")[0] for name in SETS}
    found = fusion.scored_file(Other("theirs", files, {}), tmp_path)
    assert set(found) == {"mpjpe_corrected", "mpjpe_published", "p_mpjpe"}
    for metric, score in found.items():
        assert score.group_names == SETS
        np.testing.assert_allclose(score.by_group(), own[metric].by_group(), rtol=1e-5)
