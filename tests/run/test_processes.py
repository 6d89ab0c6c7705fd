"""Files are read in several processes; what happens to these changes nothing but the speed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from wflint.facts.modules import ModuleReader
from wflint.project import forking, prefetch, spawning
from wflint.project.prefetch import Method
from wflint.run.check import check
from wflint.run.request import Request, Result

METHODS: list[Method] = ["fork", "spawn"] if hasattr(os, "fork") else ["spawn"]
needs_fork = pytest.mark.skipif("fork" not in METHODS, reason="the system copies no processes")
either_way = pytest.mark.parametrize("method", METHODS)

WORKFLOW = """\
from temporalio import workflow

from helpers import stamp


@workflow.defn
class Order{number}Workflow:
    @workflow.run
    async def run(self) -> float:
        return stamp()
"""
FOUND = [("client.py", 2, "WFL001"), ("helpers.py", 5, "WFL101")]
SLOW = """\
import os, time
from wflint.facts.modules import ModuleReader

def slow(*_):
    open(f"reading-{os.getpid()}", "w").close()
    time.sleep(600)

ModuleReader.read = slow
"""
BEGINS = """\
import signal, sys
from wflint.__main__ import run
from wflint.project import prefetch, spawning

signal.signal(signal.SIGINT, signal.default_int_handler)  # `pytest &` has it ignored
slow, method = sys.argv[1:3]
code = f"exec({slow!r}); from {spawning.__name__} import main"
spawning._BEGIN = spawning._BEGIN.replace(f"from {spawning.__name__} import main", code)
exec(slow)
prefetch._method = lambda _: method
sys.argv = ["wflint", "check", "--jobs", "3"]
run()
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.wflint]\n")
    (tmp_path / "helpers.py").write_text(
        "import time\n\n\ndef stamp() -> float:\n    return time.time()\n"
    )
    (tmp_path / "client.py").write_text("import temporalio\nbroken = = 1\n")
    for number in range(12):
        (tmp_path / f"flow{number}.py").write_text(WORKFLOW.format(number=number))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def places(result: Result) -> list[tuple[str, int, str]]:
    return [(d.filename, d.location.row, d.code) for d in result.diagnostics]


@either_way
@pytest.mark.parametrize("jobs", [1, 3, pytest.param(50, marks=pytest.mark.exhaustive)])
def test_any_number_of_them_finds_the_same(project: Path, jobs: int, method: Method) -> None:
    result = check(Request(jobs=jobs, start_method=method))
    assert places(result) == FOUND
    assert result.diagnostics[1].other_entries == 11
    assert result.warnings == []


@either_way
def test_each_reads_what_the_request_brings_and_the_settings_say(
    project: Path, method: Method, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "pyproject.toml").write_text('[tool.wflint]\nworkflow-decorators = ["ours.flow"]\n')
    (project / "ours.py").write_text("def flow(cls: type) -> type:\n    return cls\n")
    code = WORKFLOW.format(number=3).replace("@workflow.defn", "@flow").replace("stamp()", "1.0")
    texts = {str(project / "flow3.py"): f"from ours import flow\n{code}".encode()}
    request = Request(texts=texts, start_method=method)
    read_here = count_reads(monkeypatch)
    result = check(msgspec.structs.replace(request, jobs=6))
    assert result.diagnostics[1].other_entries == 10
    assert len(read_here) < 5
    alone = check(msgspec.structs.replace(request, jobs=1))
    assert (alone.diagnostics, alone.stats.workflows) == (
        result.diagnostics,
        result.stats.workflows,
    )


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that gets the names of modules as this process reads them."""
    read, names = ModuleReader.read, []

    def counting(reader: ModuleReader, *rest: Any) -> Any:
        names.append(reader.facts.name)
        return read(reader, *rest)

    monkeypatch.setattr(ModuleReader, "read", counting)
    return names


def run_out_of_memory() -> None:
    raise MemoryError


@needs_fork
@pytest.mark.parametrize(
    "die",
    [lambda: os._exit(0), lambda: os.kill(os.getpid(), signal.SIGKILL), run_out_of_memory],
    ids=["exits", "is killed", "runs out of memory"],
)
@pytest.mark.parametrize("written", [False, True], ids=["silent", "half way"])
def test_the_files_of_one_that_dies_are_still_checked(
    project: Path, monkeypatch: pytest.MonkeyPatch, die: Callable[[], None], written: bool
) -> None:
    def dying(pipe: int, *_: object) -> None:
        try:
            if written:
                os.write(pipe, b"\x92\xdc")
            die()
        finally:
            os._exit(1)

    monkeypatch.setattr(forking, "_work", dying)
    result = check(Request(jobs=3, start_method="fork"))
    assert places(result) == FOUND
    assert result.warnings == ["2 of 3 processes died; their files were read all the same"]


@pytest.mark.parametrize(
    "code",
    ["1/0", "print('half way')", "import os; os.close(0); os._exit(0)", "print('x' * 99999)"],
)
def test_the_files_of_one_that_does_not_begin_are_still_checked(
    project: Path, monkeypatch: pytest.MonkeyPatch, code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(spawning, "_BEGIN", code)
    result = check(Request(jobs=3, start_method="spawn"))
    assert places(result) == FOUND
    assert result.warnings == ["2 of 3 processes died; their files were read all the same"]
    assert capfd.readouterr() == ("", "")


@either_way
def test_where_no_more_of_them_are_allowed_one_reads_all(
    project: Path, monkeypatch: pytest.MonkeyPatch, method: Method
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse, raising=False)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    assert places(check(Request(jobs=3, start_method=method))) == FOUND


@pytest.fixture(params=["darwin", pytest.param("win32", marks=pytest.mark.exhaustive)])
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what there is on Linux alone."""
    monkeypatch.setattr(prefetch, "sys", SimpleNamespace(platform=request.param, modules={}))
    for module, name in ((os, "fork"), (signal, "pthread_sigmask"), (os, "sched_getaffinity")):
        monkeypatch.delattr(module, name, raising=False)


