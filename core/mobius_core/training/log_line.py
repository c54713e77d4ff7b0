"""Evaluations as the log shows them."""

from __future__ import annotations

from collections.abc import Mapping


def log_line(step: int, figures: Mapping[str, float]) -> str:
    """`step  400  train .9876 .0012  test .9912 .1080`: accuracy as a fraction, loss in nats."""
    parts = [f"step {step:7d}"]
    for part in ("train", "test", "oracle"):
        accuracy, loss = figures.get(f"{part}_acc"), figures.get(f"{part}_loss")
        if accuracy is not None and loss is not None:
            parts.append(f"{part} {short(accuracy)} {short(loss)}")
    if "leak" in figures:
        parts.append(f"leak {short(figures['leak'])}")
    if "gap" in figures:
        parts.append(f"gap {100 * figures['gap']:+.2f} points")
    return "  ".join(parts)


def short(value: float) -> str:
    """Four decimals without the leading zero, so that columns align: .0012, 1.0000."""
    text = f"{value:.4f}"
    return text[1:].rjust(6) if text.startswith("0.") else text
