"""One training of hierarchical graph grouping: `hgg.py trunk` or `hgg.py arm NAME`, in `runs/hgg/`."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any], kind: str, name: str = "trunk") -> None:
    from repose.hgg.run import Store, train_run
    from repose.hgg.settings import arm_of, configuration_of, setup_of, trunk_of
    from repose.training.devices import prepare_device
    from repose.training.distributed import process_group

    section, scale, seed = params["hgg"], params["scale"]["hgg"], params["seed"]
    run = trunk_of(section, scale, seed) if kind == "trunk" else arm_of(section, name, scale, seed)
    roots = {source: entry["root"] for source, entry in params["datasets"].items()}
    store = Store(Path("data/scenes"), Path("runs/hgg"), roots, params["workers"])
    device = prepare_device(params["device"], params["threads"], section["precision"], channels_last=True)
    with process_group(device):
        train_run(run, setup_of(section, scale), store, device, configuration_of(section, scale, run, seed))


if __name__ == "__main__":
    run_stage(main)
