"""The device and the precision in which a training computes."""

import contextlib
import ctypes
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from repose.foundations.errors import ReposeError


@dataclass(frozen=True)
class Device:
    """A device with its options; weights, losses and metrics are float32 in every case."""

    device: torch.device
    precision: str = "fp32"  # fp32 | bf16: the arithmetic of the network's layers
    compiled: bool = False
    channels_last: bool = False

    @property
    def words(self) -> str:
        """Device and precision, as the record of a training names them; the same for all its processes."""
        return f"{self.device.type} {self.precision}"


def prepare_device(
    name: str, threads: int, precision: str = "fp32", compiled: bool = False, channels_last: bool = False
) -> Device:
    """The device `cpu`, `cuda` or `auto` (a GPU if there is one), with the process set up for it.

    A CPU without native bf16 computes in fp32, since emulating bf16 would take hundreds of times as long.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    device = find_device(name)
    if device.type == "cuda":
        make_cuda_deterministic(device)
    elif precision == "bf16" and not cpu_has_bf16():
        print("warning: this CPU has no native bf16; its layers compute in fp32", file=sys.stderr)
        precision = "fp32"
    if precision not in ("fp32", "bf16"):
        raise ReposeError(f"precision: found {precision!r}, expected fp32 or bf16")
    return Device(device, precision, compiled, channels_last)


def keep_freed_memory() -> None:
    """Let the C library keep memory that tensors free: fetching it anew took a tenth of a training step."""
    with contextlib.suppress(OSError, AttributeError):  # glibc alone has the call
        library = ctypes.CDLL(None)
        library.mallopt(-3, 1 << 30)  # M_MMAP_THRESHOLD: bytes above which memory is mapped separately
        library.mallopt(-1, (1 << 31) - 1)  # M_TRIM_THRESHOLD: free bytes above which some are given back


def find_device(name: str) -> torch.device:
    """The torch device of a name; under `torchrun` each process has its own GPU."""
    if name not in ("cpu", "cuda", "auto"):
        raise ReposeError(f"device: found {name!r}, expected cpu, cuda or auto")
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise ReposeError("device: cuda asked for, but no GPU found; set it to cpu or auto")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))


def make_cuda_deterministic(device: torch.device) -> None:
    """Make every run on the same GPU give the same bits; layers that cannot do so raise an error."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read at the first call of the GPU
    torch.cuda.set_device(device)
    torch.use_deterministic_algorithms(True)
    setattr(torch.utils.deterministic, "fill_uninitialized_memory", False)  # noqa: B010  it costs time and hides nothing here
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False
    torch.set_float32_matmul_precision("highest")


@cache
def cpu_has_bf16() -> bool:
    """Whether the CPU multiplies bf16 natively (x86: AVX-512 or AMX; Arm: bf16)."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    flags = next((line for line in text.splitlines() if line.startswith(("flags", "Features"))), "")
    return bool({"avx512_bf16", "amx_bf16", "bf16"} & set(flags.split()))


class Forward:
    """A network as losses and evaluations call it: layers in the device's precision, results in float32."""

    def __init__(self, network: nn.Module, device: Device) -> None:
        self.network, self.device = network, device

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        with autocast(self.device):
            outputs = self.network(*inputs, **options)
        return outputs if self.device.precision == "fp32" else in_float32(outputs)


def autocast(device: Device) -> contextlib.AbstractContextManager[Any]:
    """The block in which layers compute in the device's precision."""
    if device.precision == "fp32":
        return contextlib.nullcontext()
    return torch.autocast(device.device.type, torch.bfloat16)


def in_float32(value: Any) -> Any:
    """Tensors in nested tuples, lists and dicts, bf16 made float32."""
    return on_tensors(value, lambda t: t.float() if t.is_floating_point() else t)


def to_device(value: Any, device: Device) -> Any:
    """A batch on the device; pictures (B, C, H, W) channels-last where asked for."""
    return on_tensors(value, lambda t: moved(t, device))


def moved(tensor: torch.Tensor, device: Device) -> torch.Tensor:
    if device.channels_last and tensor.ndim == 4:
        return tensor.to(device.device, non_blocking=True, memory_format=torch.channels_last)
    return tensor.to(device.device, non_blocking=True)


def on_tensors(value: Any, function: Any) -> Any:
    """`function` on every tensor of nested tuples, lists and dicts."""
    if isinstance(value, torch.Tensor):
        return function(value)
    if isinstance(value, dict):
        return {key: on_tensors(item, function) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(on_tensors(item, function) for item in value))
    if isinstance(value, (list, tuple)):
        return type(value)(on_tensors(item, function) for item in value)
    return value
