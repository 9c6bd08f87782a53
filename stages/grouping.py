"""Groupers side by side on simulated candidates: `grouping.py` writes data/grouping/curves.csv."""

from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any]) -> None:
    from repose.hgg.benchmark import benchmark_of, our_curves, write_curves
    from repose.skeletons.posetable import PoseTable
    from repose.training.devices import prepare_device

    train, val = (PoseTable.load(f"data/poses/coco/{split}.npz") for split in ("train", "val"))
    prepare_device("cpu", params["threads"])  # so small a network is quicker there
    scale = params["scale"]["hgg"]["simulation"]
    benchmark = benchmark_of(params["hgg"], scale, len(train.joints), params["seed"])
    write_curves("data/grouping/curves.csv", our_curves(benchmark, train, val))


if __name__ == "__main__":
    run_stage(main)
