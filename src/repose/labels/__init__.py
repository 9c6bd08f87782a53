"""What is derived once from the training poses and used by several trainings."""

from repose.labels.clusters import PoseClusters, cluster_poses, load_clusters, root_relative_m, save_clusters
from repose.labels.depth_scale import depth_scale

__all__ = [
    "PoseClusters",
    "cluster_poses",
    "depth_scale",
    "load_clusters",
    "root_relative_m",
    "save_clusters",
]
