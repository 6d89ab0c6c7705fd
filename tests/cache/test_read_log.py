"""What a run has seen of the disk: each file is read once, as far as there is room to keep it."""

from __future__ import annotations

import pytest

from wflint import limits
from wflint.cache.read_log import ReadLog


class Disk:
    """Files, and the order in which they were read."""

    def __init__(self, **files: bytes) -> None:
        self.files = files
        self.read: list[str] = []

    def __call__(self, path: str) -> bytes:
        self.read.append(path)
        return self.files[path]


def test_a_file_that_is_asked_for_again_is_not_read_again() -> None:
    disk = Disk(a=b"1", b=b"2")
    log = ReadLog(disk)
    assert [log("a"), log("b"), log.look_through("a"), log("a")] == [b"1", b"2", b"1", b"1"]
    assert disk.read == ["a", "b"]
    assert log.used == {"a", "b"}


def test_what_there_is_no_room_for_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEPT_BYTES", 10)
    disk = Disk(a=b"x" * 6, b=b"y" * 6, c=b"z" * 4)
    log = ReadLog(disk)
    for path in "abcabc":
        assert log(path) == disk.files[path]
    assert disk.read == ["a", "b", "c", "b"]


def test_a_run_is_torn_by_a_file_that_changes_while_it_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "KEPT_BYTES", 0)
    disk = Disk(a=b"1")
    log = ReadLog(disk)
    log("a")
    disk.files["a"] = b"2"
    log("a")
    assert log.is_torn


def test_a_file_that_is_let_go_is_read_as_it_is_then_and_gives_room() -> None:
    disk = Disk(a=b"1")
    log = ReadLog(disk)
    log("a")
    disk.files["a"] = b"2"
    log.let_go("a")
    assert log("a") == b"2"
    assert not log.is_torn
