"""Pose labels of Human3.6M's training poses: `labels.py CLASSES` writes data/labels/CLASSES.npz."""

from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any], classes: str) -> None:
    from repose.labels import cluster_poses, root_relative_m, save_clusters
    from repose.skeletons.posetable import PoseTable

    poses_m = root_relative_m(PoseTable.load("data/poses/h36m/train.npz"), "semgcn16")
    clusters = cluster_poses(poses_m, int(classes), **params["labels"], seed=params["seed"])
    save_clusters(f"data/labels/{classes}.npz", clusters)


if __name__ == "__main__":
    run_stage(main)
