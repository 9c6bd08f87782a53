"""What arms take over from the trunk that they branch off: weights, the optimiser's state, and what it cost.

All seeds of an arm begin with the first seed of its trunk. `runs` is the folder that both are in.
"""

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from repose.foundations.errors import ReposeError
from repose.foundations.files import read_json
from repose.training.branching import SmallTraining
from repose.training.distributed import find_ranks
from repose.training.record import load_weights, save_weights, seed_folder

STATE = "optimiser.safetensors"


def trunk_weights(runs: Path, trunk: str) -> dict[str, Tensor]:
    """The weights that a trunk has left."""
    return load_weights(first_seed(runs / trunk) / "model.safetensors")


def start_state(runs: Path, trunk: str | None, small: SmallTraining) -> Mapping[str, Tensor] | None:
    """The optimiser's state that an arm goes on with; the published schedule begins with a new one."""
    if trunk is None or small.crops is None:
        return None
    return load_weights(first_seed(runs / trunk) / STATE)


def keep_state(folder: Path, seed: int, state: Mapping[str, Tensor]) -> None:
    """Leave the optimiser's state of a trunk's seed to its arms."""
    if find_ranks().rank == 0:
        save_weights(seed_folder(folder, seed) / STATE, state)


def cost_before(runs: Path, trunk: str | None) -> Mapping[str, int]:
    """Samples and operations of the training that a run goes on with."""
    if trunk is None:
        return {"samples": 0, "operations": 0}
    cost: Mapping[str, int] = read_json(runs / trunk / "run.json")["cost"]
    return cost


def first_seed(folder: Path) -> Path:
    """Where the first seed of a run is."""
    return seed_folder(folder, read_json(folder / "run.json")["seeds"][0])


def check_fit(own: Mapping[str, Tensor], trunk: Mapping[str, Tensor], expected: str) -> None:
    """Refuse a trunk whose tensors do not have the names and shapes of a network's own."""
    wanted, found = ({name: t.shape for name, t in tensors.items()} for tensors in (own, trunk))
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong:
        raise ReposeError(f"trunk: {wrong[0]} does not fit, expected {expected}; train it again")
