"""Int2Int text for guests as a run: `python -m mobius_core.data.export_child RUN`.

Started by the runner once the data set stands; what `{train}` and `{test}` of a command mean.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Final

from mobius_core.data.child import recipe, run_child
from mobius_core.data.export import Request, export
from mobius_core.data.open import open_data
from mobius_core.metrics.write import MetricsWriter
from mobius_core.numbers.primes import first_primes
from mobius_core.runs.files import write_json
from mobius_core.runs.folder import RunFolder, home_of
from mobius_core.runs.stopping import StopRequests
from mobius_core.runs.text import text_folder

PRIMES: Final = 100
"""As published: n modulo the first hundred primes."""
SAY_EVERY: Final = 1.0


def main(arguments: Sequence[str]) -> int:
    """Write the text."""
    return run_child(arguments[0], work, "the export begins anew when it is resumed")


def work(folder: RunFolder, attempt: int, requests: StopRequests) -> str | None:
    """None once the files stand, else why the export was ended."""
    name, data_hash, _, threads = recipe(folder)
    home = home_of(folder)
    place = text_folder(home, name, data_hash)
    data = open_data(home / "data", name, data_hash)
    request = Request(format="int2int", moduli=first_primes(PRIMES), threads=threads)
    said = 0.0
    done = 0
    with MetricsWriter(folder.metrics, attempt) as metrics:
        steps = export(data, place, request)
        for done in steps:
            if time.monotonic() - said > SAY_EVERY:
                said = time.monotonic()
                metrics.row(done)
                print(f"row {done:,}", flush=True)
            if (reason := requests.reason()) is not None:
                steps.close()
                return reason
    print(f"{place} holds the text of {len(data.n):,} rows", flush=True)
    write_json(folder.result, {"kind": "build", "rows": len(data.n)})
    return None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
