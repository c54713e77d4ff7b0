"""Figures of an evaluation as words: per cent, points, nats; nothing where there is nothing."""

from __future__ import annotations

from mobius_core.config.trial import Json


def documents(value: Json) -> list[dict[str, Json]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def number(value: Json) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def count(value: Json) -> str:
    return f"{value:,}" if isinstance(value, int) else ""


def per_cent(value: Json) -> str:
    return f"{100 * value:.2f} %" if isinstance(value, (int, float)) else ""


def nats(value: Json) -> str:
    return f"{value:.4f}" if isinstance(value, (int, float)) else ""


def spread(value: Json, error: Json, scale: float, places: int) -> str:
    """`-0.12 ± 0.05`; nothing where there is nothing."""
    if not isinstance(value, (int, float)):
        return ""
    more = f" ± {scale * error:.{places}f}" if isinstance(error, (int, float)) else ""
    return f"{scale * value:+.{places}f}{more}"


def chances(value: Json) -> str:
    """`.012 .388 .600`, in the order of the classes."""
    if not isinstance(value, dict):
        return ""
    return " ".join(f"{number(chance):.3f}".removeprefix("0") for chance in value.values())
