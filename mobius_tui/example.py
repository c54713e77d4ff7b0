"""What ships with the package: the file that `init` writes and `demo` falls back on, and a lab in
which everything has been run."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from mobius_core.errors import WorkFailed

EXAMPLE: Final = Path(__file__).parent / "examples" / "experiments.toml"
LOOK: Final = Path(__file__).parent / "examples" / "look.zip"
"""Made of real runs by docs/look.py."""


def unpack_look() -> Path:
    """The folder of a copy of the finished lab, in the cache folder; made once a version of it."""
    import zipfile
    import zlib

    cache = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) / "mobius"
    try:
        folder = cache / f"look-{zlib.crc32(LOOK.read_bytes()):08x}"
        if not folder.exists():
            cache.mkdir(parents=True, exist_ok=True)
            made = tempfile.mkdtemp(prefix="look-", dir=cache)
            with zipfile.ZipFile(LOOK) as archive:
                archive.extractall(made)
            try:
                os.rename(made, folder)
            except OSError:
                shutil.rmtree(made)  # somebody else was faster
    except OSError as error:
        raise WorkFailed(f"cannot unpack a lab into {cache}: {error.strerror}") from error
    return folder
