import numpy as np
import pytest

from repose.foundations.errors import ReposeError
from repose.skeletons import get_skeleton, skeleton_ids

IDS = skeleton_ids()
SIZES = {
    "mpii16": 16, "h36m32": 32, "h36m17": 17, "semgcn16": 16, "mpi3dhp28": 28, "mpi3dhp17": 17, "op15": 15,
    "lsp14": 14, "flic29": 29, "coco17": 17, "crowdpose14": 14, "ochuman19": 19, "coco18": 18,
}  # fmt: skip


def bone_set(pairs: np.ndarray) -> set[tuple[int, ...]]:
    return {tuple(sorted(pair)) for pair in pairs.tolist()}


def swaps(skeleton_id: str) -> set[tuple[int, ...]]:
    flip = get_skeleton(skeleton_id).flip.tolist()
    return {tuple(sorted((a, b))) for a, b in enumerate(flip) if a != b}


def test_every_joint_set_has_its_size() -> None:
    assert {name: len(get_skeleton(name).joints) for name in IDS} == SIZES


@pytest.mark.parametrize("skeleton_id", IDS)
def test_joint_names_are_unique_and_resolve(skeleton_id: str) -> None:
    skeleton = get_skeleton(skeleton_id)
    assert [skeleton.index(name) for name in skeleton.joints] == list(range(len(set(skeleton.joints))))


@pytest.mark.parametrize("skeleton_id", IDS)
def test_flipping_twice_changes_nothing_and_once_swaps_the_sides(skeleton_id: str) -> None:
    skeleton = get_skeleton(skeleton_id)
    assert (skeleton.flip[skeleton.flip] == np.arange(len(skeleton.joints))).all()
    assert set(skeleton.flip[skeleton.groups["left"]]) == set(skeleton.groups["right"])
    assert set(skeleton.groups["left"]) | set(skeleton.groups["right"]) == {
        i for s in swaps(skeleton_id) for i in s
    }


@pytest.mark.parametrize("skeleton_id", IDS)
def test_a_mirrored_skeleton_has_the_same_bones_pairs_and_groups(skeleton_id: str) -> None:
    skeleton = get_skeleton(skeleton_id)
    same_in_a_mirror = {name: pairs for name, pairs in skeleton.pairs.items() if name != "pooling"}
    for pairs in (skeleton.bones, *same_in_a_mirror.values()):
        assert bone_set(skeleton.flip[pairs]) == bone_set(pairs)
        assert len(bone_set(pairs)) == len(pairs)
    for name in set(skeleton.groups) - {"left", "right"}:
        assert set(skeleton.flip[skeleton.groups[name]]) == set(skeleton.groups[name])


@pytest.mark.parametrize("skeleton_id", IDS)
def test_parents_are_one_tree_from_the_root(skeleton_id: str) -> None:
    skeleton = get_skeleton(skeleton_id)
    assert (skeleton.parents < 0).sum() == 1
    assert skeleton.joints[int(skeleton.parents.argmin())] == skeleton.root
    assert len(skeleton.pairs["tree"]) == len(skeleton.joints) - 1
    for joint in range(len(skeleton.joints)):
        steps = 0
        while skeleton.parents[joint] >= 0:
            joint, steps = skeleton.parents[joint], steps + 1
            assert steps < len(skeleton.joints)
    assert (skeleton.parents[skeleton.flip] == mirrored_parents(skeleton.parents, skeleton.flip)).all()


def mirrored_parents(parents: np.ndarray, flip: np.ndarray) -> np.ndarray:
    return np.where(parents < 0, -1, flip[parents])


def test_semgcn_has_its_parents_and_46_entries_in_the_adjacency_matrix() -> None:
    skeleton = get_skeleton("semgcn16")
    assert skeleton.parents.tolist() == [-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 8, 10, 11, 8, 13, 14]
    adjacency = np.eye(16, dtype=bool)
    adjacency[tuple(skeleton.bones.T)] = adjacency[tuple(skeleton.bones[:, ::-1].T)] = True
    assert adjacency.sum() == 46
    pooled = [[2, 3], [5, 6], [1, 4], [0, 7], [8, 9], [14, 15], [11, 12], [10, 13]]
    assert skeleton.pairs["pooling"].tolist() == pooled


