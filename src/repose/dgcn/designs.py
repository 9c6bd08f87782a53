"""Networks by name: at a scale, at the papers' size, what they cost, and how an arm begins with a trunk."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from repose.dgcn.graph import FIELDS, GraphDesign
from repose.dgcn.network import Design, PoseFields
from repose.foundations.errors import ReposeError
from repose.pictures.costs import Size, size_of
from repose.skeletons.soft_adjacency import limb_adjacency
from repose.training.loop import seed_of
from repose.training.trunk import check_fit

WIDTH = 64  # channels of every backbone's stem
GROUPS = 32  # of ResNeXt
BLOCKS = {
    "resnet50": (3, 4, 6, 3),
    "resnet101": (3, 4, 23, 3),
    "resnet152": (3, 8, 36, 3),
    "resnext50": (3, 4, 6, 3),
    "densenet121": (6, 12, 24, 16),
}
NORM_EPS = 1e-4  # PifPaf's
GRAPH = "graph."
OUTPUTS = ("pif.", "paf.")


@dataclass(frozen=True)
class NetworkScale:
    """How much smaller than the papers' a network is."""

    width: float  # share of the backbone's channels
    depth: float  # share of the blocks of each stage
    block: str  # of the ResNets: bottleneck, or basic, whose stages have a quarter of the channels
    decoder: str  # shuffle | ladder
    ladder: int  # channels of the ladder at stride 4; 0 without one
    frozen_statistics: bool


PAPER = NetworkScale(1.0, 1.0, "bottleneck", "shuffle", 0, True)
PUBLISHED = GraphDesign(
    strides=(16,), adjacency="dynamic", softmax="literal", relations_own=1.0, resample="iteration",
    non_local=True, non_local_pool=False, reduce_kernel=3, expand_kernel=3, finer_expand_kernel=1,
    residual=True, gate=0.0, k_relations="joints", supervise="conv1x1", pyramid="before",
)  # fmt: skip
"""The readings that meet the parameter sizes of the paper's Table 4."""


def design_of(
    backbone: str, scale: NetworkScale, joints: int, limbs: int, graph: GraphDesign | None
) -> Design:
    """The design of a network at a scale; without a graph it is the baseline."""
    if backbone not in BLOCKS:
        raise ReposeError(f"dgcn.backbone: found {backbone!r}, expected one of {', '.join(BLOCKS)}")
    if scale.decoder not in ("shuffle", "ladder"):
        raise ReposeError(f"dgcn.decoder: found {scale.decoder!r}, expected shuffle or ladder")
    grouped, dense = backbone == "resnext50", backbone == "densenet121"
    width = scale.width
    if grouped and scale.block == "basic":
        width /= 2  # its bottlenecks have four times the channels of basic blocks
    channels = max(4, 4 * round(WIDTH * width / 4))
    return Design(
        block="dense" if dense else "bottleneck" if grouped else scale.block,
        blocks=tuple(max(1, round(count * scale.depth)) for count in BLOCKS[backbone]),
        width=channels,
        groups=max(2, channels * GROUPS // WIDTH) if grouped else 1,
        decoder=scale.decoder,
        ladder=scale.ladder,
        joints=joints,
        limbs=limbs,
        graph=graph,
        frozen_statistics=scale.frozen_statistics,
    )


def build(design: Design, adjacency: np.ndarray | None = None, limbs: np.ndarray | None = None) -> PoseFields:
    """The network of a design, with weights from torch's generator.

    `adjacency` (J, J) is that of the joints, all ones where left out, as for weights that bring their own;
    `limbs` (L, 2) are needed where the nodes of the limbs' graph are limbs.
    """
    network = PoseFields(design, adjacencies(design, adjacency, limbs))
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = NORM_EPS
    return network


def adjacencies(
    design: Design, adjacency: np.ndarray | None, limbs: np.ndarray | None
) -> Mapping[str, Tensor]:
    """The adjacency of each kind of field's graph."""
    between = np.ones((design.joints,) * 2, np.float32) if adjacency is None else adjacency
    if between.shape != (design.joints,) * 2:
        raise ReposeError(
            f"adjacency: found the shape {between.shape}, expected that of {design.joints} joints; "
            "make it from the data set of the run"
        )
    by_field = dict.fromkeys(FIELDS, between)
    if design.graph and design.graph.k_relations == "limbs":
        known = adjacency is not None and limbs is not None
        by_field["paf"] = limb_adjacency(between, limbs) if known else np.ones((design.limbs,) * 2)  # type: ignore[arg-type]
    return {field: torch.tensor(a, dtype=torch.float32) for field, a in by_field.items()}


def build_seeded(
    design: Design, seed: int, adjacency: np.ndarray | None = None, limbs: np.ndarray | None = None
) -> PoseFields:
    """The network of a design, with the first weights of a seed; those of a baseline are its graphs' too."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(seed, "dgcn", "weights"))
        return build(design, adjacency, limbs)


def load_trunk(network: PoseFields, trunk: Mapping[str, Tensor]) -> None:
    """Let a network begin with a baseline's weights.

    A graph module keeps its own, and so do the output layers where the trunk knows other joints.
    """
    own, theirs = network.state_dict(), dict(trunk)
    for name in [name for name in theirs if name.startswith(OUTPUTS)]:
        if name in own and own[name].shape != theirs[name].shape:
            theirs[name] = own[name]
    wanted = {name: t for name, t in own.items() if not name.startswith(GRAPH)}
    check_fit(wanted, theirs, "this design's baseline")
    network.load_state_dict(theirs, strict=False)


def plain_parameters(network: PoseFields) -> list[str]:
    """Names of what Adam moves where a body has Muon: output layers, and the graph modules, which are new."""
    own = (GRAPH, *(f"{output}conv" for output in OUTPUTS))
    return [name for name, _ in network.named_parameters() if name.startswith(own)]


def network_size(design: Design, input_px: int) -> Size:
    """The size of a design's network at pictures of a side; products of the graph are not counted."""
    return size_of(lambda: build(design), input_px)


def mebibytes(parameters: int) -> float:
    """Of float32 weights, as the paper's Table 4 gives them ("MB")."""
    return parameters * 4 / 2**20
