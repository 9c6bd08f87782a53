"""One run of the gated deep learner or its baselines: `learner.py RUN` writes `runs/learner/RUN/`."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage

POSES = Path("data/poses/h36m")


def main(params: dict[str, Any], name: str) -> None:
    from repose.learner.run import Model, train_run
    from repose.lifting.poses import lifting_poses
    from repose.lifting.recipe import PaperTraining, SmallTraining, make_recipe
    from repose.skeletons.posetable import PoseTable
    from repose.training.devices import prepare_device
    from repose.training.distributed import process_group

    common, scale = params["learner"]["train"], params["scale"]["learner"]
    model = Model(**(params["learner"]["model"] | params["learner"]["runs"][name]))
    setup = common["setup"]
    inputs = [POSES / f"{split}.npz" for split in ("train", "test")]
    train, test = (lifting_poses(PoseTable.load(path), setup["skeleton"], model.input) for path in inputs)
    paper, small = PaperTraining(**common["schedule"]), SmallTraining(**scale["train"])
    recipe = make_recipe(paper, small, len(train.sample))
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
            recipe,
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
