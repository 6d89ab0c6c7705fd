"""Whatever happens to the folder of the cache, a run says what it says without one."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from tests.caching import (
    counted_analyses,
    entries,
    folder_at,
    make_project,
    output,
    plain_output,
    secret,
)
from tests.command_line import enter_project
from wflint.cache import folder as cache_folder

NAME = "result-" + "0" * 32
OTHER_NAME = "result-" + "1" * 32
HEAD = len(b"wflint-cache-2\n") + 16


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("WFLINT_NO_CACHE")
    root = make_project(enter_project(tmp_path, monkeypatch))
    secret()  # there is one, whatever fails
    return root


def _sound(entry: Path, body: bytes) -> bytes:
    """A file with a body that the seal fits."""
    folder_at(Path("sound")).write(entry.name, body)
    return Path("sound", entry.name).read_bytes()


DAMAGE: dict[str, Callable[[Path, bytes], bytes]] = {
    "empty": lambda place, data: b"",
    "cut in the head": lambda place, data: data[:20],
    "cut in the middle": lambda place, data: data[: len(data) // 2],
    "cut at the end": lambda place, data: data[:-1],
    "longer": lambda place, data: data + b"\0",
    "a bit is turned": lambda place, data: data[:-40] + bytes([data[-40] ^ 1]) + data[-39:],
    "of another format": lambda place, data: data.replace(b"wflint-cache-", b"wflint-cache-9"),
    "not ours": lambda place, data: b"\x80\x04cos\nsystem\n",
    "sound, but no entry": lambda place, data: _sound(place, b"\xc1"),
    "sound, but of another shape": lambda place, data: _sound(place, b"\x93\x01\x02\x03"),
    "sound, but nested without end": lambda place, data: _sound(place, b"\x91" * 100_000),
    "sound, but with half a letter": lambda place, data: _sound(
        place, data[HEAD:].replace(b"shop", b"sh\xffp")
    ),
    "sound, but with a list that is promised": lambda place, data: _sound(
        place, b"\xdd" + 4 * b"\xff"
    ),
    "sound, but with names that are promised": lambda place, data: _sound(
        place, b"\xdf" + 4 * b"\xff"
    ),
    "sound, but of another name": lambda place, data: _sound(place.with_name(NAME), data[HEAD:]),
}


class TestADamagedEntry:
    @pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
    def test_is_as_good_as_none_and_replaced(
        self, project: Path, damage: Callable[[Path, bytes], bytes]
    ) -> None:
        wanted = output()
        for entry in entries(project):
            entry.write_bytes(damage(entry, entry.read_bytes()))
        with counted_analyses() as roots:
            assert output() == wanted
            assert output() == wanted
        assert len(roots) == 1

    @pytest.mark.parametrize("kind", ["folder", "pipe", "link without end", "link to an entry"])
    @pytest.mark.skipif(os.name == "nt", reason="needs pipes and links")
    def test_may_be_no_regular_file(self, project: Path, kind: str) -> None:
        wanted = output()
        for number, entry in enumerate(entries(project)):
            elsewhere = project / f"elsewhere{number}"
            entry.rename(elsewhere)
            make: dict[str, Callable[[], object]] = {
                "folder": entry.mkdir,
                "pipe": lambda: os.mkfifo(entry),  # noqa: B023
                "link without end": lambda: entry.symlink_to("/dev/zero"),  # noqa: B023
                "link to an entry": lambda: entry.symlink_to(elsewhere),  # noqa: B023
            }
            make[kind]()
        with counted_analyses() as roots:
            assert output() == wanted
        assert len(roots) == 1


class TestWhenNothingCanBeWritten:
    @pytest.mark.parametrize("failing", ["open", "os.replace", "os.makedirs"])
    def test_a_run_says_the_same(self, project: Path, failing: str) -> None:
        full = OSError(errno.ENOSPC, "No space left on device", "x")
        where = f"wflint.cache.folder.{failing}"
        with mock.patch(where, side_effect=full, create=failing == "open"):
            assert output() == plain_output()
            assert "no results are cached: x: No space left on device" in (output("-v")[2])
        assert not entries(project)

    def test_a_disk_that_fills_up_leaves_nothing_behind(self, project: Path) -> None:
        class Filling:
            def __init__(self, path: str, mode: str) -> None:
                self.stream = open(path, mode)  # noqa: SIM115

            def __enter__(self) -> Filling:
                return self

            def __exit__(self, *_: object) -> None:
                self.stream.close()

            def write(self, data: bytes) -> None:
                self.stream.write(data[:10])
                raise OSError(errno.ENOSPC, "No space left on device")

        folder_at(project / "full").write(NAME, b"before")
        with mock.patch("wflint.cache.folder.open", Filling, create=True):
            folder_at(project / "full").write(OTHER_NAME, b"x" * 100)
        assert [entry.name for entry in entries_in(project / "full")] == [NAME]

    def test_a_folder_with_other_things_in_it_is_not_marked(self, project: Path) -> None:
        folder_at(project / "shop").write(NAME, b"")
        assert not (project / "shop/.gitignore").exists()
        assert (project / "shop" / NAME).exists()

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may all")
    def test_a_folder_that_is_read_only_stays_as_it_is(self, project: Path) -> None:
        project.chmod(0o555)
        try:
            assert output() == plain_output()
        finally:
            project.chmod(0o755)
        assert not (project / ".wflint_cache").exists()

    def test_a_file_in_the_place_of_the_folder_stays_as_it_is(self, project: Path) -> None:
        (project / ".wflint_cache").write_text("mine")
        assert output() == plain_output()
        assert (project / ".wflint_cache").read_text() == "mine"

    def test_a_link_in_the_place_of_the_folder_is_not_followed(self, project: Path) -> None:
        elsewhere = project / "elsewhere"
        elsewhere.mkdir()
        (project / ".wflint_cache").symlink_to(elsewhere)
        assert output() == plain_output()
        assert not list(elsewhere.iterdir())


class TestTheFolderIsBounded:
    def test_what_was_not_used_for_the_longest_goes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(cache_folder, "MOST_BYTES", 1000)
        folder = folder_at(tmp_path / "cache")
        for name in (NAME, OTHER_NAME):
            folder.write(name, b"x" * 300)
        earlier = time.time() - 100
        for name in (NAME, OTHER_NAME):
            os.utime(tmp_path / "cache" / name, (earlier, earlier))
        assert folder.read(NAME)
        folder.write("facts-" + "2" * 32, b"x" * 400)
        folder.clean_up()
        assert sorted(p.name[:8] for p in entries_in(tmp_path / "cache")) == [
            "facts-22",
            "result-0",
        ]

    def test_by_each_run_that_writes(self, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        wanted = output()
        monkeypatch.setattr(cache_folder, "MOST_BYTES", 0)
        (project / "shop/names.py").write_text("")
        output()
        assert not entries(project)
        assert plain_output() != wanted

    def test_what_nobody_uses_goes_in_time(self, tmp_path: Path) -> None:
        folder = folder_at(tmp_path / "cache")
        folder.write(NAME, b"")
        torn = tmp_path / "cache" / f"{NAME}.1a2b.tmp"  # of a run that was killed
        torn.write_bytes(b"wflint-ca")
        mine = tmp_path / "cache" / "notes.txt"
        alike = tmp_path / "cache" / f"facts-{32 * 'f'}"  # the name alone is no proof
        for place in (mine, alike):
            place.write_text("mine")
        for place in (torn, mine, alike, tmp_path / "cache" / NAME):
            os.utime(place, (1, 1))
        folder.write(OTHER_NAME, b"")
        folder.clean_up()
        assert {p.name for p in entries_in(tmp_path / "cache")} == {OTHER_NAME, alike.name}
        assert mine.exists()


def entries_in(folder: Path) -> list[Path]:
    return list(folder.glob("*-*"))


@pytest.mark.parametrize("times", [1, pytest.param(3, marks=pytest.mark.exhaustive)])
def test_several_runs_at_once_say_the_same(project: Path, times: int) -> None:
    command = [sys.executable, "-m", "wflint", "check", "--output-format", "json"]
    for _ in range(times):
        running = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(4)
        ]
        said = {process.communicate()[0] for process in running}
        assert said == {plain_output("--output-format", "json")[1]}
        assert {process.returncode for process in running} == {1}
    assert not list((project / ".wflint_cache").glob("*.tmp"))


def test_a_run_that_is_killed_while_it_writes_harms_no_other(project: Path) -> None:
    wanted = output()
    for entry in entries(project):
        entry.rename(entry.with_name(entry.name + ".1a2b.tmp"))
    assert output() == wanted == output()


def test_an_entry_is_data_and_runs_nothing(project: Path) -> None:
    wanted = output()
    marker = project / "ran"
    for entry in entries(project):
        entry.write_bytes(
            _sound(entry, b"cposix\nsystem\n(S'touch " + os.fsencode(marker) + b"'\ntR.")
        )
    assert output() == wanted
    assert not marker.exists()


def test_of_another_build_nothing_is_used(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = output()
    monkeypatch.setattr("wflint.run.results.build_id", lambda plugins: "another")
    with counted_analyses() as roots:
        assert output() == wanted
    assert len(roots) == 1


def test_a_rule_that_is_edited_is_another_build(tmp_path: Path) -> None:
    from wflint.cache.build import _look_of

    rule = tmp_path / "rules/time/clock.py"
    rule.parent.mkdir(parents=True)
    rule.write_text("one")
    before = _look_of(str(tmp_path / "rules"))
    rule.write_text("other")
    assert _look_of(str(tmp_path / "rules")) != before
