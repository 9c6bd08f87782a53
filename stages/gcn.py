"""One run of the graph networks: `gcn.py RUN [CLASSES]` writes `runs/gcn/RUN/`."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage

POSES = Path("data/poses")


def main(params: dict[str, Any], name: str, classes: str | None = None) -> None:
    from repose.gcn.run import Model, Weights, as_trained, scale_of, schedules, setup_of, train_run
    from repose.labels import load_clusters
    from repose.lifting.ladder import budgets
    from repose.lifting.poses import lifting_poses
    from repose.lifting.recipe import PaperTraining, SmallTraining
    from repose.skeletons.posetable import PoseTable
    from repose.training.devices import prepare_device
    from repose.training.distributed import process_group

    families = params["gcn"]
    entry = next(families[f][name] for f in ("runs", "class_runs", "free_runs") if name in families[f])
    common, scale = params["gcn"]["train"], params["scale"]["gcn"]
    supervision = {"classes": int(classes) if classes else None}
    model = Model(**(params["gcn"]["model"] | entry | supervision))
    setup = setup_of(common, scale, model)
    skeleton = setup.skeleton

    files = {split: POSES / f"h36m/{split}.npz" for split in ("train", "test")}
    train, test = (lifting_poses(PoseTable.load(path), skeleton, model.input) for path in files.values())
    tests, inputs = [test], list(files.values())
    if model.input == "gt":
        inputs.append(POSES / "mpi_inf_3dhp/test.npz")
        tests.append(lifting_poses(PoseTable.load(inputs[-1]), skeleton, "gt"))
    labels = None
    if classes:
        inputs.append(Path(f"data/labels/{classes}.npz"))
        labels = load_clusters(inputs[-1]).labels

    published, small = schedules(common, scale, model)
    paper, length = PaperTraining(**published), len(train.sample)
    trainings = budgets(paper, SmallTraining(**small), length, scale["ladder"])
    seeds = [params["seed"] + k for k in range(scale["seeds"])]
    device = prepare_device(params["device"], params["threads"], common["precision"])
    configuration = {
        "run": name,
        "model": vars(model),
        "train": common,
        "scale": scale_of(model, scale),
        "seed": params["seed"],
    }
    with process_group(device):
        train_run(
            name,
            as_trained(model, scale),
            Weights(**common["weights"]),
            setup,
            trainings,
            train,
            tests,
            labels,
            seed=params["seed"],
            seeds=seeds,
            device=device,
            folder=Path("runs/gcn") / name,
            configuration=configuration,
            inputs=inputs,
        )


if __name__ == "__main__":
    run_stage(main)
