#!/usr/bin/env bash
# sdist -> wheel -> a fresh environment -> the suite against what was installed, with
# mobius_core.metrics compiled by mypyc. Usage: tests/wheel.sh VENV/bin
set -euo pipefail
bin=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$bin/python" -m build --outdir "$work/dist" . >"$work/build.log" 2>&1 || {
    tail -n 40 "$work/build.log"
    exit 1
}
ls -l "$work/dist"

# torch and the test packages are taken from the checkout's environment: only the wheel is new.
"$bin/python" -m venv "$work/venv"
site=$("$bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
"$work/venv/bin/python" -m pip --disable-pip-version-check install --quiet --no-deps "$work"/dist/*.whl
here=$("$work/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# Appended by sys.path, not as a site folder: the checkout's own editable finder must not load.
echo "import sys; sys.path.append('$site')" >"$here/zz_checkout_packages.pth"

# The tests run from a copy, so that neither package can be imported from the checkout.
cp -r tests experiments.toml pyproject.toml "$work/"
cd "$work"
"$work/venv/bin/python" - <<'PY'
import mobius_core._sieve
import mobius_core.metrics.table
import mobius_tui

for module in (mobius_core._sieve, mobius_core.metrics.table):
    assert module.__file__ and module.__file__.endswith(".so"), f"{module.__file__} is not compiled"
assert "venv" in mobius_tui.__file__, mobius_tui.__file__
PY
PATH="$work/venv/bin:$PATH" "$work/venv/bin/python" -m pytest -q -m "not slow and not soak and not checkout" tests
