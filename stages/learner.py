"""One run of the gated deep learner or its baselines: `learner.py RUN` writes `runs/learner/RUN/`."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage

POSES = Path("data/poses/h36m")


def main(params: dict[str, Any], name: str) -> None:
    from repose.learner.run import Model, train_run, train_settings
    from repose.lifting.ladder import budgets
    from repose.lifting.poses import lifting_poses
    from repose.lifting.recipe import PaperTraining, SmallTraining
    from repose.skeletons.posetable import PoseTable
    from repose.training.devices import prepare_device
    from repose.training.distributed import process_group

    common, scale = params["learner"]["train"], params["scale"]["learner"]
    families = params["learner"]
    entry = next(families[f][name] for f in ("runs", "other_runs") if name in families[f])
    model = Model(**(params["learner"]["model"] | entry))
    setup = common["setup"]
    inputs = [POSES / f"{split}.npz" for split in ("train", "test")]
    train, test = (lifting_poses(PoseTable.load(path), setup["skeleton"], model.input) for path in inputs)
    paper = PaperTraining(**common["schedule"])
    small = SmallTraining(**train_settings(scale, name, model.kind))
    trainings = budgets(paper, small, len(train.sample), scale["ladder"], model.learners)
    configuration = {
        "run": name,
        "model": vars(model),
        "train": common,
        "scale": scale,
        "seed": params["seed"],
    }
    device = prepare_device(params["device"], params["threads"], common["precision"])
    with process_group(device):
        train_run(
            name,
            model,
            trainings,
            train,
            test,
            width=scale["width"],
            output_gain=scale["output_gain"],
            clip=setup["clip"],
            seed=params["seed"],
            seeds=[params["seed"] + k for k in range(scale["seeds"])],
            device=device,
            folder=Path("runs/learner") / name,
            configuration=configuration,
            inputs=inputs,
        )


if __name__ == "__main__":
    run_stage(main)
