"""Makes the finished lab of `mobius demo --look` out of real runs.

    .venv/bin/python docs/look.py FOLDER

FOLDER holds an experiments.toml and its mobius_lab, in which everything has ended: `mobius run`
them first. Checkpoints and data stay out, names of this machine are replaced.
"""

from __future__ import annotations

import os
import re
import sys
import zipfile
from pathlib import Path

LOOK = Path(__file__).parent.parent / "mobius_tui" / "examples" / "look.zip"
KEPT = re.compile(
    r"runs/[^/]+/(?:(?:spec|env|result)\.json|(?:metrics|events)\.jsonl|log\.txt"
    r"|attempts/\d+/(?:proc|exit|verdict)\.json)"
)
MOST = 300_000
"""Bytes that a wheel can spare."""


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    home = folder / "mobius_lab"
    files = [folder / "experiments.toml", *sorted(home.rglob("*"))]
    with zipfile.ZipFile(LOOK, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in files:
            if path.parent == folder or KEPT.fullmatch(str(path.relative_to(home))):
                # One date for all, so that the same runs make the same file.
                entry = zipfile.ZipInfo(str(path.relative_to(folder)))
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, impersonal(path.read_text(), folder))
    size = LOOK.stat().st_size
    if size > MOST:
        sys.exit(f"{LOOK}: {size:,} bytes are more than {MOST:,}; run fewer or shorter trials")
    print(f"{LOOK.name}: {size:,} bytes")


def impersonal(text: str, folder: Path) -> str:
    """Without the paths and the name of the machine that ran it."""
    text = text.replace(str(folder), "/lab").replace(sys.prefix, "/lab/.venv")
    text = text.replace(str(Path(__file__).parent.parent.resolve()), "/lab")
    text = re.sub(r'"PATH":"[^"]*"', '"PATH":"/usr/bin:/bin"', text)
    text = re.sub(r'"platform":"[^"]*"', '"platform":"Linux"', text)
    text = re.sub(r'"PYTHONPATH":"[^"]*"', '"PYTHONPATH":null', text)
    return text.replace(f'"{os.uname().nodename}"', '"lab"')


if __name__ == "__main__":
    main()
