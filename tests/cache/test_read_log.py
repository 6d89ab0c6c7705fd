"""What a run has seen of the disk: each file is read once, as far as there is room to keep it."""

from __future__ import annotations

import pytest

from wflint import limits
from wflint.cache.read_log import ReadLog
from wflint.cache.recalled import Recalled


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


# What earlier checks of the process know.


def test_what_was_found_in_a_content_is_not_looked_for_again() -> None:
    disk, recalled, asked = Disk(a=b"1", b=b"1", c=b"2"), Recalled(), []

    def find(data: bytes) -> int:
        asked.append(data)
        return int(data)

    log = ReadLog(disk, recalled=recalled)
    assert [log.about(path, "number", find) for path in "abc"] == [1, 1, 2]
    assert asked == [b"1", b"2"]
    assert log.about("a", "another question", lambda data: len(data) + 5) == 6
    assert log.used == {"a", "b", "c"}


def test_a_file_that_has_not_changed_is_not_read_by_the_next_check() -> None:
    disk, recalled = Disk(a=b"1", b=b"2"), Recalled()
    first = ReadLog(disk, recalled=recalled)
    assert [first.about(path, "number", int) for path in "ab"] == [1, 2]
    recalled.end()
    disk.read.clear()
    disk.files["b"] = b"3"
    recalled.begin(changed={"b"})
    second = ReadLog(disk, recalled=recalled)
    assert [second.about(path, "number", int) for path in "ab"] == [1, 3]
    assert disk.read == ["b"]
    assert second.digests.keys() == {"a", "b"}
    assert second.digest("a") == first.digest("a")
    assert not second.is_torn


def test_all_files_are_read_where_any_may_have_changed() -> None:
    disk, recalled = Disk(a=b"1"), Recalled()
    ReadLog(disk, recalled=recalled).about("a", "number", int)
    recalled.end()
    disk.files["a"] = b"2"
    recalled.begin()
    assert ReadLog(disk, recalled=recalled).about("a", "number", int) == 2


def test_a_check_that_is_ended_early_forgets_nothing() -> None:
    disk, recalled = Disk(a=b"1", b=b"2"), Recalled()
    first = ReadLog(disk, recalled=recalled)
    for path in "ab":
        first.about(path, "number", int)
    recalled.end()
    for _ in range(2):
        recalled.begin(changed=())
        ReadLog(disk, recalled=recalled).about("a", "number", int)
    disk.read.clear()
    recalled.begin(changed=())
    assert ReadLog(disk, recalled=recalled).about("b", "number", int) == 2
    assert disk.read == []


def test_what_no_whole_check_has_asked_for_is_forgotten() -> None:
    disk, recalled = Disk(a=b"1"), Recalled()
    ReadLog(disk, recalled=recalled).about("a", "number", int)
    recalled.end()
    recalled.begin(changed=())
    recalled.end()
    disk.read.clear()
    assert ReadLog(disk, recalled=recalled).about("a", "number", int) == 1
    assert disk.read == ["a"]


def test_a_file_that_is_let_go_has_changed_whatever_is_recalled() -> None:
    disk, recalled = Disk(a=b"1"), Recalled()
    first = ReadLog(disk, recalled=recalled)
    before = first.digest("a")
    recalled.end()
    recalled.begin(changed=())
    disk.files["a"] = b"2"
    first.let_go("a")
    assert first.digest("a") != before
    assert first.about("a", "number", int) == 2
    assert not first.is_torn


def test_a_file_that_cannot_be_read_is_tried_again() -> None:
    def read(path: str) -> bytes:
        raise PermissionError(13, "no")

    log = ReadLog(read, recalled=Recalled())
    for _ in range(2):
        with pytest.raises(PermissionError):
            log.about("a", "number", int)
