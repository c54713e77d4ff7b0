"""Opening: test and training rows apart, other versions and damage refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from mobius_core.data.open import open_data
from mobius_core.errors import NotFound, Refused, UsageError, WorkFailed
from tests.data.recipes import HASH, SMALL, STREAM, make


def test_split(tmp_path: Path) -> None:
    data = make(tmp_path)
    assert (len(data.test.n), len(data.train.n)) == (500, 2500)
    assert not set(data.test.n.tolist()) & set(data.train.n.tolist())
    assert np.array_equal(np.concatenate([data.test.mu, data.train.mu]), data.mu)


def test_rows_are_those_of_the_sample(tmp_path: Path) -> None:
    """So that any machine makes any of them again from the recipe alone."""
    data = make(tmp_path)
    part = data.manifest.sample.rows(490, 20)
    assert np.array_equal(part.n, data.n[490:510])
    assert np.array_equal(part.mu, data.mu[490:510])


def test_columns_are_maps_that_cannot_be_written(tmp_path: Path) -> None:
    data = make(tmp_path)
    assert isinstance(data.n, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        data.mu[0] = 1


def test_manifest_keeps_the_recipe(tmp_path: Path) -> None:
    manifest = make(tmp_path).manifest
    assert manifest.spec == SMALL
    assert (manifest.name, manifest.hash) == ("small", HASH)


def test_not_built(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"small is not built; build it with `mobius data build sm"):
        open_data(tmp_path, "small", HASH)


def test_another_version_of_the_sieve(tmp_path: Path) -> None:
    folder = make(tmp_path).folder
    document = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**document, "sieve": 99}))
    with pytest.raises(Refused) as caught:
        open_data(tmp_path, "small", HASH)
    assert str(caught.value) == (
        f"{folder} was built by version 99 of the sieve and this is version 1, whose rows differ; "
        "remove the folder, then build anew with `mobius data build small`"
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", b'{"schema": 1, "name": "small"}'),
        ("n.npy", b"no numpy file"),
        ("mu.npy", b""),
    ],
)
def test_damage(tmp_path: Path, name: str, content: bytes) -> None:
    folder = make(tmp_path).folder
    (folder / name).write_bytes(content)
    with pytest.raises(WorkFailed, match=r"is damaged .*; remove .*build anew"):
        open_data(tmp_path, "small", HASH)


def test_a_shortened_column(tmp_path: Path) -> None:
    folder = make(tmp_path).folder
    os.truncate(folder / "n.npy", 1000)
    with pytest.raises(WorkFailed, match=r"n.npy is damaged"):
        open_data(tmp_path, "small", HASH)


def test_columns_of_other_rows(tmp_path: Path) -> None:
    folder = make(tmp_path).folder
    np.save(folder / "mu.npy", np.zeros(2999, dtype=np.int8))
    with pytest.raises(WorkFailed, match=r"it holds \(2999,\) of int8, not 3000 of int8"):
        open_data(tmp_path, "small", HASH)


def test_a_stream_never_repeats(tmp_path: Path) -> None:
    data = make(tmp_path, STREAM)
    stream = data.stream
    assert stream.size == 900
    first, second = stream.rows(0, 450), stream.rows(450, 450)
    seen = [*data.test.n.tolist(), *first.n.tolist(), *second.n.tolist()]
    assert sorted(seen) == list(range(1, 1001)), "test and training rows use the interval up"
    assert np.array_equal(stream.rows(440, 20).n, np.concatenate([first.n[440:], second.n[:10]]))


def test_a_stream_ends(tmp_path: Path) -> None:
    stream = make(tmp_path, STREAM).stream
    with pytest.raises(UsageError) as caught:
        stream.rows(850, 51)
    assert "has 900 training rows that do not repeat and rows up to 901 are asked for" in str(
        caught.value
    )


def test_no_stream_where_rows_are_stored(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"stores its training rows; set stream = true"):
        _ = make(tmp_path).stream
