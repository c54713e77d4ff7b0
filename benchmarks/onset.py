"""Onset over a million evaluations, compiled by mypyc against interpreted, in one run.

    python benchmarks/onset.py

Builds the metrics package by mypyc in a temporary folder; CPU time, minimum of five.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ROWS = 1_000_000
MEASURE = """
import json, random, sys, time
sys.path.insert(0, sys.argv[1])
from mobius_core.metrics import onset
rng = random.Random(0)
steps = list(range(0, 10 * ROWS, 10))
train = [min(1.0, i / 1000) for i in range(ROWS)]
test = [rng.random() for _ in range(ROWS)]
test[-10:] = [1.0] * 10
def whole():
    found = onset.Onset(0.99, 50)
    found.add_all(steps, train, test)
    return found.verdict(steps[-1])
def one_by_one():
    found = onset.Onset(0.99, 50)
    for i in range(ROWS):
        found.add(steps[i], train[i], test[i])
    return found.verdict(steps[-1])
def seconds(work):
    taken = []
    for _ in range(5):
        start = time.process_time()
        verdict = work()
        taken.append(time.process_time() - start)
    return min(taken), verdict
whole_s, verdict = seconds(whole)
single_s, same = seconds(one_by_one)
assert verdict == same
compiled = not onset.__file__.endswith(".py")
print(json.dumps({"compiled": compiled, "add_all": whole_s, "add": single_s, "verdict": verdict}))
""".replace("ROWS", str(ROWS))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        compiled = build(Path(folder))
        found = {
            name: measure(path) for name, path in (("pure", ROOT / "core"), ("mypyc", compiled))
        }
    pure, fast = found["pure"], found["mypyc"]
    assert not pure["compiled"]
    assert fast["compiled"]
    assert pure["verdict"] == fast["verdict"], "pure and compiled disagree"
    for way in ("add_all", "add"):
        ratio = pure[way] / fast[way]
        print(
            f"{way:8} pure {1e9 * pure[way] / ROWS:6.1f} ns  mypyc {1e9 * fast[way] / ROWS:6.1f} ns"
            f"  an evaluation: {ratio:.1f}x"
        )


def build(folder: Path) -> Path:
    """The package with its metrics compiled, in a tree of its own."""
    command = [sys.executable, "setup.py", "-q", "build_ext", "--build-temp", str(folder / "temp")]
    command += ["--build-lib", str(folder / "lib")]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "MOBIUS_MYPYC": "1"}, check=True)
    library = folder / "lib"
    for path in (ROOT / "core" / "mobius_core").glob("__init__.py"):
        (library / "mobius_core" / path.name).write_text(path.read_text())
    (library / "mobius_core" / "metrics" / "__init__.py").write_text("")
    return library


def measure(path: Path) -> dict[str, Any]:
    out = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], check=True, capture_output=True, text=True
    )
    return dict(json.loads(out.stdout))


if __name__ == "__main__":
    main()
