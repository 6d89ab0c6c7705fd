"""A file that looks as it did is not read, if no change could hide from the look."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from tests.caching import (
    FLOW,
    NAMES,
    PRICES,
    counted_analyses,
    entries,
    folder_at,
    make_project,
    output,
    plain_output,
    write,
)
from tests.command_line import enter_project, invoke
from wflint.cache import folder as cache_folder
from wflint.cache import looks
from wflint.files import listing
from wflint.run import check
from wflint.run.request import Request
from wflint.system import disk

HEAD = len(b"wflint-cache-2\n") + 16
SECOND = 1_000_000_000
pytestmark = pytest.mark.skipif(os.name == "nt", reason="nothing is recorded on Windows")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("WFLINT_NO_CACHE")
    monkeypatch.setattr(looks, "MARGIN", -SECOND)
    monkeypatch.setattr(check, "WORTH_WHILE", 0)
    root = make_project(enter_project(tmp_path, monkeypatch))
    for number in range(100):
        write(root / f"shop/views/page_{number}.py", "import json\n")
    return root


@contextmanager
def read_files() -> Iterator[set[str]]:
    """The names of the files that runs read."""
    names: set[str] = set()
    read = disk.read_file

    def note(path: str) -> bytes:
        data = read(path)
        names.add(os.path.basename(path))
        return data

    with mock.patch.object(check, "read_file", note):
        yield names


@contextmanager
def _same_looks() -> Iterator[None]:
    """Whatever happens to a file, it looks the same."""

    def look_of(about: os.stat_result) -> bytes:
        return array("q", (about.st_dev, 1, 1, 1, 1)).tobytes()

    with (
        mock.patch.object(listing, "look_of", look_of),
        mock.patch.object(looks, "look_of", look_of),
    ):
        yield


def record(root: Path) -> tuple[list[str], bytes]:
    """The paths in the record, and its rows."""
    (place,) = entries(root, "looks")
    paths, _, rows = place.read_bytes()[HEAD:].partition(b"\0\0")
    return [path for path in paths.decode().split("\0") if path], rows


class TestUnchangedFiles:
    def test_are_not_read(self) -> None:
        first = output()
        with read_files() as names:
            assert output() == first
        # The code of diagnostics is shown.
        assert names <= {"flow.py", "prices.py", "names.py", "other.py", "labels.py"}

    def test_are_not_read_by_a_run_that_asks_something_else(self) -> None:
        output()
        with read_files() as names:
            assert output("shop/other.py", "--show-gaps") == plain_output(
                "shop/other.py", "--show-gaps"
            )
        with read_files() as names:
            output("shop/prices.py")
        assert not [name for name in names if name.startswith("page_")]

    def test_are_read_without_a_cache(self) -> None:
        output()
        with read_files() as names:
            plain_output()
        assert "page_1.py" in names

    def test_are_read_in_another_checkout(self, project: Path) -> None:
        first = output()
        for number in range(100):
            place = project / f"shop/views/page_{number}.py"
            text = place.read_text()
            place.unlink()
            write(place, text)
        with read_files() as names, counted_analyses() as roots:
            assert output() == first
        assert "page_1.py" in names
        assert not roots  # the contents are the same

    def test_are_the_only_ones_that_are_not_read(self, project: Path) -> None:
        output()
        write(project / "shop/views/page_7.py", "import yaml\n")
        with read_files() as names:
            output()
        assert {name for name in names if name.startswith("page_")} == {"page_7.py"}


class TestNothingIsRecorded:
    def test_of_a_file_that_has_changed_just_now(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(looks, "MARGIN", 3600 * SECOND)
        output()
        assert not entries(project, "looks")
        monkeypatch.setattr(looks, "MARGIN", -SECOND)
        write(project / "shop/names.py", NAMES.replace("open", "iter"))
        ahead = disk.look_of
        with mock.patch.object(listing, "look_of", lambda about: ahead(_later(about))):
            output()
        assert not [path for path in record(project)[0] if path.endswith("names.py")]

    def test_where_a_change_leaves_no_trace_of_its_time(self, project: Path) -> None:
        stat = os.stat

        def of_fat(path: str, **how: Any) -> Any:
            about = stat(path, **how)
            if not os.path.basename(path).startswith("looks-0000"):
                return about
            return SimpleNamespace(
                st_dev=about.st_dev, st_mtime_ns=about.st_mtime_ns, st_ctime_ns=about.st_mtime_ns
            )

        with mock.patch.object(os, "stat", of_fat):
            output()
        assert entries(project, "result")
        assert not entries(project, "looks")

    def test_of_files_on_another_device(self, project: Path) -> None:
        clock = cache_folder.CacheFolder.clock

        def elsewhere(self: cache_folder.CacheFolder) -> tuple[int, int] | None:
            found = clock(self)
            return (found[0] + 1, found[1]) if found is not None else None

        with mock.patch.object(cache_folder.CacheFolder, "clock", elsewhere):
            output()
        assert not entries(project, "looks")

    def test_on_windows(self, project: Path) -> None:
        about = (project / "shop/flow.py").stat()
        with mock.patch.object(os, "name", "nt"):
            assert disk.look_of(about) == disk.NO_LOOK

    def test_by_a_run_with_the_text_of_an_editor(self, project: Path) -> None:
        (project / ".wflint_cache").mkdir()
        request = Request(texts={str(project / "shop/flow.py"): FLOW.encode()}, cache=True)
        check.check(request)
        assert not entries(project)

    def test_of_so_few_files_that_they_are_read_as_fast(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(check, "WORTH_WHILE", 200)
        assert output() == output()
        assert not entries(project, "looks")

    def test_for_a_few_files_of_many(self, project: Path) -> None:
        output()
        (place,) = entries(project, "looks")
        before = place.read_bytes()
        write(project / "shop/views/page_7.py", "import yaml\n")
        output()
        assert place.read_bytes() == before


def _later(about: os.stat_result) -> Any:
    """The same, but the file changes at this very moment if it is the one that was changed."""
    if about.st_size != len(NAMES.replace("open", "iter")):
        return about
    names = ("st_dev", "st_ino", "st_size", "st_mtime_ns")
    changed = {name: getattr(about, name) for name in names}
    return SimpleNamespace(**changed, st_ctime_ns=about.st_ctime_ns + 3600 * SECOND)


class TestTheTextOfAnEditor:
    def test_goes_before_what_is_recorded(self, project: Path) -> None:
        output()
        text = FLOW.replace("prices.label()", "str(open('x'))")
        request = Request(texts={str(project / "shop/flow.py"): text.encode()}, cache=True)
        found = check.check(request).diagnostics
        assert "shop/flow.py" in {one.filename for one in found}

    def test_goes_before_it_from_stdin(self, project: Path) -> None:
        output()
        text = FLOW.replace("prices.label()", "str(open('x'))")
        result = invoke("check", "-", "--stdin-filename", "shop/flow.py", stdin=text)
        assert "open" in result.stdout

    def test_may_make_a_workflow_of_a_file(self, project: Path) -> None:
        output()
        place = project / "shop/views/page_7.py"
        text = FLOW.replace("OrderWorkflow", "PageWorkflow").encode()
        request = Request(texts={str(place): text}, cache=True)
        assert check.check(request).stats.workflows == 3


class TestTheRecord:
    def test_forgets_files_that_are_gone(self, project: Path) -> None:
        output()
        for number in range(50):
            (project / f"shop/views/page_{number}.py").unlink()
        for number in range(10):
            write(project / f"shop/views/more_{number}.py", "")
        assert len(entries(project, "looks")) == 1
        output()
        paths, rows = record(project)
        assert not [path for path in paths if path.endswith("page_1.py")]
        assert len(rows) == len(paths) * looks._ROW

    def test_keeps_files_that_a_run_leaves_out(self, project: Path) -> None:
        output()
        for number in range(10):
            write(project / f"shop/views/more_{number}.py", "")
        output("--exclude", "page_*.py", "--extend-exclude", "extra/")
        with read_files() as names:
            output()
        assert not [name for name in names if name.startswith("page_")]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\xc1",
            b"/a\0/b\0\0" + b"x" * looks._ROW,
            b"/a",
            b"/a\0\0",
            b"\0\0" + b"x" * looks._ROW,
        ],
    )
    def test_of_another_shape_is_as_good_as_none(self, project: Path, body: bytes) -> None:
        wanted = output()
        (place,) = entries(project, "looks")
        folder_at(place.parent).write(place.name, body)
        with read_files() as names:
            assert output() == wanted
        assert "page_1.py" in names

    def test_of_somebody_else_is_not_believed(self, project: Path) -> None:
        wanted = output()
        (place,) = entries(project, "looks")
        cache_folder.CacheFolder(str(place.parent), b"x" * 32).write(
            place.name, place.read_bytes()[HEAD:]
        )
        with read_files() as names:
            assert output() == wanted
        assert "page_1.py" in names

    def test_is_dropped_when_a_file_is_not_what_it_seems(self, project: Path) -> None:
        with _same_looks():
            output()
            write(project / "shop/prices.py", PRICES.replace("CURRENCY", "LANGUAGE"))
            output("--select", "ALL")  # it is read to show its code
        assert record(project)[0] == []
        assert output() == plain_output()

    def test_is_not_made_where_nothing_has_to_do_with_temporal(self, project: Path) -> None:
        for name in ("flow", "other"):
            (project / f"shop/{name}.py").unlink()
        output()
        assert not (project / ".wflint_cache").exists()
