"""A chart can be drawn by the command line: nothing it needs is a terminal interface or numpy."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from mobius_tui.charts import cursor, draw, palette
print(*sorted({"numpy", "rich", "textual", "torch"} & set(sys.modules)))
"""


def test_drawing_imports_the_standard_library_only() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
