"""Values of the experiments file in few cells."""

from __future__ import annotations

from mobius_core.config.trial import Json


def shows(value: Json) -> bool:
    return value is not None and value != [] and value != {} and value != ""


def written(value: Json) -> str:
    """A TOML value in few cells."""
    if isinstance(value, dict):
        inner = " ".join(f"{key}={written(item)}" for key, item in value.items() if shows(item))
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(written(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 100_000:
        return f"{value:_}"
    return f"{value:.10g}" if isinstance(value, float) else str(value)
