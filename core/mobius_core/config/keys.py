"""One declaration per TOML key: the field of a spec dataclass says type, default and range.

`config.check` turns a TOML table into the dataclass and every mistake into a sentence; nothing
about a key is written down a second time.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import MISSING
from typing import Any


@dataclasses.dataclass(frozen=True, kw_only=True)
class Limits:
    """What a value must satisfy beyond its type. `at_*` include the bound, the others do not."""

    choices: tuple[str, ...] = ()
    registry: str = ""
    """"module:NAME" of a registry whose names are the choices (imported when checked)."""
    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    pattern: str = ""
    """Regular expression that a text must match in full; `about` says it in words."""
    about: str = ""
    """One line for messages and the documentation."""

    def hold_for(self, number: float) -> bool:
        return not (
            (self.above is not None and number <= self.above)
            or (self.at_least is not None and number < self.at_least)
            or (self.below is not None and number >= self.below)
            or (self.at_most is not None and number > self.at_most)
        )

    def matches(self, word: str) -> bool:
        return re.fullmatch(self.pattern, word) is not None


# Any, as dataclasses.field itself has it: the field's annotation is the type that is checked.
def key(default: Any = MISSING, **limits: Any) -> Any:
    """A dataclass field with limits; without a default the key is required."""
    metadata = {"limits": Limits(**limits)}
    if isinstance(default, (dict, list)):
        kind = type(default)
        return dataclasses.field(default_factory=lambda: kind(default), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)
