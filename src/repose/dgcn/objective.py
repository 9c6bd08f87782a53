"""What a training minimises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from repose.dgcn.fields import split_fields
from repose.dgcn.labels import Labels, joint_sigmas
from repose.dgcn.limbs import limbs_of
from repose.dgcn.losses import Weights, confidence_loss, losses
from repose.dgcn.network import PoseFields
from repose.training.devices import Forward
from repose.training.loop import Step


class Objective:
    """The losses of a batch: fields, and the confidences that every graph module's reduction should say.

    `supervision` weighs all graph modules' confidences together. In the first `frozen_epochs` the backbone's
    weights stay.
    """

    def __init__(
        self, network: PoseFields, skeleton: str, weights: Weights, supervision: float, seed: int,
        frozen_epochs: int = 0,
    ) -> None:  # fmt: skip
        self.network, self.weights, self.supervision, self.seed = network, weights, supervision, seed
        self.limbs = torch.from_numpy(limbs_of(skeleton))
        self.sigmas = torch.from_numpy(joint_sigmas(skeleton)).float()
        self.frozen_epochs, self.epoch = frozen_epochs, 0

    def __call__(self, forward: Forward, batch: Any, step: Step) -> tuple[Tensor, dict[str, Tensor]]:
        """The sum to minimise and its parts; a training step names the draw of its dynamic adjacency."""
        self.epoch = step.epoch
        self.network.set_draw(self.seed, step.step)
        labels: Labels = batch["labels"]
        output = forward(batch["pictures"])
        device = output.pif.device
        limbs, sigmas = self.limbs.to(device), self.sigmas.to(device)
        fields = split_fields(output.pif, output.paf)
        total, parts = losses(fields, labels.targets, limbs, sigmas, self.weights)
        logs = parts._asdict()
        if output.supervision:
            said = self.supervised(output.supervision, labels)
            total = total + self.supervision * said
            logs["supervision"] = said
        return total, logs

    def supervised(self, said: Sequence[tuple[int, Tensor]], labels: Labels) -> Tensor:
        """α/N of each of N graph modules: the mean of their confidences' losses."""
        wanted = {(part.stride, part.c.shape[1]): part for part in labels.supervision}
        per_positive = self.weights.normalise == "positives"
        costs = []
        for stride, logits in said:
            part = wanted[stride, logits.shape[1]]
            costs.append(confidence_loss(logits, part.c, part.counted, per_positive))
        return torch.stack(costs).mean()

    def hold_backbone(self, parameters: Sequence[Tensor]) -> None:
        """While the backbone is frozen, take its gradients away before a step: then no optimiser moves it."""
        if self.epoch < self.frozen_epochs:
            for parameter in self.network.backbone.parameters():
                parameter.grad = None
