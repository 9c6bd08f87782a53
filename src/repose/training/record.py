"""What a run leaves behind: a folder whose bytes follow from inputs, parameters and code alone.

    run.json                                     configuration, seeds, parameter counts, cost
    seed<k>/model.safetensors                    weights
    seed<k>/history.csv                          curves, a row per epoch
    seed<k>/predictions/<dataset>-<split>.npz    format, joints, sample, and the predicted arrays

Several processes may call these functions; only the first one writes.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from repose.foundations.errors import ReposeError
from repose.foundations.files import atomic, save_arrays, write_json, write_text
from repose.training.distributed import find_ranks

FORMAT = 1
DIGITS = 6  # significant, in the curves


def write_run(
    folder: str | Path,
    configuration: Mapping[str, Any],
    seeds: Sequence[int],
    parameters: int,
    paper_parameters: int,
    samples: int,
    operations: int,
    **more: Any,
) -> None:
    """Write `run.json`: what was trained, how big it is here and at the paper's scale, what it cost.

    `samples` and `operations` (floating point, forward and backward) are those of one seed's training.
    """
    if find_ranks().rank == 0:
        counts = {"here": parameters, "paper": paper_parameters}
        cost = {"samples": samples, "operations": operations}
        run = {"format": FORMAT, "configuration": configuration, "seeds": list(seeds), "cost": cost}
        write_json(Path(folder) / "run.json", run | {"parameters": counts} | more)


def write_seed(
    folder: str | Path,
    seed: int,
    weights: Mapping[str, Tensor],
    history: Sequence[Mapping[str, Any]],
    index: int = 0,
) -> None:
    """Write one seed's weights and curves; `index` is its place in the history's vectors."""
    if find_ranks().rank == 0:
        save_weights(seed_folder(folder, seed) / "model.safetensors", weights)
        write_text(seed_folder(folder, seed) / "history.csv", history_csv(history, index))


def write_predictions(
    folder: str | Path, seed: int, dataset: str, split: str, arrays: Mapping[str, np.ndarray]
) -> None:
    """Write one seed's predictions of a split; `arrays` needs `joints`, and `sample` or `image`."""
    if "joints" not in arrays or not {"sample", "image"} & set(arrays):
        raise ValueError(
            f"predictions of {dataset}-{split}: need joints, and sample or image; got {list(arrays)}"
        )
    if find_ranks().rank == 0:
        path = predictions_path(folder, seed, dataset, split)
        save_arrays(path, {"format": np.array(FORMAT), **arrays})


def seed_folder(folder: str | Path, seed: int) -> Path:
    """Where one seed of a run is."""
    return Path(folder) / f"seed{seed}"


def predictions_path(folder: str | Path, seed: int, dataset: str, split: str) -> Path:
    """Where one seed's predictions of a split are."""
    return seed_folder(folder, seed) / "predictions" / f"{dataset}-{split}.npz"


def history_csv(history: Sequence[Mapping[str, Any]], index: int = 0) -> str:
    """The curves as CSV; of a vector over seeds the number at `index`; empty where there is none."""
    columns = list(dict.fromkeys(key for row in history for key in row))
    lines = [",".join(columns)]
    for row in history:
        values = [row.get(key, "") for key in columns]
        lines.append(",".join(shown(v[index] if isinstance(v, list) else v) for v in values))
    return "\n".join(lines) + "\n"


def shown(value: Any) -> str:
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else str(value)


def seed_weights(
    state: Mapping[str, Tensor], index: int, seeds: int, shared: Collection[str] = ()
) -> dict[str, Tensor]:
    """One model's weights out of S stacked on the leading axis; `shared` names the common tensors."""
    wrong = [name for name, t in state.items() if name not in shared and (t.ndim == 0 or len(t) != seeds)]
    if wrong:
        raise ValueError(f"{wrong[0]}: no leading axis of {seeds} seeds; name it in `shared` if all share it")
    return {name: tensor if name in shared else tensor[index] for name, tensor in state.items()}


def save_weights(path: str | Path, weights: Mapping[str, Tensor]) -> None:
    """Write tensors as safetensors; equal tensors are equal bytes."""
    plain = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in sorted(weights.items())}
    with atomic(path) as temporary:
        safetensors.torch.save_file(plain, temporary)


def load_weights(path: str | Path) -> dict[str, Tensor]:
    """Read tensors from safetensors."""
    try:
        return safetensors.torch.load_file(path)
    except FileNotFoundError:
        raise ReposeError(f"{path}: not found, expected weights in the format safetensors") from None
    except (safetensors.SafetensorError, OSError) as error:
        raise ReposeError(f"{path}: not readable as safetensors ({error})") from None


def load_model(model: nn.Module, path: str | Path, shared: Collection[str] = ()) -> None:
    """Load the weights of a file into the model; they must match name by name.

    A stacked model of S = 1 takes the weights of a single one, except for its `shared` tensors.
    """
    weights, wanted = load_weights(path), model.state_dict()
    for name in sorted(weights.keys() ^ wanted.keys()):
        found = "not part of this network" if name in weights else "missing"
        raise ReposeError(f"{path}: {name} is {found}; were the weights made with other parameters?")
    for name, tensor in wanted.items():
        if name not in shared and weights[name].shape == tensor.shape[1:] and tensor.shape[:1] == (1,):
            weights[name] = weights[name].unsqueeze(0)
        if weights[name].shape != tensor.shape:
            raise ReposeError(
                f"{path}: {name} has the shape {tuple(weights[name].shape)}, expected {tuple(tensor.shape)}; "
                "were the weights made with other parameters?"
            )
    with torch.no_grad():
        model.load_state_dict(weights)
