"""manifest.json: what a data set holds, of which recipe, and the checksums that prove it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import numpy as np

from mobius_core.config.check import build, to_table
from mobius_core.config.numerals import LARGEST
from mobius_core.config.trial import Json
from mobius_core.data.column import HASHED_AT_A_TIME
from mobius_core.data.sample import Sample
from mobius_core.data.spec import DataSpec
from mobius_core.data.version import SIEVE_VERSION
from mobius_core.errors import NotFound, Refused, UsageError, WorkFailed
from mobius_core.runs.files import failing, read_json, write_json

SCHEMA: Final = 1
FILE_NAME: Final = "manifest.json"
COUNTED_AT_A_TIME: Final = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    name: str
    hash: str
    spec: DataSpec
    sieve: int
    """SIEVE_VERSION of the build"""
    rows: int
    """stored; the first `test` of them are held out"""
    test: int
    squarefree: int
    """rows with mu != 0"""
    total: int
    """sum of mu over the rows"""
    checksums: dict[str, str]
    """file name -> SHA-256 in hex"""

    @property
    def interval(self) -> tuple[int, int]:
        """What n lies in, inclusive; of a data set from a file, all there is."""
        return self.spec.n or (1, LARGEST)

    @property
    def sample(self) -> Sample:
        return sample_of(self.spec, self.name)

    def write(self, folder: Path) -> None:
        document: dict[str, Json] = {
            "schema": SCHEMA,
            "name": self.name,
            "hash": self.hash,
            "spec": to_table(self.spec),
            "sieve": self.sieve,
            "rows": self.rows,
            "test": self.test,
            "seed": self.spec.seed,
            "squarefree": self.squarefree,
            "sum": self.total,
            "checksums": dict(self.checksums),
        }
        write_json(folder / FILE_NAME, document)

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """NotFound without a manifest, Refused where another version of the sieve wrote it."""
        document = read_json(folder / FILE_NAME)
        if document is None:
            raise NotFound(f"{folder} holds no data set; `mobius data list` shows those there are")
        try:
            manifest = cls(
                name=cast("str", document["name"]),
                hash=cast("str", document["hash"]),
                spec=build(DataSpec, cast("dict[str, Json]", document["spec"]), "spec"),
                sieve=cast("int", document["sieve"]),
                rows=cast("int", document["rows"]),
                test=cast("int", document["test"]),
                squarefree=cast("int", document["squarefree"]),
                total=cast("int", document["sum"]),
                checksums=cast("dict[str, str]", document["checksums"]),
            )
        except (KeyError, UsageError) as error:
            raise WorkFailed(
                f"{folder / FILE_NAME} is damaged ({error}); remove the folder, then build anew "
                "with `mobius data build`"
            ) from error
        manifest.check_version(folder)
        return manifest

    def check_version(self, folder: Path) -> None:
        if self.sieve != SIEVE_VERSION:
            raise Refused(
                f"{folder} was built by version {self.sieve} of the sieve and this is version "
                f"{SIEVE_VERSION}, whose rows differ; remove the folder, then build anew with "
                f"`mobius data build {self.name}`"
            )


def describe(
    partial: Path,
    name: str,
    data_hash: str,
    spec: DataSpec,
    rows: int,
    test: int,
    checksums: dict[str, str],
) -> Manifest:
    """The manifest of complete columns, from what is on file."""
    mu = np.load(partial / "mu.npy", mmap_mode="r")
    squarefree = total = 0
    for start in range(0, rows, COUNTED_AT_A_TIME):
        piece = mu[start : start + COUNTED_AT_A_TIME]
        nonzero = int(np.count_nonzero(piece))
        squarefree += nonzero
        total += nonzero - 2 * int(np.count_nonzero(piece < 0))
    return Manifest(
        name=name,
        hash=data_hash,
        spec=spec,
        sieve=SIEVE_VERSION,
        rows=rows,
        test=test,
        squarefree=squarefree,
        total=total,
        checksums=checksums,
    )


def sample_of(spec: DataSpec, name: str) -> Sample:
    """The rows a recipe means; UsageError for an interval that mu is not found on, and for a data
    set that is read from a file."""
    if spec.n is None:
        raise UsageError(
            f"data.{name} is read from {spec.file}: only data sets with n = [LO, HI] are built"
        )
    lo, hi = spec.n
    if not 1 <= lo <= hi <= LARGEST:
        raise UsageError(f"data.{name}: n = [{lo}, {hi}] is no interval within 1..2^63-1")
    return Sample(lo=lo, hi=hi, seed=spec.seed)


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    digest = hashlib.sha256()
    with failing("read", path), open(path, "rb") as file:
        while block := file.read(HASHED_AT_A_TIME):
            digest.update(block)
    return digest.hexdigest()
