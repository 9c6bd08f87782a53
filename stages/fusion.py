"""One run of a stage of fusion training: `fusion.py FAMILY RUN` writes `runs/fusion/RUN/`."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any], family: str, name: str) -> None:
    from repose.fusion.designs import NetworkScale
    from repose.fusion.recipe import SmallStage, paper_stage, schedule_of
    from repose.fusion.run import Run, Setup, Store, train_run
    from repose.pictures.augment import Augment
    from repose.pictures.people import SETS_3D
    from repose.training.devices import prepare_device
    from repose.training.distributed import process_group
    from repose.training.recipe import value_of

    entry: dict[str, Any] = params["fusion"][family][name]
    stage, scale, sets = (
        params["fusion"]["train"][family],
        params["scale"]["fusion"],
        params["fusion"]["sets"],
    )
    schedule = schedule_of(stage, entry)
    own: dict[str, Any] = {key: value_of(name, family, scale[f"{key}s"]) for key in ("rate", "depth_weight")}
    small = SmallStage(**scale["train"], **own)
    train = tuple(entry[key] for key in ("data", "data2d", "data3d") if key in entry)
    first = train[-1]
    run = Run(
        name=name,
        family=family,
        paper=paper_stage(schedule),
        small=small,
        train=train,
        tests=(first,) if first not in SETS_3D else (first, *(s for s in SETS_3D if s != first)),
        parent=entry.get("parent"),
        seeds=tuple(params["seed"] + k for k in range(entry.get("seeds", params["fusion"]["seeds"]))),
    )
    network = scale["network"]
    setup = Setup(
        network=params["fusion"]["network"],
        scale=NetworkScale(**(network | {"blocks": tuple(network["blocks"])})),
        augment=Augment(**params["fusion"]["augment"]),
        imagenet=params["fusion"]["weights"],
        flip_test=params["fusion"]["flip_test"],
        subpixel=scale["subpixel"],
        evaluate_epochs=scale["evaluate_epochs"],
    )
    roots = {source: entry["root"] for source, entry in params["datasets"].items()}
    store = Store(Path("data/fusion"), Path("runs/fusion"), roots, params["workers"])
    device = prepare_device(
        params["device"], params["threads"], params["fusion"]["precision"], channels_last=True
    )
    shared = {
        key: params["fusion"][key]
        for key in ("network", "weights", "precision", "reading", "flip_test", "augment")
    }
    configuration = {
        "run": name,
        "family": family,
        "entry": entry,
        "train": schedule,
        "scale": scale,
        **shared,
    }
    configuration |= {"seed": params["seed"], "sets": sets}
    with process_group(device):
        train_run(run, setup, sets, store, device, configuration)


if __name__ == "__main__":
    run_stage(main)
