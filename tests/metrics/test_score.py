import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.foundations.files import save_arrays
from repose.foundations.rng import rng
from repose.metrics.score import frame_scores, score_text, scored
from repose.skeletons import convert, get_skeleton
from repose.skeletons.posetable import PoseTable, encode

H36M, LIFTER = get_skeleton("h36m17"), get_skeleton("semgcn16")
ACTIONS = ["Sitting"] * 6 + ["SittingDown"] * 3 + ["Walking"]


def table(dataset="h36m", skeleton="h36m17", **changes):
    """Ten rows of a test split."""
    joints = get_skeleton(skeleton).joints
    points = rng(0, "truth", skeleton).normal(size=(10, len(joints), 3)).astype(np.float32) * 300
    points -= points[:, [joints.index("pelvis")]]
    known = np.ones(points.shape[:2], bool)
    action, words = encode(ACTIONS)
    zeros = np.zeros(10, np.int32)
    names = {"action": words, "subject": ("S9",), "camera": ("54138969",), "sequence": ("take",)}
    columns = {"image_size": np.full((10, 2), 1000, np.int32), "box": np.zeros((10, 4), np.float32)}
    codes = {"subject": zeros, "camera": zeros, "sequence": zeros, "frame": zeros, "action": action}
    return PoseTable(
        dataset, "test", skeleton, joints, points[..., :2], known, known, **columns, **codes, names=names,
        joints3d=points, **changes,
    )  # fmt: skip


def predictions(tmp_path, **changes):
    """A file of lifted poses that are right but for noise of 40 mm a coordinate."""
    truth = convert(table().joints3d, np.ones((10, 17), bool), "h36m17", "semgcn16")[0]
    noise = rng(0, "noise").normal(size=truth.shape) * 40
    arrays = {"format": np.array(1), "joints": np.array(LIFTER.joints), "sample": np.arange(10)}
    arrays = arrays | {"joints3d_mm": (truth + noise).astype(np.float32)} | changes
    save_arrays(tmp_path / "p.npz", {name: array for name, array in arrays.items() if array is not None})
    return tmp_path / "p.npz"


def test_a_table_shows_groups_and_both_averages(tmp_path):
    text = score_text(scored(predictions(tmp_path), table()))
    rows = {line[:17].strip(): line[17:].split() for line in text.splitlines()[1:]}
    assert list(rows) == ["", "Sitting", "SittingDown", "Walking", "mean of actions", "mean of frames"]
    per_action = [float(rows[name][1]) for name in ("Sitting", "SittingDown", "Walking")]
    assert float(rows["mean of actions"][1]) == pytest.approx(np.mean(per_action), abs=0.01)
    assert float(rows["mean of frames"][1]) == pytest.approx(
        np.average(per_action, weights=[6, 3, 1]), abs=0.01
    )
    assert float(rows["mean of frames"][2]) == pytest.approx(
        float(rows["mean of frames"][1]) * 16 / 15, abs=0.02
    )


def test_joints_and_rows_may_come_in_any_order_and_number(tmp_path):
    whole = frame_scores(predictions(tmp_path), table())
    file = dict(np.load(tmp_path / "p.npz"))
    joints, rows = rng(0, "joints").permutation(16), np.array([7, 2, 5])
    shuffled = predictions(
        tmp_path,
        joints=file["joints"][joints],
        sample=rows,
        joints3d_mm=file["joints3d_mm"][rows][:, joints] + np.float32(123),
    )
    some = frame_scores(shuffled, table())
    for name, values in some.metrics.items():
        np.testing.assert_allclose(values, whole.metrics[name][rows], atol=1e-2)
    assert some.groups["action"].tolist() == ["SittingDown", "Sitting", "Sitting"]


def test_the_universal_skeleton_and_valid_rows_count_on_3dhp(tmp_path):
    native = table("mpi_inf_3dhp", "mpi3dhp17")
    extra = {"joints3d_univ": native.joints3d * 0.9, "valid": np.arange(10) < 8}
    test = table("mpi_inf_3dhp", "mpi3dhp17", extra=extra)
    lifted = convert(extra["joints3d_univ"], np.ones((10, 17), bool), "mpi3dhp17", "semgcn16")[0]
    scores = frame_scores(predictions(tmp_path, joints3d_mm=lifted), test)
    assert scores.sample.tolist() == list(range(8))
    np.testing.assert_allclose(scores.metrics["mpjpe"], 0, atol=1e-3)
    assert (scores.metrics["pck150_official14"] == 100).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"joints3d_mm": None}, "no array `joints3d_mm`"),
        ({"format": np.array(2)}, "format 2, expected 1"),
        ({"joints": np.array(["pelvis"] * 16)}, "`joints`"),
        ({"joints": np.array([*LIFTER.joints[:-1], "right_wrist"])}, "right_wrist.*nearest: r_wrist"),
        ({"joints": np.array(["spine_x", *LIFTER.joints[1:]])}, "no joint"),
        ({"joints3d_mm": np.zeros((10, 17, 3))}, r"expected numbers of shape \(10, 16, 3\)"),
        ({"joints3d_mm": np.full((10, 16, 3), np.nan)}, "NaN or infinity in 10 frames"),
        ({"joints3d_mm": rng(0, "m").normal(size=(10, 16, 3))}, "multiply metres by 1000"),
        ({"sample": np.arange(10) + 5}, "row 10, expected 0 to 9"),
        ({"sample": np.zeros(10, int)}, "more than once"),
        ({"sample": np.arange(10.0)}, "`sample` is float64"),
    ],
)
def test_a_wrong_file_is_one_clear_error(tmp_path, changes, message):
    with pytest.raises(ReposeError, match=message):
        frame_scores(predictions(tmp_path, **changes), table())


def test_predictions_need_the_root(tmp_path):
    file = predictions(tmp_path)
    arrays = dict(np.load(file))
    arrays["joints"], arrays["joints3d_mm"] = arrays["joints"][1:], arrays["joints3d_mm"][:, 1:]
    with pytest.raises(ReposeError, match="no joint 'pelvis'"):
        frame_scores(predictions(tmp_path, **arrays), table())


def test_a_table_without_3d_joints_cannot_be_the_truth(tmp_path):
    import dataclasses

    flat = dataclasses.replace(table(), joints3d=None)
    with pytest.raises(ReposeError, match="no 3D joints"):
        frame_scores(predictions(tmp_path), flat)
