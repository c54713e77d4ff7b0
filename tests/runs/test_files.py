"""Files that are whole or absent."""

from __future__ import annotations

import json
import math
import os
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mobius_core.config.trial import Json
from mobius_core.errors import Refused, WorkFailed
from mobius_core.runs import events
from mobius_core.runs.files import encode, finite, locked, read_json, write_json
from mobius_core.runs.folder import RunFolder

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
DOCUMENTS: st.SearchStrategy[dict[str, Json]] = st.dictionaries(
    st.text(),
    st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)),
)


@settings(max_examples=50, deadline=None)  # the disk of a busy machine is waited for
@given(DOCUMENTS)
def test_any_document_is_strict_json(document: dict[str, Json]) -> None:
    read = json.loads(encode(document), parse_constant=lambda name: pytest.fail(name))
    assert read == finite(document)


def test_non_finite_is_null(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", {"a": math.nan, "b": [math.inf, 1.5], "c": {"d": -math.inf}})
    assert read_json(tmp_path / "x.json") == {"a": None, "b": [None, 1.5], "c": {"d": None}}


def test_a_reader_never_sees_half_a_document(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_json(path, {"size": 0, "body": ""})
    stop = threading.Event()

    def rewrite() -> None:
        size = 0
        while not stop.is_set():
            size = (size + 7919) % 100_000
            write_json(path, {"size": size, "body": "x" * size})

    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        sizes: set[Json] = set()
        deadline = time.monotonic() + 20
        while len(sizes) < 10 and time.monotonic() < deadline:
            document = read_json(path)
            assert document is not None
            assert len(str(document["body"])) == document["size"]
            sizes.add(document["size"])
    finally:
        stop.set()
        writer.join()
    assert len(sizes) == 10
    assert os.listdir(tmp_path) == ["x.json"]


def test_garbage_and_absence_are_no_document(tmp_path: Path) -> None:
    (tmp_path / "torn.json").write_text('{"a": 1')
    (tmp_path / "list.json").write_text("[1]")
    assert read_json(tmp_path / "torn.json") is None
    assert read_json(tmp_path / "list.json") is None
    assert read_json(tmp_path / "absent.json") is None
    assert read_json(tmp_path / "torn.json" / "below.json") is None


def test_a_failed_write_leaves_the_old_file_alone(tmp_path: Path) -> None:
    blocked = tmp_path / "folder.json"
    (blocked / "inside").mkdir(parents=True)
    with pytest.raises(WorkFailed, match="folder"):
        write_json(blocked, {})
    assert os.listdir(tmp_path) == ["folder.json"]


def test_a_lock_is_held_alone(tmp_path: Path) -> None:
    with (
        locked(tmp_path / "lock"),
        pytest.raises(Refused, match="has been held"),
        locked(tmp_path / "lock", 0.02),
    ):
        pytest.fail("taken twice")
    with locked(tmp_path / "lock", 0.02):
        pass


def test_events_are_lines_and_a_torn_one_is_left_out(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert events.read(folder) == []
    events.append(folder, "queued", after=[])
    events.append(folder, "started", attempt=1)
    with open(folder.events, "a") as file:
        file.write('{"t": 1, "event": "do')
    assert [event["event"] for event in events.read(folder)] == ["queued", "started"]
