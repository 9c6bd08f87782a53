import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repose.foundations.errors import ReposeError
from repose.skeletons import conversion, convert, convert_table, get_skeleton, readings, skeleton_ids
from repose.skeletons.conversion import file_of
from repose.skeletons.posetable import PoseTable

ALL = sorted(
    (source, target, reading)
    for target in skeleton_ids()
    for source in {target, *file_of(target)}
    for reading in readings(source, target)
)
MISSING = None
# Slots of MPII-16, 0-based: an index, several for their mean, or nothing.
TO_MPII = {
    ("h36m17", "corrected"): [3, 2, 1, 4, 5, 6, 0, 7, 8, 10, 16, 15, 14, 11, 12, 13],
    ("mpi3dhp28", "corrected"): [25, 24, 23, 18, 19, 20, 4, 3, 5, 7, 16, 15, 14, 9, 10, 11],
    ("mpi3dhp17", "corrected"): [10, 9, 8, 11, 12, 13, 14, 15, 1, 0, 4, 3, 2, 5, 6, 7],
    ("op15", "corrected"): [3, 2, 1, 4, 5, 6, 0, (9, 12), 8, 8, 14, 13, 12, 9, 10, 11],
    ("op15", "headless"): [3, 2, 1, 4, 5, 6, 0, (9, 12), 8, MISSING, 14, 13, 12, 9, 10, 11],
    ("lsp14", "corrected"): [0, 1, 2, 3, 4, 5, (2, 3), (8, 9), 12, 13, 6, 7, 8, 9, 10, 11],
    ("flic29", "paper"): [11, 10, 9, 6, 7, 8, 18, 20, 17, 16, 5, 4, 3, 0, 1, 2],
    ("flic29", "corrected"): [
        MISSING, MISSING, 9, 6, MISSING, MISSING, (6, 9), (0, 3), (0, 3), 16, 5, 4, 3, 0, 1, 2,
    ],
    ("coco17", "corrected"): [16, 14, 12, 11, 13, 15, (11, 12), (5, 6), (5, 6), 0, 10, 8, 6, 5, 7, 9],
    ("coco17", "paper"): [16, 14, 12, 11, 13, 15, (11, 12), (5, 6), 0, 0, 10, 8, 6, 5, 7, 9],
    ("coco18", "corrected"): [10, 9, 8, 11, 12, 13, (8, 11), (2, 5), 1, 0, 4, 3, 2, 5, 6, 7],
    ("coco18", "paper"): [10, 9, 8, 11, 12, 13, (8, 11), (2, 5), 0, 0, 4, 3, 2, 5, 6, 7],
    ("crowdpose14", "corrected"): [11, 9, 7, 6, 8, 10, (6, 7), (0, 1), 13, 12, 5, 3, 1, 0, 2, 4],
    ("ochuman19", "corrected"): [8, 7, 6, 9, 10, 11, (6, 9), (0, 3), 13, 12, 2, 1, 0, 3, 4, 5],
}  # fmt: skip
TO_OTHERS = {
    ("h36m32", "h36m17", "corrected"): [0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27],
    ("h36m17", "semgcn16", "corrected"): [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16],
    ("mpii16", "semgcn16", "corrected"): [6, 2, 1, 0, 3, 4, 5, 7, 8, 9, 13, 14, 15, 12, 11, 10],
    ("mpi3dhp28", "mpi3dhp17", "corrected"): [7, 5, 14, 15, 16, 9, 10, 11, 23, 24, 25, 18, 19, 20, 4, 3, 6],
    ("mpi3dhp28", "h36m17", "corrected"): [4, 23, 24, 25, 18, 19, 20, 3, 5, 6, 7, 9, 10, 11, 14, 15, 16],
    ("mpi3dhp28", "h36m17", "head_top"): [4, 23, 24, 25, 18, 19, 20, 3, 5, 7, 7, 9, 10, 11, 14, 15, 16],
    ("mpi3dhp17", "semgcn16", "corrected"): [14, 8, 9, 10, 11, 12, 13, 15, 1, 0, 5, 6, 7, 2, 3, 4],
    ("mpi3dhp17", "semgcn16", "head"): [14, 8, 9, 10, 11, 12, 13, 15, 1, 16, 5, 6, 7, 2, 3, 4],
    ("mpii16", "h36m17", "direct"): [6, 2, 1, 0, 3, 4, 5, 7, 8, 9, 9, 13, 14, 15, 12, 11, 10],
    ("mpii16", "h36m17", "corrected"): [
        6, 2, 1, 0, 3, 4, 5, (6, 8), 8, (8, 9), 9, 13, 14, 15, 12, 11, 10,
    ],
}  # fmt: skip
PUBLISHED = {(source, "mpii16", reading): slots for (source, reading), slots in TO_MPII.items()} | TO_OTHERS


