"""ImageNet weights from a local file: safetensors, or torch's format without pickled code.

The file's names are torchvision's (`conv1.weight`, `layer1.0.bn1.running_mean`, …), for RGB pictures; its
classifier is ignored.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from repose.foundations.errors import ReposeError
from repose.pictures.encoders import Encoder
from repose.training.record import load_weights

CLASSIFIERS = ("fc.", "classifier.")  # of ResNet and of DenseNet
COUNTER = "num_batches_tracked"  # files made before it existed lack it


def read_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a file."""
    if path.suffix == ".safetensors":
        return load_weights(path)
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise ReposeError(f"{path}: not found, expected ImageNet weights") from None
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ReposeError(
            f"{path}: not readable as plain tensors ({reason}); expected a state dict"
        ) from None
    if not isinstance(found, dict) or not all(isinstance(t, Tensor) for t in found.values()):
        raise ReposeError(f"{path}: no state dict, expected tensors by torchvision's names")
    return found


def load_encoder(encoder: Encoder, path: Path) -> None:
    """Let a ResNet begin with the weights of a file."""
    load_imagenet(encoder, path, "ResNet")


def load_imagenet(
    network: nn.Module, path: Path, family: str, renamed: Callable[[str], str] = lambda name: name
) -> None:
    """Load the weights of a file, which must match name by name once they are `renamed`."""
    found = {renamed(name): t for name, t in read_weights(path).items() if not name.startswith(CLASSIFIERS)}
    wanted = network.state_dict()
    for name in sorted(found.keys() ^ wanted.keys()):
        if not name.endswith(COUNTER):
            what = f"not part of this {family}" if name in found else "missing"
            raise ReposeError(f"{path}: {name} is {what}, expected a {family} of this depth and these blocks")
    for name, tensor in wanted.items():
        if name in found and found[name].shape != tensor.shape:
            raise ReposeError(
                f"{path}: {name} has the shape {tuple(found[name].shape)}, expected {tuple(tensor.shape)}; "
                "ImageNet weights fit only the full width"
            )
    network.load_state_dict(found, strict=False)
