"""What a process gives back of the code of its libraries."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import re
import torch
from mobius_core.training.code_pages import give_back_code

def of_files():
    status = open("/proc/self/status").read()
    return int(re.search(r"RssFile:\\s+(\\d+)", status)[1]) >> 10

before = of_files()
give_back_code()
after = of_files()
assert torch.arange(5).sum().item() == 10
print(before - after)
"""


def test_code_that_only_loading_needed_is_given_back_and_comes_again_when_called() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 30, "MiB; 64 of the 76 that importing torch leaves"
