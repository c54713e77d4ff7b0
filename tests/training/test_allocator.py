"""What a process keeps of the memory that it has freed."""

from __future__ import annotations

import json
import subprocess
import sys

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
