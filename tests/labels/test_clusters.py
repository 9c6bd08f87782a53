import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.labels import cluster_poses, load_clusters, save_clusters

KINDS = rng(0, "kinds").normal(size=(6, 16, 3)) * 0.5
KIND = rng(0, "kind").integers(6, size=3000)
POSES = (KINDS[KIND] + rng(0, "noise").normal(size=(3000, 16, 3)) * 0.02).astype(np.float32)


def clusters(classes=6, subsample=2000, seed=0):
    return cluster_poses(POSES, classes, subsample, n_init=3, iterations=50, seed=seed)


@pytest.mark.slow
def test_kinds_of_poses_that_lie_apart_become_classes():
    found = clusters()
    pairs = set(zip(KIND.tolist(), found.labels.tolist(), strict=True))
    assert len(pairs) == 6
    for kind, label in pairs:
        np.testing.assert_allclose(found.centers[label], KINDS[kind], atol=0.01)


def test_every_pose_has_the_label_of_its_nearest_center():
    found = clusters(20)
    distance = np.linalg.norm((POSES[:, None] - found.centers).reshape(3000, 20, -1), axis=2)
    own = np.take_along_axis(distance, found.labels[:, None].astype(int), 1)[:, 0]
    np.testing.assert_allclose(own, distance.min(1), atol=1e-5)


def test_labels_are_the_same_bytes_for_any_number_of_threads():
    with threadpool_limits(1):
        one = clusters(20)
    with threadpool_limits(2):
        two = clusters(20)
    assert one.labels.tobytes() == two.labels.tobytes()
    assert one.centers.tobytes() == two.centers.tobytes()


def test_another_seed_gives_other_centers():
    assert not np.array_equal(clusters(20).centers, clusters(20, seed=1).centers)


def test_more_classes_than_poses_is_an_error_of_the_user():
    with pytest.raises(ReposeError, match="31 classes of 30 poses"):
        clusters(31, subsample=30)


def test_a_file_keeps_labels_and_centers(tmp_path):
    found = clusters()
    save_clusters(tmp_path / "6.npz", found)
    again = load_clusters(tmp_path / "6.npz")
    np.testing.assert_array_equal(again.labels, found.labels)
    np.testing.assert_array_equal(again.centers, found.centers)
    assert again.labels.dtype == np.int16
