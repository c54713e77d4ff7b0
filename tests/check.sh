#!/usr/bin/env bash
# Everything CI runs, in the order that fails fastest. Usage: tests/check.sh VENV/bin
set -euo pipefail
bin=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
export OMP_NUM_THREADS=1

step() { printf '\n== %s\n' "$*"; }

step "style"
"$bin/ruff" format --check .
"$bin/ruff" check .

step "types"
"$bin/mypy"

step "layers"
"$bin/lint-imports"

step "C: release, then ASan and UBSan"
make --no-print-directory -C sieve_c/test

step "tests with branch coverage"
"$bin/coverage" erase
"$bin/coverage" run --parallel-mode -m pytest -m "not soak"
"$bin/coverage" combine --quiet
"$bin/coverage" report --fail-under=80 | tail -n 40

step "sdist -> wheel -> install -> suite"
tests/wheel.sh "$bin"
