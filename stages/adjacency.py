"""How far apart training persons' joints are: `adjacency.py [SET ...]` writes data/adjacency/SET.npz."""

from typing import Any

from repose.foundations.stage import run_stage

SETS = ("coco", "crowdpose", "mpii_multi")  # those that graph modules are trained on


def main(params: dict[str, Any], *names: str) -> None:
    from repose.foundations.progress import progress
    from repose.skeletons.posetable import PoseTable
    from repose.skeletons.soft_adjacency import joint_distances, save_distances

    norm, sets = params["adjacency"]["scale_norm"], names or SETS
    for name in progress(sets, "distances of joints", len(sets)):
        train = PoseTable.load(f"data/poses/{name}/train.npz")
        save_distances(f"data/adjacency/{name}.npz", joint_distances(train, norm))


if __name__ == "__main__":
    run_stage(main)
