"""Whatever happens while files are fixed: each is the old one or the new one, and whole."""

from __future__ import annotations

import errno
import os
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from tests.command_line import enter_project, invoke
from tests.mending import CLOCK, FIXED_CLOCK, put
from wflint.fix.apply import write as writing
from wflint.fix.apply.rounds import mend
from wflint.fix.apply.write import NotWritten
from wflint.run.check import check
from wflint.system.borders import Border

OLD, NEW = b"old\n" * 5_000, b"new!\n" * 7_000
posix = pytest.mark.skipif(os.name == "nt", reason="signals, links and owners are others there")
not_root = pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere"
)
root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)


def write(path: str, before: bytes, after: bytes) -> None:
    """Write a file of a project that is all in one folder."""
    writing.write(path, before, after, Border(os.path.dirname(path)))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two files to fix, and its folder as the working directory."""
    for name in ("first.py", "second.py"):
        put(tmp_path, CLOCK, name)
    return enter_project(tmp_path, monkeypatch)


def fix_all(*arguments: str) -> tuple[int, list[str]]:
    """Fix everything; gives the exit code and what is said about problems."""
    result = invoke("check", "--fix", "--quiet", *(arguments or ["."]))
    assert "Traceback" not in result.stderr
    return result.exit_code, result.stderr.splitlines()


def names(folder: Path) -> list[str]:
    """Return the names in a folder."""
    return sorted(path.name for path in folder.iterdir())


class TestStopped:
    """In the middle of writing, at each line of the code that writes."""

    @staticmethod
    def stop_at(line: int, signal_number: int, file: Path) -> int:
        """Write in a process that is sent a signal at one of the lines; gives its end."""
        pid = os.fork()
        if pid:
            return os.waitpid(pid, 0)[1]
        left = line

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal left
            if frame.f_code.co_filename != writing.__file__:
                return None
            if event == "line":
                left -= 1
                if left == 0:
                    signal.raise_signal(signal_number)
            return trace

        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            sys.settrace(trace)
            write(str(file), OLD, NEW)
        finally:
            sys.settrace(None)
            os._exit(0)

    def ends(self, folder: Path, number: int) -> list[tuple[bytes, list[str]]]:
        """For each line: the content of the file and the names in the folder afterwards."""
        found: list[tuple[bytes, list[str]]] = []
        for line in range(1, 200):
            file = put(folder, OLD)
            end = self.stop_at(line, number, file)
            found.append((file.read_bytes(), names(folder)))
            for name in set(names(folder)) - {"flow.py"}:
                (folder / name).unlink()
            if not os.WIFSIGNALED(end):
                return found
        raise AssertionError("it never came to the end")

    @posix
    def test_killed(self, tmp_path: Path) -> None:
        ends = self.ends(tmp_path, signal.SIGKILL)
        assert {content for content, _ in ends} == {OLD, NEW}
        # Nobody can tidy up after this one.
        assert any(len(left) == 2 for _, left in ends)

    @posix
    @pytest.mark.parametrize(
        "name",
        [
            "SIGTERM",
            pytest.param("SIGHUP", marks=pytest.mark.exhaustive),
            pytest.param("SIGINT", marks=pytest.mark.exhaustive),
        ],
    )
    def test_asked_to_end(self, tmp_path: Path, name: str) -> None:
        ends = self.ends(tmp_path, getattr(signal, name))
        assert {content for content, _ in ends} == {OLD, NEW}
        assert all(left == ["flow.py"] for _, left in ends)

    def test_an_interrupt_waits_until_the_file_is_whole(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = put(tmp_path, OLD)
        monkeypatch.setattr(os, "fsync", lambda _: signal.raise_signal(signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            write(str(file), OLD, NEW)
        assert file.read_bytes() == NEW
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def test_an_interrupted_run_says_nothing_and_leaves_whole_files(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "fsync", lambda _: signal.raise_signal(signal.SIGINT))
        code, said = fix_all()
        assert (code, said) == (130, [])
        assert (project / "first.py").read_text() == FIXED_CLOCK
        assert (project / "second.py").read_text() == CLOCK
        assert names(project) == ["first.py", "pyproject.toml", "second.py"]


def fails(number: int) -> Callable[..., Any]:
    """A function that always fails."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


FAULTS = [
    pytest.param("tempfile.mkstemp", id="no place for a new file"),
    pytest.param("os.fsync", id="while writing"),
    pytest.param("os.utime", id="after writing"),
    pytest.param("shutil.copystat", id="no place for attributes"),
    pytest.param("os.replace", id="at the last step"),
    pytest.param("os.stat", id="before the first step"),
]


