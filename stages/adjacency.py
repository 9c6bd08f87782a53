"""How far apart the joints of a set's training persons are: `adjacency.py NAME` writes data/adjacency/."""

from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any], name: str) -> None:
    from repose.skeletons.posetable import PoseTable
    from repose.skeletons.soft_adjacency import joint_distances, save_distances

    train = PoseTable.load(f"data/poses/{name}/train.npz")
    save_distances(f"data/adjacency/{name}.npz", joint_distances(train, params["adjacency"]["scale_norm"]))


if __name__ == "__main__":
    run_stage(main)