def derived(source: str, target: str, reading: str) -> list[int | tuple[int, ...] | None]:
    """A conversion as indices."""
    skeleton = get_skeleton(source)
    slots = [
        tuple(sorted(skeleton.indices(made.joints).tolist()))
        for made in conversion(source, target, reading).values()
    ]
    return [slot[0] if len(slot) == 1 else slot or MISSING for slot in slots]


@pytest.mark.parametrize("key", PUBLISHED, ids="-".join)
def test_conversions_give_the_published_index_lists(key: tuple[str, str, str]) -> None:
    assert derived(*key) == PUBLISHED[key]


def test_paper_and_corrected_agree_where_there_is_one_reading() -> None:
    differ = {(s, t) for s, t, _ in ALL if derived(s, t, "paper") != derived(s, t, "corrected")}
    assert differ == {("flic29", "mpii16"), ("coco17", "mpii16"), ("coco18", "mpii16")}


@pytest.mark.parametrize("key", ALL, ids="-".join)
def test_every_name_resolves_and_only_stand_ins_and_means_are_inferred(key: tuple[str, str, str]) -> None:
    source, target, _ = key
    table = conversion(*key)
    assert tuple(table) == get_skeleton(target).joints
    for made in table.values():
        assert set(made.joints) <= set(get_skeleton(source).joints)
        assert made.inferred or len(made.joints) <= 1
    kept = [made.joints for made in table.values() if made.joints and not made.inferred]
    assert len(kept) == len(set(kept))


@pytest.mark.parametrize("key", ALL, ids="-".join)
def test_left_stays_left_and_right_stays_right(key: tuple[str, str, str]) -> None:
    for name, made in conversion(*key).items():
        if name[:2] in ("l_", "r_"):
            assert all(joint[:2] == name[:2] for joint in made.joints)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ALL), st.integers(0, 2**32 - 1))
def test_mirroring_and_converting_can_change_places(key: tuple[str, str, str], seed: int) -> None:
    source, target = get_skeleton(key[0]), get_skeleton(key[1])
    random = np.random.default_rng(seed)
    points, labelled = (
        random.normal(size=(3, len(source.joints), 2)),
        random.random((3, len(source.joints))) < 0.8,
    )
    mirror = np.array([-1, 1])
    after, after_labels, _ = convert(points, labelled, *key)
    before, before_labels, _ = convert((points * mirror)[:, source.flip], labelled[:, source.flip], *key)
    np.testing.assert_allclose(before, (after * mirror)[:, target.flip])
    assert (before_labels == after_labels[:, target.flip]).all()


@pytest.mark.parametrize("skeleton_id", skeleton_ids())
def test_the_identity_keeps_everything(skeleton_id: str) -> None:
    joints = len(get_skeleton(skeleton_id).joints)
    points = np.random.default_rng(0).normal(size=(2, joints, 3))
    out, labelled, inferred = convert(points, np.ones((2, joints), bool), skeleton_id, skeleton_id)
    np.testing.assert_array_equal(out, points)
    assert labelled.all()
    assert inferred == ()


def test_a_mean_is_labelled_where_all_its_parents_are() -> None:
    skeleton, mpii = get_skeleton("lsp14"), get_skeleton("mpii16")
    points = np.full((1, 14, 2), 5.0)
    labelled = np.ones((1, 14), bool)
    points[0, skeleton.index("l_hip")] = np.nan
    labelled[0, skeleton.index("l_hip")] = False
    out, flags, inferred = convert(points, labelled, "lsp14", "mpii16")
    unlabelled = {name for name, flag in zip(mpii.joints, flags[0], strict=True) if not flag}
    assert unlabelled == {"l_hip", "pelvis"}
    assert inferred == ("pelvis", "thorax")
    assert (out[flags] == 5).all()
    assert (out[~flags] == 0).all()


