"""Training loss and accuracy for free: from the logits of the training batches themselves."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


class Tally:
    """Sums that stay on the device until asked for, so that a step never waits for the GPU."""

    def __init__(self, device: torch.device) -> None:
        self.sums = torch.zeros(3, dtype=torch.float64, device=device)
        """nats, correct rows, rows: what a resumed run needs"""

    @torch.no_grad()
    def add(self, logits: Tensor, labels: Tensor) -> None:
        """One batch: logits (rows, classes), labels (rows,)."""
        nats = functional.cross_entropy(logits.float(), labels, reduction="sum")
        correct = (logits.argmax(dim=1) == labels).sum()
        rows = torch.full_like(nats, labels.shape[0])
        self.sums += torch.stack((nats, correct.float(), rows))

    def take(self) -> dict[str, float]:
        """The means since the last call, and start anew; empty when nothing was added."""
        loss, correct, rows = self.sums.tolist()
        self.sums.zero_()
        return {"train_loss": loss / rows, "train_acc": correct / rows} if rows else {}