@pytest.mark.usefixtures("elsewhere")
def test_where_they_cannot_be_copied_they_begin_from_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_here = count_reads(monkeypatch)
    result = check(Request(jobs=6))
    assert (places(result), result.warnings) == (FOUND, [])
    assert len(read_here) < 5


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("python", ["", "/usr/bin/uwsgi", "C:\\Program Files\\blender.exe"])
def test_where_python_is_part_of_another_program_one_reads_all(
    python: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", python)
    for jobs, said in ((4, ["on this system one process reads all files"]), (None, [])):
        result = check(Request(jobs=jobs))
        assert places(result) == FOUND
        assert result.warnings == said


@needs_fork
def test_a_process_with_threads_is_not_copied() -> None:
    asked = "from wflint.project import prefetch; print(prefetch._method(None))"
    alone = [sys.executable, "-c", asked]  # here other tests may have left threads
    assert subprocess.run(alone, capture_output=True, check=True).stdout.split() == [b"fork"]
    done = threading.Event()
    threading.Thread(target=done.wait).start()
    try:
        assert prefetch._method(lambda _: b"") == "spawn"
    finally:
        done.set()


@needs_fork
def test_one_that_fails_says_nothing_itself(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def failing(*_: object) -> Any:
        raise ZeroDivisionError

    monkeypatch.delenv("WFLINT_DEBUG")
    monkeypatch.setattr(ModuleReader, "read", failing)
    assert "WFL006" in {d.code for d in check(Request(jobs=2, start_method="fork")).diagnostics}
    assert "Traceback" not in capfd.readouterr().err


def started(project: Path, method: Method) -> subprocess.Popen[bytes]:
    """Return a run with three processes, all of which read something that has no end."""
    process = subprocess.Popen(
        [sys.executable, "-c", BEGINS, SLOW, method],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    while len(list(project.glob("reading-*"))) < 3:
        assert process.poll() is None
        time.sleep(0.01)
    return process


@needs_fork
@either_way
@pytest.mark.parametrize("to_all", [True, False], ids=["from the terminal", "to the first"])
def test_an_interrupt_ends_all_at_once_without_a_word(
    project: Path, to_all: bool, method: Method
) -> None:
    process = started(project, method)
    (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
    said, _ = process.communicate()
    assert (process.returncode, said) == (130, b"")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@needs_fork
def test_none_that_began_from_nothing_outlives_the_first(project: Path) -> None:
    process = started(project, "spawn")
    process.kill()
    process.wait()
    while True:  # without an end if one of them stays
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.01)


@needs_fork
def test_a_copy_that_is_left_alone_reads_nothing_more(project: Path) -> None:
    seen: list[str] = []
    pid = os.fork()
    if pid == 0:
        forking._work(1, os.getpid(), seen.append, lambda: b"", ["one.py"])  # has another parent
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1


HOSTILE = ("click", "encodings", "libcst", "marshal", "msgspec", "pickle", "threading", "wflint")
CALLER = """\
import sys
open("began", "a").write("once ")
clean = [entry for entry in sys.path if entry not in ("", sys.argv[1])]
sys.path[:] = clean
from wflint.run.check import check
from wflint.run.request import Request
from wflint.project import spawning
import wflint.checking.analysis, wflint.run.program_run, wflint.facts.bodies
sys.path[:] = ["", sys.argv[1], *clean]
result = check(Request(jobs=3, start_method="spawn"))
print([d.code for d in result.diagnostics], result.warnings)
"""


@pytest.mark.parametrize("way", ["script", pytest.param("-c", marks=pytest.mark.exhaustive)])
def test_one_that_begins_from_nothing_runs_nothing_of_the_folder_and_no_script(
    project: Path, way: str
) -> None:
    for name in HOSTILE:
        (project / f"{name}.py").write_text("open('imported', 'a').write(__name__)\n")
    (project / "caller.py").write_text(CALLER)
    given = ["caller.py"] if way == "script" else ["-c", CALLER]
    ran = subprocess.run(
        [sys.executable, *given, str(project)], capture_output=True, text=True, check=True
    )
    assert ran.stdout == "['WFL001', 'WFL101'] []\n"
    assert (project / "began").read_text() == "once "
    assert not (project / "imported").exists()
