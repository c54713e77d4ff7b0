"""Training loss and accuracy for free: from the logits of the training batches themselves."""

from __future__ import annotations

import torch
from torch import Tensor


class Tally:
    """Sums that stay on the device until asked for, so that a step never waits for the GPU."""

    def __init__(self, device: torch.device) -> None:
        self.sums = torch.zeros(2, dtype=torch.float64, device=device)
        self.rows = 0

    @torch.no_grad()
    def add(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        """One batch: mean loss in nats, logits (rows, classes), labels (rows,)."""
        rows = labels.shape[0]
        correct = (logits.argmax(dim=1) == labels).sum()
        self.sums += torch.stack((loss.detach().double() * rows, correct.double()))
        self.rows += rows

    def take(self) -> dict[str, float]:
        """The means since the last call, and start anew; empty when nothing was added."""
        if self.rows == 0:
            return {}
        loss, correct = (self.sums / self.rows).tolist()
        self.sums.zero_()
        self.rows = 0
        return {"train_loss": loss, "train_acc": correct}
