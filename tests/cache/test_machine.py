"""A fresh checkout begins with the notes that runs over others have made of the same files."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest import mock

import pytest
from msgspec import Raw, msgpack

from tests.caching import (
    FLOW,
    NAMES,
    PRICES,
    counted_analyses,
    entries,
    folder_at,
    make_project,
    output,
    parsed_files,
    plain_output,
    write,
)
from tests.command_line import enter_project, invoke
from wflint.cache import machine
from wflint.cache.folder import CacheFolder
from wflint.cache.machine import NAME, MachineShelf
from wflint.cache.secret import folder_of_user
from wflint.run.check import check
from wflint.run.request import Request

VALUE = 'os.getenv("CURRENCY")'
LOCK = '[[package]]\nname = "temporalio"\nversion = "1.{}.0"\n'


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("WFLINT_NO_CACHE")
    (tmp_path / "one").mkdir()
    root = make_project(enter_project(tmp_path / "one", monkeypatch))
    # No error is weighed by what its value reaches, which depends on the program.
    write(root / "shop/prices.py", PRICES.replace(VALUE, "open('prices')"))
    return root


def clone(project: Path) -> Path:
    """The same files in another folder, which becomes the working directory."""
    other = project.parent / "other"
    shutil.copytree(project, other, ignore=shutil.ignore_patterns(".wflint_cache"))
    os.chdir(other)
    return other


def database() -> Path:
    return Path(folder_of_user(), NAME)


def records() -> list[tuple[bytes, bytes]]:
    with closing(sqlite3.connect(database())) as connection:
        return connection.execute("SELECT name, sealed FROM notes ORDER BY name").fetchall()


@contextmanager
def changed() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(database())) as connection, connection:
        yield connection


class TestAFreshCheckout:
    def test_parses_nothing_that_another_has_parsed(self, project: Path) -> None:
        first = output()
        other = clone(project)
        with parsed_files(other) as files, counted_analyses() as roots:
            assert output() == first
        assert not files
        assert roots == [str(other)]

    def test_parses_what_is_different_in_it(self, project: Path) -> None:
        output()
        other = clone(project)
        write(other / "shop/names.py", NAMES.replace("read()", "read(1)"))
        with parsed_files(other) as files:
            found = output()
        assert set(files) == {"shop/names.py"}
        assert found == plain_output()

    @pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
    def test_may_be_read_by_several_processes(self, project: Path) -> None:
        first = output("--jobs", "2")
        other = clone(project)
        with parsed_files(other) as files:
            assert output("--jobs", "2") == first
        assert not files

    @pytest.mark.parametrize(
        "edit",
        [
            lambda: Path("shop").rename("store"),
            lambda: write(Path("uv.lock"), LOCK.format(0)),
            lambda: write(Path("pyproject.toml"), '[tool.wflint]\nselect = ["ALL"]\n'),
            lambda: write(Path("wflint.toml"), 'guard-functions = ["shop.names.new_name"]\n'),
            lambda: write(Path("shop/names.py"), NAMES.replace("open", "print")),
            lambda: Path("shop/extra/labels.py").unlink(),
        ],
        ids=["names", "versions", "rules", "guards", "a helper", "without a file"],
    )
    def test_is_judged_by_itself(self, project: Path, edit: Callable[[], object]) -> None:
        seeded = FLOW.replace("return prices", "workflow.random_seed()\n        return prices")
        write(project / "shop/flow.py", seeded)
        write(project / "uv.lock", LOCK.format(35))
        flags = ("--output-format", "json", "--show-gaps")
        first = output(*flags)
        clone(project)
        edit()
        found = output(*flags)
        assert found == plain_output(*flags) != first
        os.chdir(project)
        (project / ".wflint_cache").rename(project.parent / "gone")
        assert output(*flags) == first

    def test_says_the_same_if_python_has_no_sqlite(self, project: Path) -> None:
        with mock.patch.dict(sys.modules, {"sqlite3": None}):
            first = output()
            for entry in entries(project, "result"):
                entry.unlink()
            with parsed_files(project) as files:
                assert output() == first
        assert not files  # the notes lie with the results
        assert not database().exists()


class TestNothingIsKept:
    def test_without_a_cache(self) -> None:
        plain_output()
        assert not database().exists()

    def test_of_the_text_of_an_editor(self, project: Path) -> None:
        output()
        before = records()
        text = FLOW.replace("prices.label()", "str(open('x'))")
        check(Request(texts={str(project / "shop/flow.py"): text.encode()}, cache=True))
        invoke("check", "-", "--stdin-filename", "shop/flow.py", stdin=text)
        assert records() == before

    def test_for_others_to_read(self) -> None:
        output()
        assert not database().stat().st_mode & 0o077

    def test_through_a_link(self, project: Path) -> None:
        output()
        elsewhere = project.parent / "elsewhere"
        database().rename(elsewhere)
        database().symlink_to(elsewhere)
        before = elsewhere.read_bytes()
        write(project / "shop/names.py", NAMES.replace("open", "print"))
        assert output() == plain_output()
        assert elsewhere.read_bytes() == before


def _swapped(connection: sqlite3.Connection) -> None:
    rows = connection.execute("SELECT name, sealed FROM notes ORDER BY name").fetchall()
    for (name, _), (_, sealed) in zip(rows, rows[1:] + rows[:1], strict=True):
        connection.execute("UPDATE notes SET sealed = ? WHERE name = ?", (sealed, name))


def _sealed_by_another(connection: sqlite3.Connection) -> None:
    forger = CacheFolder("", b"x" * 32)
    for name, sealed in connection.execute("SELECT name, sealed FROM notes").fetchall():
        body = forger.seal(name.hex(), sealed[16:]) + sealed[16:]
        connection.execute("UPDATE notes SET sealed = ? WHERE name = ?", (body, name))


DAMAGED_RECORDS: dict[str, Callable[[sqlite3.Connection], object]] = {
    "of another file": _swapped,
    "of another user": _sealed_by_another,
    "cut": lambda c: c.execute("UPDATE notes SET sealed = substr(sealed, 1, 40)"),
    "empty": lambda c: c.execute("UPDATE notes SET sealed = x''"),
    "a number": lambda c: c.execute("UPDATE notes SET sealed = 7"),
    "a text": lambda c: c.execute("UPDATE notes SET sealed = 'text'"),
    "of no known day": lambda c: c.execute("UPDATE notes SET used = 'today'"),
    "none": lambda c: c.execute("DELETE FROM notes"),
    "no table": lambda c: c.execute("DROP TABLE notes"),
    "another table": lambda c: c.executescript("DROP TABLE notes; CREATE TABLE notes (name)"),
}


def _turned(data: bytes) -> bytes:
    return data[:4096] + bytes(byte ^ 0x55 for byte in data[4096:])


DAMAGED_FILES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "no database": lambda data: b"mine" * 1000,
    "cut": lambda data: data[: len(data) // 2],
    "the first page alone": lambda data: data[:4096],
    "turned": _turned,
}


class TestWhatIsDamaged:
    @pytest.mark.parametrize("damage", DAMAGED_RECORDS.values(), ids=DAMAGED_RECORDS)
    def test_record_is_as_good_as_none(
        self, project: Path, damage: Callable[[sqlite3.Connection], object]
    ) -> None:
        first = output()
        with changed() as connection:
            damage(connection)
        other = clone(project)
        with parsed_files(other) as files:
            assert output() == first
        assert "shop/names.py" in files

    @pytest.mark.parametrize("damage", DAMAGED_FILES.values(), ids=DAMAGED_FILES)
    def test_database_is_replaced(self, project: Path, damage: Callable[[bytes], bytes]) -> None:
        first = output()
        database().write_bytes(damage(database().read_bytes()))
        for _ in range(3):
            shutil.rmtree(project / ".wflint_cache")
            assert output() == first
        with parsed_files(project) as files:
            shutil.rmtree(project / ".wflint_cache")
            assert output() == first
        assert not files

    @pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
    def test_place_is_left_as_it_is(self, project: Path, make: Callable[[Path], object]) -> None:
        first = output()
        database().unlink()
        make(database())
        shutil.rmtree(project / ".wflint_cache")
        assert output() == first

    def test_page_of_another_shape_is_none(self, tmp_path: Path) -> None:
        folder = folder_at(tmp_path / "cache")
        shelf = MachineShelf(folder, b"about")
        shelf.put({"a": {"question": Raw(msgpack.encode(1))}}, ())
        (name,) = (name for name, _ in records())
        with changed() as connection:
            body = msgpack.encode([1, 2])
            sealed = folder.seal(name.hex(), body) + body
            connection.execute("UPDATE notes SET sealed = ?", (sealed,))
        assert MachineShelf(folder, b"about").get("a") is None


class TestAnotherRun:
    def test_that_writes_for_long_is_not_waited_for(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = output()
        monkeypatch.setattr(machine, "_PATIENCE", 0.01)
        with closing(sqlite3.connect(database(), isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            clone(project)
            assert output() == first
        assert records()

    def test_may_write_between(self, tmp_path: Path) -> None:
        one, other = (MachineShelf(folder_at(tmp_path / name), b"about") for name in "ab")
        page = {"question": Raw(msgpack.encode(1))}
        assert one.get("a") is other.get("a") is None
        one.put({"a": page}, ())
        other.put({"b": page}, ())
        one.put({"c": page}, ())
        last = MachineShelf(folder_at(tmp_path / "c"), b"about")
        assert all(last.get(key) for key in "abc")
        assert MachineShelf(folder_at(tmp_path / "c"), b"another build").get("a") is None


class TestTheDatabaseIsBounded:
    PAGE = {"question": Raw(msgpack.encode("x" * 50_000))}

    def _shelf(self, tmp_path: Path, day: int) -> MachineShelf:
        with mock.patch.object(time, "time", lambda: day * 86_400.0):
            return MachineShelf(folder_at(tmp_path / "cache"), b"about")

    def _kept(self, tmp_path: Path, keys: str) -> str:
        shelf = self._shelf(tmp_path, 0)
        return "".join(key for key in keys if shelf.get(key))

    def test_by_the_day_of_the_last_use(self, tmp_path: Path) -> None:
        self._shelf(tmp_path, 100).put({"a": self.PAGE, "b": self.PAGE}, ())
        later = self._shelf(tmp_path, 120)
        assert later.get("a")
        later.put({}, ["a"])
        self._shelf(tmp_path, 140).put({"c": self.PAGE}, ())
        assert self._kept(tmp_path, "abc") == "ac"

    def test_by_size(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(machine, "MOST_BYTES", 300_000)
        self._shelf(tmp_path, 100).put({"a": self.PAGE, "b": self.PAGE}, ())
        later = self._shelf(tmp_path, 101)
        assert later.get("a")
        later.put({}, ["a"])
        for key in "cdef":
            self._shelf(tmp_path, 102).put({key: self.PAGE}, ())
        kept = self._kept(tmp_path, "abcdef")
        assert "b" not in kept
        assert "f" in kept
        assert len(kept) >= 3
        for number in range(50):
            self._shelf(tmp_path, 102).put({str(number): self.PAGE}, ())
        assert database().stat().st_size < 600_000


def test_clean_removes_them_on_request(project: Path) -> None:
    output()
    assert "notes" not in invoke("clean").stderr
    assert database().exists()
    assert f"removed {database()}\n" in invoke("clean", "--user").stderr
    assert not database().exists()
    assert (database().parent / "secret").exists()
    assert invoke("clean", "--user").stderr == ""
