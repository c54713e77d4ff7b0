"""Factoring the numbers of a data set as a run: `python -m mobius_core.data.factor_child RUN`.

Started by the runner once the data set stands, for targets that the sieve for mu does not find.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from mobius_core.data.child import recipe, run_child, told
from mobius_core.data.factors import add_factors
from mobius_core.data.open import open_data
from mobius_core.metrics.write import MetricsWriter
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder, home_of
from mobius_core.runs.stopping import StopRequests


def main(arguments: Sequence[str]) -> int:
    """Add the columns."""
    return run_child(arguments[0], work, "the factorisation begins anew when it is resumed")


def work(folder: RunFolder, attempt: int, requests: StopRequests) -> str | None:
    """None once the columns stand, else why they were left."""
    name, data_hash, _, threads = recipe(folder)
    data = open_data(home_of(folder) / "data", name, data_hash)
    started = time.monotonic()
    with MetricsWriter(folder.metrics, attempt) as metrics:
        steps = add_factors(data, threads=threads)
        for _ in told(steps, metrics):
            if (reason := requests.reason()) is not None:
                steps.close()
                return reason
    print(f"{data.folder} holds liouville and omega of {len(data.n):,} rows", flush=True)
    seconds = round(time.monotonic() - started, 3)
    write_json(folder.result, {"kind": "build", "rows": len(data.n), "seconds": seconds})
    return None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
