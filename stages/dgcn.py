"""One training of the bottom-up network: `dgcn.py trunk|arm NAME` writes `runs/dgcn/NAME/`."""

from pathlib import Path
from typing import Any

from repose.foundations.stage import run_stage


def main(params: dict[str, Any], kind: str, name: str) -> None:
    from repose.dgcn.run import Store, train_run
    from repose.dgcn.settings import arm_of, configuration_of, setup_of, trunk_of
    from repose.training.devices import prepare_device
    from repose.training.distributed import process_group

    section, scale, seed = params["dgcn"], params["scale"]["dgcn"], params["seed"]
    run = (trunk_of if kind == "trunk" else arm_of)(section, name, scale, seed)
    roots = {source: entry["root"] for source, entry in params["datasets"].items()}
    data = Path("data")
    store = Store(data / "scenes", data / "adjacency", Path("runs/dgcn"), roots, params["workers"])
    device = prepare_device(
        params["device"], params["threads"], params["dgcn"]["precision"], channels_last=True
    )
    with process_group(device):
        train_run(run, setup_of(section, scale), store, device, configuration_of(section, scale, run, seed))


if __name__ == "__main__":
    run_stage(main)
