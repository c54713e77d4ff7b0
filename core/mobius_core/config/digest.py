"""Identity by meaning: the same tables, however written, give the same 16 hex digits."""

from __future__ import annotations

import hashlib
import json

from mobius_core.config.trial import Json


def digest(value: Json) -> str:
    """The first 64 bits of SHA-256 over the canonical JSON: sorted keys, no spaces, finite."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]
