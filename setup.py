"""Native parts of the build; everything declarative is in pyproject.toml.

The C sieve is required. mypyc is optional speed for mobius_core.metrics: wheels compile it,
editable installs do not, because a stale .so would hide every later edit of the .py beside it.
MOBIUS_MYPYC=1 or 0 overrides. MOBIUS_SANITIZE=1 builds the sieve with ASan and UBSan.
"""

from __future__ import annotations

import os
import sys
from glob import glob
from typing import cast

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

SANITIZE = ["-fsanitize=address,undefined", "-fno-omit-frame-pointer", "-g"]
COMPILED_BY_MYPYC = sorted(
    path for path in glob("core/mobius_core/metrics/*.py") if not path.endswith("__init__.py")
)


class BuildNative(build_ext):
    """build_ext that says in two lines what is missing, instead of sixty lines of traceback."""

    def run(self) -> None:
        try:
            super().run()
        # The compiler's absence and its failures come as unrelated classes (CompileError,
        # FileNotFoundError, SetupError); each means the same thing to whoever installs.
        except Exception as error:
            raise SystemExit(
                f"mobius-tui: cannot build the C sieve: {error}\n"
                "  It needs a C compiler and the Python headers: apt-get install gcc python3-dev"
            ) from None


def sieve() -> Extension:
    sanitize = SANITIZE if os.environ.get("MOBIUS_SANITIZE") == "1" else []
    return Extension(
        "mobius_core._sieve",
        sources=sorted(glob("sieve_c/*.c")),
        depends=sorted(glob("sieve_c/*.h")),
        include_dirs=["sieve_c"],
        extra_compile_args=["-std=c11", "-O3", "-Wall", "-Wextra", *sanitize],
        libraries=["m"],  # sqrt
        extra_link_args=sanitize,
    )


def compile_metrics() -> bool:
    wanted = os.environ.get("MOBIUS_MYPYC")
    if wanted is not None:
        return wanted == "1"
    return "bdist_wheel" in sys.argv and "editable_wheel" not in sys.argv


def extensions() -> list[Extension]:
    if not compile_metrics():
        return [sieve()]
    from mypyc.build import mypycify

    compiled = mypycify([*COMPILED_BY_MYPYC], opt_level="3", group_name="mobius")
    # mypycify says distutils where setuptools has long taken its place.
    return [sieve(), *cast("list[Extension]", compiled)]


setup(ext_modules=extensions(), cmdclass={"build_ext": BuildNative})
