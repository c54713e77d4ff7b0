"""Masks by mode: "module:function". A new mask is one file beside this one and one line here."""

from __future__ import annotations

from typing import Final

MASKS: Final[dict[str, str]] = {
    "none": "mobius_core.sparsity.none:pattern",
    "random": "mobius_core.sparsity.random:pattern",
    "random_rows": "mobius_core.sparsity.random_rows:pattern",
    "shuffled": "mobius_core.sparsity.shuffled:pattern",
    "banded": "mobius_core.sparsity.banded:pattern",
    "prime_only": "mobius_core.sparsity.prime_only:pattern",
    "prime_residue": "mobius_core.sparsity.prime_residue:pattern",
    "prime_factorized": "mobius_core.sparsity.prime_factorized:pattern",
    "anti_prime": "mobius_core.sparsity.anti_prime:pattern",
}