def test_human36m_has_its_sides_and_the_bones_of_its_length_sum() -> None:
    skeleton = get_skeleton("h36m17")
    assert skeleton.groups["left"].tolist() == [4, 5, 6, 11, 12, 13]
    assert skeleton.groups["right"].tolist() == [1, 2, 3, 14, 15, 16]
    assert swaps("h36m17") == {(3, 6), (2, 5), (1, 4), (13, 16), (12, 15), (11, 14)}
    summed = [(3, 2), (2, 1), (1, 0), (0, 4), (4, 5), (5, 6), (0, 7), (7, 8), (8, 10),
              (16, 15), (15, 14), (14, 8), (8, 11), (11, 12), (12, 13)]  # fmt: skip
    assert bone_set(skeleton.pairs["bone_sum"]) == bone_set(np.array(summed))


def test_mpii_has_its_swaps_drawing_and_accuracy_joints() -> None:
    skeleton = get_skeleton("mpii16")
    assert swaps("mpii16") == {(0, 5), (1, 4), (2, 3), (10, 15), (11, 14), (12, 13)}
    drawn = [(0, 1), (1, 2), (2, 6), (6, 3), (3, 4), (4, 5), (10, 11), (11, 12), (12, 8), (8, 13),
             (13, 14), (14, 15), (6, 8), (8, 9)]  # fmt: skip
    assert bone_set(skeleton.bones) == bone_set(np.array(drawn))
    assert skeleton.groups["accuracy"].tolist() == [0, 1, 2, 3, 4, 5, 10, 11, 14, 15]
    assert skeleton.groups["pckh"].tolist() == [i for i in range(16) if i not in (6, 7)]
    tree = [(0, 1), (1, 2), (2, 6), (6, 3), (3, 4), (4, 5), (6, 7), (7, 8), (8, 9), (8, 12), (12, 11),
            (11, 10), (8, 13), (13, 14), (14, 15)]  # fmt: skip
    assert bone_set(skeleton.pairs["tree"]) == bone_set(np.array(tree))
    assert bone_set(skeleton.pairs["limbs"]) == bone_set(np.array([*tree, (2, 3), (12, 2), (13, 3)]))


def test_mpii_groups_of_the_geometric_loss_pair_the_scaled_bone_first_and_last() -> None:
    pairs = get_skeleton("mpii16").pairs
    assert pairs["legs"].tolist() == [[0, 1], [1, 2], [3, 4], [4, 5]]
    assert pairs["arms"].tolist() == [[10, 11], [11, 12], [13, 14], [14, 15]]
    assert pairs["hips"].tolist() == [[2, 6], [3, 6]]
    assert pairs["shoulders"].tolist() == [[12, 8], [13, 8]]


@pytest.mark.parametrize(
    ("skeleton_id", "limbs"),
    [
        (
            "coco17",
            "16-14 14-12 17-15 15-13 12-13 6-12 7-13 6-7 6-8 7-9 8-10 9-11 2-3 1-2 1-3 2-4 3-5 4-6 5-7",
        ),
        ("crowdpose14", "13-14 14-1 14-2 1-2 7-8 1-3 3-5 2-4 4-6 1-7 2-8 7-9 9-11 8-10 10-12"),
    ],
)
def test_pifpaf_limbs_stand_in_their_published_order(skeleton_id: str, limbs: str) -> None:
    published = [sorted(int(number) - 1 for number in limb.split("-")) for limb in limbs.split()]
    assert np.sort(get_skeleton(skeleton_id).pairs["limbs"], axis=1).tolist() == published


def test_coco_tree_has_its_published_edges() -> None:
    tree = "1-2 2-4 1-3 3-5 1-6 6-8 8-10 1-7 7-9 9-11 6-12 12-14 14-16 7-13 13-15 15-17"
    published = {tuple(int(number) - 1 for number in edge.split("-")) for edge in tree.split()}
    assert bone_set(get_skeleton("coco17").pairs["tree"]) == published


def test_flips_have_their_published_indices() -> None:
    assert get_skeleton("crowdpose14").flip.tolist() == [1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 12, 13]
    assert get_skeleton("mpii16").flip.tolist() == [5, 4, 3, 2, 1, 0, 6, 7, 8, 9, 15, 14, 13, 12, 11, 10]


def test_flic_and_3dhp_groups_name_what_is_labelled_and_scored() -> None:
    assert sorted(get_skeleton("flic29").groups["annotated"].tolist()) == [0, 1, 2, 3, 4, 5, 6, 9, 12, 13, 16]
    assert get_skeleton("mpi3dhp17").groups["official14"].tolist() == list(range(14))


def test_an_unknown_skeleton_or_joint_names_the_nearest() -> None:
    with pytest.raises(ReposeError, match="nearest: mpii16"):
        get_skeleton("mpi16")
    with pytest.raises(ReposeError, match="nearest: r_ankle"):
        get_skeleton("mpii16").index("r_ankel")
