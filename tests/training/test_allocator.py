"""What a process keeps of the memory that it has freed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mobius_core.training.allocator import keep_freed_memory

MEBIBYTE = 1 << 20
PROGRAM = f"""
import json, os
from mobius_core.training.allocator import giving_back, keep_freed_memory

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def left_by_blocks():
    before = resident()
    blocks = [b"x" * (20 * {MEBIBYTE}) for _ in range(3)]
    del blocks
    return (resident() - before) // {MEBIBYTE}

keep_freed_memory()
with giving_back():
    given_back = left_by_blocks()
print(json.dumps([given_back, left_by_blocks()]))
"""


def test_blocks_are_given_back_within_and_kept_afterwards() -> None:
    if not keep_freed_memory():
        pytest.skip("this C library has no mallopt")
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    given_back, kept = json.loads(done.stdout)
    assert given_back < 5
    assert kept > 50


SYSTEM = Path("/sys/kernel/mm/transparent_hugepage")
LARGE_PAGES = f"""
import re
from pathlib import Path
from mobius_core.training.allocator import keep_freed_memory
keep_freed_memory()
block = bytearray(20 * {MEBIBYTE})
for first, end, flags in re.findall(
    r"^([0-9a-f]+)-([0-9a-f]+) .*?^VmFlags: ([a-z0-9 ]*)$",
    Path("/proc/self/smaps").read_text(),
    re.DOTALL | re.MULTILINE,
):
    if int(end, 16) - int(first, 16) > len(block) and "hg" in flags.split():
        print("large")
"""


@pytest.mark.skipif(not SYSTEM.exists(), reason="this kernel has no large pages")
def test_large_blocks_are_asked_for_in_large_pages() -> None:
    if not keep_freed_memory():
        pytest.skip("this C library has no mallopt")
    done = subprocess.run([sys.executable, "-c", LARGE_PAGES], capture_output=True, text=True)
    assert done.stdout.split() == ["large"], done.stderr