def test_human36m_thorax_is_marked_as_inferred_from_the_spine() -> None:
    assert conversion("h36m17", "mpii16")["thorax"] == (("spine",), True)
    assert conversion("op15", "mpii16")["head_top"] == (("neck",), True)
    assert conversion("flic29", "mpii16")["head_top"] == (("nose",), True)


def test_unknown_conversions_and_readings_name_the_nearest() -> None:
    with pytest.raises(ReposeError, match=r"no conversion from h36m32 to mpii16.*nearest: h36m17"):
        conversion("h36m32", "mpii16")
    with pytest.raises(ReposeError, match="nearest: paper"):
        conversion("flic29", "mpii16", "papers")
    with pytest.raises(ReposeError, match="found 16 joints, expected the 17"):
        convert(np.zeros((1, 16, 2)), np.ones((1, 16), bool), "h36m17", "mpii16")


def pose_table(skeleton_id: str, rows: int = 2) -> PoseTable:
    joints = get_skeleton(skeleton_id).joints
    shape, random = (rows, len(joints)), np.random.default_rng(1)
    joints3d = random.normal(size=(*shape, 3)).astype(np.float32)
    codes = np.zeros(rows, np.int32)
    return PoseTable(
        dataset="made", split="train", skeleton=skeleton_id, joints=joints,
        joints2d=random.normal(size=(*shape, 2)).astype(np.float32),
        labelled=np.ones(shape, bool), visible=random.random(shape) < 0.5,
        image_size=np.ones((rows, 2), np.int32), box=np.ones((rows, 4), np.float32), frame=codes,
        subject=codes, action=codes, camera=codes, sequence=codes, names={},
        joints3d=joints3d - joints3d[:, [joints.index(get_skeleton(skeleton_id).root)]],
    )  # fmt: skip


def test_a_table_converts_with_its_extra_joints_and_remembers_what_is_inferred() -> None:
    table = pose_table("h36m17")
    table = dataclasses.replace(
        table, extra={"joints2d_detected": table.joints2d + 1, "root_mm": np.ones((2, 3))}
    )
    out = convert_table(table, "mpii16")
    out.check()
    assert (out.skeleton, out.joints, out.inferred) == ("mpii16", get_skeleton("mpii16").joints, ("thorax",))
    assert out.joints3d is not None
    assert table.joints3d is not None
    np.testing.assert_array_equal(
        out.joints3d[:, out.index("head_top")], table.joints3d[:, table.index("head")]
    )
    np.testing.assert_array_equal(out.visible[:, out.index("thorax")], table.visible[:, table.index("spine")])
    np.testing.assert_allclose(out.extra["joints2d_detected"], out.joints2d + 1)
    np.testing.assert_array_equal(out.extra["root_mm"], 1)
    again = convert_table(out, "h36m17", "direct")
    assert set(again.inferred) == {"spine", "nose"}
    assert "spine" in convert_table(out, "semgcn16").inferred
    assert out.joints2d.dtype == np.float32


def test_a_table_keeps_its_root_at_the_origin_when_the_root_is_another_point() -> None:
    table = pose_table("lsp14")
    table = dataclasses.replace(table, extra={"root_mm": np.zeros((2, 3))})
    out = convert_table(table, "mpii16")
    assert out.joints3d is not None
    assert table.joints3d is not None
    np.testing.assert_array_equal(out.joints3d[:, out.index("pelvis")], 0)
    absolute = out.joints3d + out.extra["root_mm"][:, None]
    hips = table.joints3d[:, [table.index("l_hip"), table.index("r_hip")]].mean(axis=1)
    np.testing.assert_allclose(absolute[:, out.index("pelvis")], hips, rtol=1e-6)


def test_an_already_inferred_parent_makes_an_inferred_joint() -> None:
    table = dataclasses.replace(pose_table("h36m17"), inferred=("head",))
    assert convert_table(table, "mpii16").inferred == ("thorax", "head_top")
