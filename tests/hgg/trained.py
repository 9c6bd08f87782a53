"""The folder of a run as a training at smoke scale leaves it, its weights made up."""

from pathlib import Path

import torch

from repose.foundations.parameters import load_params
from repose.hgg.designs import build_seeded, design_of
from repose.hgg.objective import PoseGroups
from repose.hgg.run import Run, Setup, grouper_of
from repose.hgg.settings import arm_of, configuration_of, setup_of
from repose.settings.presets import preset
from repose.training.record import write_run, write_seed

ROOT = Path(__file__).parents[2]
JOINTS, SEED = 17, 3
THRESHOLD = 0.1  # that made-up heat maps exceed


def write_trained(folder: Path, name: str = "full") -> tuple[Run, Setup, PoseGroups]:
    """Write the folder of a declared run, and say what it was made of; its heat maps are rough, not flat."""
    section, scale = sections()
    scale["threshold"] = THRESHOLD
    run, setup = arm_of(section, name, scale, SEED), setup_of(section, scale)
    network = PoseGroups(build_seeded(design_of(setup.scale, JOINTS), SEED), grouper_of(run.grouping, SEED))
    with torch.no_grad():
        network.proposals.says[-1].weight[:JOINTS] *= 200
    write_run(folder, configuration_of(section, scale, run, SEED), run.seeds, 1, 1, 1, 1)
    write_seed(folder, SEED, network.state_dict(), [])
    return run, setup, network.eval()


def sections() -> tuple[dict, dict]:
    """The sections of hgg in params.yaml, at smoke scale."""
    params = load_params(ROOT / "params.yaml")
    for key, value in preset("smoke").items():
        *parents, leaf = key.split(".")
        section = params["scale"]
        for parent in parents:
            section = section[parent]
        section[leaf] = value
    return params["hgg"], params["scale"]["hgg"]