class TestNoSpace:
    @pytest.mark.parametrize("function", FAULTS)
    def test_old_file_stays_and_nothing_is_left_behind(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
    ) -> None:
        file = put(tmp_path, OLD)
        with monkeypatch.context() as patch:
            patch.setattr(function, fails(errno.ENOSPC))
            with pytest.raises(NotWritten) as caught:
                write(str(file), OLD, NEW)
        no_space = os.strerror(errno.ENOSPC)
        assert caught.value.reason == f"could not be written, so it was not fixed: {no_space}"
        assert file.read_bytes() == OLD
        assert names(tmp_path) == ["flow.py"]

    @posix
    def test_the_system_itself_refuses_more_bytes(self, tmp_path: Path) -> None:
        import resource

        file = put(tmp_path, OLD)
        pid = os.fork()
        if not pid:
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(OLD), len(OLD)))
            try:
                write(str(file), OLD, NEW)
            except NotWritten as error:
                os._exit(7 if os.strerror(errno.EFBIG) in error.reason else 1)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
        assert file.read_bytes() == OLD
        assert names(tmp_path) == ["flow.py"]

    def test_other_files_are_fixed_all_the_same(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rename = os.replace

        def replace(source: str, target: str) -> None:
            if target.endswith("first.py"):
                raise OSError(errno.ENOSPC, "No space left on device")
            rename(source, target)

        monkeypatch.setattr(os, "replace", replace)
        code, said = fix_all()
        line = "could not be written, so it was not fixed: No space left on device"
        assert (code, said) == (2, [f"wflint: first.py {line}"])
        assert (project / "first.py").read_text() == CLOCK
        assert (project / "second.py").read_text() == FIXED_CLOCK

    def test_what_could_not_be_fixed_is_still_reported(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "fsync", fails(errno.ENOSPC))
        result = invoke("check", "--fix", "first.py")
        assert "first.py:10:16: WFL101" in result.stdout
        assert "Fixed" not in result.stderr


class TestReadOnly:
    def test_a_file_that_is_read_only_is_refused_to_root_as_well(self, project: Path) -> None:
        (project / "first.py").chmod(0o444)
        line = "is read-only, so it was not fixed; make it writable and run again"
        assert fix_all() == (2, [f"wflint: first.py {line}"])
        assert (project / "first.py").read_text() == CLOCK
        assert (project / "second.py").read_text() == FIXED_CLOCK

    @not_root
    def test_a_folder_that_is_read_only(self, project: Path) -> None:
        put(project / "shut", CLOCK)
        (project / "shut").chmod(0o555)
        try:
            code, (line,) = fix_all("shut", "second.py")
        finally:
            (project / "shut").chmod(0o755)
        assert code == 2
        assert line.startswith("wflint: shut/flow.py could not be written, so it was not fixed: ")
        assert (project / "second.py").read_text() == FIXED_CLOCK

    def test_a_file_of_somebody_else_who_lets_nobody_write(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "access", lambda path, _: not path.endswith("first.py"))
        code, (line,) = fix_all()
        assert (code, "first.py is read-only" in line) == (2, True)
        assert (project / "first.py").read_text() == CLOCK


class TestLinks:
    @posix
    def test_a_link_stays_a_link(self, project: Path) -> None:
        put(project / "real", CLOCK, "file.txt")
        os.symlink("real/file.txt", project / "link.py")
        assert fix_all("link.py")[0] == 0
        assert os.readlink(project / "link.py") == "real/file.txt"
        assert (project / "real" / "file.txt").read_text() == FIXED_CLOCK
        assert names(project / "real") == ["file.txt"]

    @posix
    def test_a_file_named_by_a_link_as_well_is_fixed_once(self, project: Path) -> None:
        os.symlink("first.py", project / "again.py")
        assert fix_all("first.py", "again.py") == (0, [])
        assert (project / "first.py").read_text() == FIXED_CLOCK

    @posix
    def test_a_file_of_another_project_that_is_linked_here(self, project: Path) -> None:
        put(project / "other", "[tool.wflint]\n", "pyproject.toml")
        put(project / "other", CLOCK)
        os.symlink("other/flow.py", project / "link.py")
        assert fix_all("link.py", "other") == (0, [])
        assert (project / "other" / "flow.py").read_text() == FIXED_CLOCK
        assert (project / "link.py").is_symlink()

    @posix
    def test_each_of_two_hard_links_is_fixed_by_its_name(self, project: Path) -> None:
        os.link(project / "first.py", project / "twin.py")
        assert fix_all("first.py") == (0, [])
        assert (project / "first.py").read_text() == FIXED_CLOCK
        assert (project / "twin.py").read_text() == CLOCK
        assert fix_all("twin.py") == (0, [])
        assert (project / "twin.py").read_text() == FIXED_CLOCK

    @posix
    def test_a_link_that_leads_nowhere(self, tmp_path: Path) -> None:
        os.symlink("gone.py", tmp_path / "link.py")
        with pytest.raises(NotWritten):
            write(str(tmp_path / "link.py"), OLD, NEW)
        assert names(tmp_path) == ["link.py"]


class TestMode:
    @posix
    @pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755, 0o2755, 0o4711])
    def test_permissions_are_kept(self, tmp_path: Path, mode: int) -> None:
        file = put(tmp_path, OLD)
        file.chmod(mode)
        before = os.umask(0o077)
        try:
            write(str(file), OLD, NEW)
        finally:
            os.umask(before)
        assert stat.S_IMODE(file.stat().st_mode) == mode

    @posix
    @root
    def test_owner_and_group_are_kept(self, tmp_path: Path) -> None:
        file = put(tmp_path, OLD)
        os.chown(file, 4321, 1234)
        file.chmod(0o4755)
        write(str(file), OLD, NEW)
        found = file.stat()
        assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (4321, 1234, 0o4755)

    @posix
    @root
    def test_an_owner_who_cannot_be_kept_is_not_robbed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = put(tmp_path, OLD)
        os.chown(file, 4321, 1234)
        monkeypatch.setattr(os, "chown", fails(errno.EPERM))
        with pytest.raises(NotWritten, match="belongs to somebody else") as caught:
            write(str(file), OLD, NEW)
        assert caught.value.reason.endswith("run wflint as its owner")
        assert file.read_bytes() == OLD
        assert names(tmp_path) == ["flow.py"]

    @posix
    def test_a_group_that_may_not_be_given_is_no_obstacle(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = put(tmp_path, OLD)
        monkeypatch.setattr(os, "chown", fails(errno.EPERM))
        write(str(file), OLD, NEW)
        assert file.read_bytes() == NEW

    @pytest.mark.skipif(not hasattr(os, "setxattr"), reason="needs extended attributes")
    def test_attributes_are_kept(self, tmp_path: Path) -> None:
        file = put(tmp_path, OLD)
        try:
            os.setxattr(file, "user.note", b"mine")
        except OSError:
            pytest.skip("this file system has no attributes")
        write(str(file), OLD, NEW)
        assert os.getxattr(file, "user.note") == b"mine"

    def test_the_file_counts_as_changed_now(self, tmp_path: Path) -> None:
        file = put(tmp_path, OLD)
        os.utime(file, (1, 1))
        write(str(file), OLD, NEW)
        assert file.stat().st_mtime > 1

    @posix
    def test_the_longest_name(self, tmp_path: Path) -> None:
        file = put(tmp_path, OLD, "x" * 252 + ".py")
        write(str(file), OLD, NEW)
        assert file.read_bytes() == NEW


Change = Callable[[Path], object]


def make_folder(file: Path) -> None:
    """Put a folder in the place of a file."""
    file.unlink()
    file.mkdir()


class TestChangedMeanwhile:
    """Somebody else works on the same file."""

    EDITED = CLOCK + "# edited\n"

    @posix
    def test_a_lock_that_is_never_given_back_is_named_and_not_waited_for_long(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Those who hold it may be anybody; the next file is not waited for again."""
        import fcntl

        monkeypatch.setattr(writing, "LONGEST_WAIT", 0.2)
        monkeypatch.setattr(writing, "_QUIET", 0.0)
        pauses: list[float] = []
        sleep = time.sleep

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            sleep(seconds)

        monkeypatch.setattr(time, "sleep", pause)
        with open("first.py") as first, open("second.py") as second:
            for file in (first, second):
                fcntl.flock(file, fcntl.LOCK_EX)
            result = invoke("check", "--fix", "--unsafe-fixes", "--quiet")
        waited, *refused = result.stderr.splitlines()
        assert waited == (
            "wflint: first.py is locked by another process, such as another run of wflint; "
            "waiting for it, at most 0.2 seconds"
        )
        assert refused == [
            f"wflint: {name}.py is locked by another process, so it was not fixed; "
            "wait for that, or end it, and run again"
            for name in ("first", "second")
        ]
        assert result.exit_code == 2
        assert sum(pauses) < 1
        assert Path("first.py").read_text() == Path("second.py").read_text() == CLOCK
        assert len(names(project)) == 3, "nothing is left behind"

    @posix
    def test_a_lock_that_is_given_back_is_waited_for(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import fcntl

        file = put(tmp_path, OLD)
        with file.open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            monkeypatch.setattr(time, "sleep", lambda _: fcntl.flock(held, fcntl.LOCK_UN))
            write(str(file), OLD, NEW)
        assert file.read_bytes() == NEW

    @posix
    def test_an_interrupt_ends_the_waiting(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import fcntl

        def interrupt(_: float) -> None:
            raise KeyboardInterrupt

        file = put(tmp_path, OLD)
        with file.open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            monkeypatch.setattr(time, "sleep", interrupt)
            with pytest.raises(KeyboardInterrupt):
                write(str(file), OLD, NEW)
        assert file.read_bytes() == OLD

    @posix
    def test_a_file_that_takes_no_lock_is_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import fcntl

        def refuse(*_: object) -> None:
            raise OSError(errno.ENOLCK, "no locks here")

        monkeypatch.setattr(fcntl, "flock", refuse)
        file = put(tmp_path, OLD)
        write(str(file), OLD, NEW)
        assert file.read_bytes() == NEW

    def test_where_there_are_no_locks_the_bytes_are_compared(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "fcntl", None)  # as on Windows
        file = put(tmp_path, OLD)
        write(str(file), OLD, NEW)
        assert file.read_bytes() == NEW
        with pytest.raises(NotWritten, match="has changed while wflint ran"):
            write(str(file), OLD, b"other")
        assert file.read_bytes() == NEW
        assert names(tmp_path) == ["flow.py"]

    @posix
    @pytest.mark.parametrize("other", [b"other", NEW], ids=["another text", "the same text"])
    def test_two_runs_write_one_after_the_other(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: bytes
    ) -> None:
        """The second begins when the first has compared the bytes and not yet replaced the file."""
        file = put(tmp_path, OLD)
        replace, said = os.replace, []

        def second() -> None:
            try:
                write(str(file), OLD, other)
            except NotWritten as error:
                said.append(error.reason)

        thread = threading.Thread(target=second)

        def replace_late(*arguments: Any) -> None:
            monkeypatch.setattr(os, "replace", replace)
            thread.start()
            thread.join(0.2)  # without a lock it is done by then
            replace(*arguments)

        monkeypatch.setattr(os, "replace", replace_late)
        write(str(file), OLD, NEW)
        thread.join()
        assert file.read_bytes() == NEW
        refused = ["has changed while wflint ran, so it was not fixed; run it again"]
        assert said == ([] if other == NEW else refused)
        assert names(tmp_path) == ["flow.py"]

    @pytest.mark.parametrize("moment", ["os.fsync", "os.utime", "tempfile.mkstemp", "os.stat"])
    def test_a_change_at_any_moment_is_kept(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
    ) -> None:
        file = put(tmp_path, OLD)
        module, _, name = moment.partition(".")
        original = getattr(sys.modules[module], name)

        def meddle(*arguments: Any, **options: Any) -> Any:
            file.write_bytes(b"edited")
            return original(*arguments, **options)

        with monkeypatch.context() as patch:
            patch.setattr(sys.modules[module], name, meddle)
            with pytest.raises(NotWritten, match="has changed while wflint ran"):
                write(str(file), OLD, NEW)
        assert file.read_bytes() == b"edited"
        assert names(tmp_path) == ["flow.py"]

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            pytest.param(
                lambda file: file.write_text(TestChangedMeanwhile.EDITED),
                "first.py has changed while wflint ran, so it was not fixed; run it again",
                id="edited",
            ),
            pytest.param(Path.unlink, "No such file or directory", id="deleted"),
            pytest.param(make_folder, "Is a directory", id="a folder in its place"),
        ],
    )
    def test_before_files_are_written(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, change: Change, said: str
    ) -> None:
        def mend_and_change(*arguments: Any) -> Any:
            outcome = mend(*arguments)
            change(project / "first.py")
            return outcome

        monkeypatch.setattr("wflint.fix.apply.command.mend", mend_and_change)
        code, lines = fix_all()
        assert (code, len(lines), said in lines[0]) == (2, 1, True), lines
        assert (project / "second.py").read_text() == FIXED_CLOCK
        assert [n for n in names(project) if n != "first.py"] == ["pyproject.toml", "second.py"]

    @pytest.mark.parametrize("change", [lambda f: f.write_text("x"), Path.unlink, make_folder])
    def test_between_two_rounds(
        self, project: Path, monkeypatch: pytest.MonkeyPatch, change: Change
    ) -> None:
        checked: list[int] = []

        def check_and_change(request: Any, **caches: Any) -> Any:
            result = check(request, **caches)
            checked.append(1)
            if len(checked) == 1:
                change(project / "first.py")
            return result

        monkeypatch.setattr("wflint.fix.apply.rounds.check", check_and_change)
        code, lines = fix_all()
        assert code == 2
        assert len(lines) == 1, lines
        assert lines[0].startswith("wflint: first.py")
        assert (project / "second.py").read_text() == FIXED_CLOCK
