"""The graph of body joints on maps: DGCN's dynamic graph convolutional modules and their pyramid.

The nodes of the graph are kinds of joints; a node's feature is its whole map. Where the paper leaves a choice
it is a field of `GraphDesign`.

Legend: B pictures, C channels, K nodes, H W map.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from repose.dgcn.heads import start_rare
from repose.dgcn.nonlocal_layer import NonLocal
from repose.foundations.errors import ReposeError
from repose.foundations.rng import rng
from repose.pictures.encoders import Thinned, start

COARSEST = 16  # stride at which the paper's pyramid is summed
FIELDS = ("pif", "paf")  # what the two modules of a head feed: joints, limbs
CHOICES = {
    "adjacency": ("identity", "hand", "soft", "dynamic"),
    "softmax": ("literal", "masked"),
    "resample": ("iteration", "sample"),
    "k_relations": ("joints", "limbs"),
    "supervise": ("logits", "conv1x1"),
    "pyramid": ("before", "after", "own"),
}


@dataclass(frozen=True)
class GraphDesign:
    """The readings of the module."""

    strides: tuple[int, ...]  # of the maps with a head (two modules): (16,), (16, 8) or (16, 8, 4)
    adjacency: str  # identity (eq. 4, no W_d) | hand | soft | dynamic (Bernoulli in training, ones in tests)
    softmax: str  # literal: an edge that is not there has the logit 0 | masked: it has no weight
    relations_own: float  # W_d's first diagonal; all else begins at 1
    resample: str  # dynamic: a draw for every iteration | for every sample of it
    non_local: bool
    non_local_pool: bool  # the layer's heard places at half the side
    reduce_kernel: int  # C → K
    expand_kernel: int  # K → C
    finer_expand_kernel: int  # the same for maps that were down-sampled before
    residual: bool  # the module's output is added to the map, or takes its place
    gate: float  # size with which it begins where it is added; 0 leaves the first steps as they are without
    k_relations: str  # the nodes of the limbs' module: joints | limbs
    supervise: str  # what says confidences: the reduction itself | a 1×1 convolution beside it
    pyramid: str  # finer maps are down-sampled before the module | after it | own: are added where they are

    def __post_init__(self) -> None:
        for field, choices in CHOICES.items():
            if getattr(self, field) not in choices:
                found = f"found {getattr(self, field)!r}, expected one of {', '.join(choices)}"
                raise ReposeError(f"dgcn.graph.{field}: {found}")
        if not self.strides or not set(self.strides) <= {16, 8, 4}:
            raise ReposeError(f"dgcn.graph.strides: found {self.strides}, expected some of 16, 8 and 4")

    @property
    def said_at(self) -> tuple[int, ...]:
        """The strides at which the modules say confidences."""
        return (COARSEST,) if self.pyramid == "before" else self.strides


class GraphLayer(nn.Module):
    """Eq. 8: Y = ReLU(β(W_d ⊙ A) W X), or eq. 4 with the identity: Y = ReLU(W X).

    The paper writes X on the left; with a map a row, Y_i = Σ_j β_ij (W X)_j, so that what a node hears has
    weights which sum to 1.
    """

    adjacency: Tensor

    def __init__(self, design: GraphDesign, adjacency: Tensor, name: str) -> None:
        super().__init__()
        nodes = len(adjacency)
        self.design, self.name = design, name
        self.register_buffer("adjacency", adjacency.float().clone())
        self.weight = nn.Conv2d(nodes, nodes, 1)  # W
        if not self.weight.weight.is_meta:
            # The nodes as they are. While β is level all rows are one mean, and a ReLU that met it negative
            # would never pass anything on.
            nn.init.dirac_(self.weight.weight)
            nn.init.zeros_(self.weight.get_parameter("bias"))
        self.relations: nn.Parameter | None = None  # W_d
        if design.adjacency != "identity":
            own = (design.relations_own - 1) * torch.eye(nodes)
            self.relations = nn.Parameter(torch.ones(nodes, nodes) + own)
        self.drawing: tuple[int, int] | None = None  # seed and step of the next draw

    def forward(self, x: Tensor) -> Tensor:
        y = self.weight(x)
        if self.relations is None:
            return y.relu()
        beta = row_softmax(self.relations, self.edges(len(x)), self.design.softmax == "masked")
        return (beta @ y.flatten(2)).unflatten(2, x.shape[2:]).relu()

    def edges(self, samples: int) -> Tensor:
        """A (1 or B, K, K) as it holds now."""
        if self.design.adjacency != "dynamic":
            return self.adjacency[None]
        if not self.training:
            return torch.ones_like(self.adjacency)[None]
        if self.drawing is None:
            raise RuntimeError("a dynamic graph needs `set_draw` before every step of a training")
        draws = samples if self.design.resample == "sample" else 1
        return drawn_adjacency(self.adjacency, draws, *self.drawing, self.name)


def row_softmax(relations: Tensor, adjacency: Tensor, masked: bool) -> Tensor:
    """β(W_d ⊙ A): the softmax of every row of W_d (K, K) times A (…, K, K)."""
    logits = relations * adjacency
    return (logits.masked_fill(adjacency == 0, -torch.inf) if masked else logits).softmax(-1)


def drawn_adjacency(soft: Tensor, draws: int, seed: int, step: int, name: str) -> Tensor:
    """Eq. 7: A_d (draws, K, K), every entry 1 with its probability in A_s, whose diagonal is 1."""
    chance = rng(seed, "dgcn", "adjacency", name, step).random((draws, *soft.shape), dtype="float32")
    return (torch.from_numpy(chance).to(soft.device) < soft).to(soft.dtype)


class DGCM(nn.Module):
    """ψ: a map reduced to K nodes, the graph, the non-local layer, and the way back to the map's channels."""

    def __init__(
        self, design: GraphDesign, channels: tuple[int, int], kernel: int, stride: int,
        adjacency: Tensor, name: str,
    ) -> None:  # fmt: skip
        super().__init__()
        (inputs, outputs), nodes = channels, len(adjacency)
        self.reduce = nn.Conv2d(inputs, nodes, design.reduce_kernel, padding=design.reduce_kernel // 2)
        self.confidence = nn.Conv2d(inputs, nodes, 1) if design.supervise == "conv1x1" else None
        self.norm = nn.BatchNorm2d(nodes)
        self.graph = GraphLayer(design, adjacency, name)
        self.non_local = NonLocal(nodes, design.non_local_pool) if design.non_local else nn.Identity()
        self.expand = nn.Sequential(expansion(nodes, outputs, kernel, stride), nn.BatchNorm2d(outputs))
        start([self.reduce, self.expand[0]])
        start_rare(self.confidence or self.reduce, nodes)
        if design.residual:
            nn.init.constant_(self.expand[1].get_parameter("weight"), design.gate)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """ψ(F) and the logits (B, K, H, W) that are asked for the nodes' confidences."""
        reduced = self.reduce(x)  # B, K, H, W
        logits = self.confidence(x) if self.confidence else reduced
        with torch.autocast(x.device.type, enabled=False):  # K channels: small, and read by prefix sums
            nodes = self.non_local(self.graph(self.norm(reduced.float()).relu()))
        return self.expand(nodes), logits


def expansion(inputs: int, outputs: int, kernel: int, stride: int) -> nn.Module:
    """The convolution K → C, every `stride`-th cell of it."""
    if kernel == 1:
        return Thinned(inputs, outputs, stride)
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class Enriched(NamedTuple):
    """Maps by stride with what the graph adds to them, for each kind of field; what is supervised."""

    pif: dict[int, Tensor]
    paf: dict[int, Tensor]
    supervision: list[tuple[int, Tensor]]  # stride and logits (B, K, H, W) of every module


class GraphPyramid(nn.Module):
    """Eq. 9: F_g = Σ_s ψ(F_s), one pair of modules a stride, and F_16 + F_g where it is residual.

    `shared`: what follows reads one map for both kinds of fields, which then has the outputs of both modules.
    """

    def __init__(
        self, design: GraphDesign, channels: Mapping[int, int], adjacency: Mapping[str, Tensor], shared: bool
    ) -> None:
        super().__init__()
        self.design, self.shared = design, shared
        self.down, self.psi = nn.ModuleDict(), nn.ModuleDict()
        for stride in design.strides:
            inputs, finer = channels[stride], stride != COARSEST and design.pyramid == "before"
            if finer:
                self.down[str(stride)] = halvings(inputs, COARSEST // stride)
                inputs //= COARSEST // stride
            kernel = design.finer_expand_kernel if finer else design.expand_kernel
            outputs = channels[self.merged_at(stride)]
            step = COARSEST // stride if design.pyramid == "after" else 1
            for field in FIELDS:
                name = f"{field}{stride}"
                self.psi[name] = DGCM(design, (inputs, outputs), kernel, step, adjacency[field], name)

    def merged_at(self, stride: int) -> int:
        """The stride of the map to which a stride's modules add."""
        return stride if self.design.pyramid == "own" else COARSEST

    def forward(self, maps: dict[int, Tensor]) -> Enriched:
        sums: dict[str, dict[int, Tensor]] = {field: {} for field in FIELDS}
        supervision = []
        for stride in self.design.strides:
            name, x, seen_at = str(stride), maps[stride], stride
            if name in self.down:
                x, seen_at = self.down[name](x), COARSEST
            for field in FIELDS:
                added, logits = self.psi[field + name](x)
                supervision.append((seen_at, logits))
                into, at = sums["pif" if self.shared else field], self.merged_at(stride)
                into[at] = into[at] + added if at in into else added
        pif = self.merged(maps, sums["pif"])
        return Enriched(pif, pif if self.shared else self.merged(maps, sums["paf"]), supervision)

    def merged(self, maps: dict[int, Tensor], added: dict[int, Tensor]) -> dict[int, Tensor]:
        """The maps with the graph's in them, or in their place."""
        return maps | {s: maps[s] + extra if self.design.residual else extra for s, extra in added.items()}

    def set_draw(self, seed: int, step: int) -> None:
        """Name the iteration whose adjacencies the next forward passes draw; each module draws its own."""
        for module in self.modules():
            if isinstance(module, GraphLayer):
                module.drawing = seed, step


def halvings(channels: int, factor: int) -> nn.Sequential:
    """3×3 convolutions of stride 2 that halve side and channels until the map is `factor` times smaller."""
    layers: list[nn.Module] = []
    while factor > 1:
        layers += [nn.Conv2d(channels, channels // 2, 3, 2, 1, bias=False), nn.BatchNorm2d(channels // 2)]
        layers += [nn.ReLU()]
        channels, factor = channels // 2, factor // 2
    start(layers)
    return nn.Sequential(*layers)
