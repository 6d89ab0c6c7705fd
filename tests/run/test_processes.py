"""Files are read in several processes; what happens to these changes nothing but the speed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from wflint.facts.modules import ModuleReader
from wflint.project import prefetch
from wflint.run.check import check
from wflint.run.request import Request, Result

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")

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
import os, signal, sys, time
from wflint.facts.modules import ModuleReader
from wflint.__main__ import run

def slow(*_):
    open(f"reading-{os.getpid()}", "w").close()
    time.sleep(600)

signal.signal(signal.SIGINT, signal.default_int_handler)  # `pytest &` has it ignored
ModuleReader.read = slow
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


@pytest.mark.parametrize("jobs", [1, 2, 3, 50])
def test_any_number_of_them_finds_the_same(project: Path, jobs: int) -> None:
    result = check(Request(jobs=jobs))
    assert places(result) == FOUND
    assert result.diagnostics[1].other_entries == 11
    assert result.warnings == []


def run_out_of_memory() -> None:
    raise MemoryError


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

    monkeypatch.setattr(prefetch, "_work", dying)
    result = check(Request(jobs=3))
    assert places(result) == FOUND
    assert result.warnings == ["2 of 3 processes died; their files were read all the same"]


def test_where_no_more_of_them_are_allowed_one_reads_all(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    assert places(check(Request(jobs=3))) == FOUND


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_where_they_cannot_be_forked_one_reads_all(
    system: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefetch, "sys", SimpleNamespace(platform=system))
    for module, name in ((os, "fork"), (signal, "pthread_sigmask"), (os, "sched_getaffinity")):
        monkeypatch.delattr(module, name)
    for jobs, said in ((4, ["on this system one process reads all files"]), (None, [])):
        result = check(Request(jobs=jobs))
        assert places(result) == FOUND
        assert result.warnings == said


def test_one_that_fails_says_nothing_itself(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def failing(*_: object) -> Any:
        raise ZeroDivisionError

    monkeypatch.delenv("WFLINT_DEBUG")
    monkeypatch.setattr(ModuleReader, "read", failing)
    assert "WFL006" in {d.code for d in check(Request(jobs=2)).diagnostics}
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("to_all", [True, False], ids=["from the terminal", "to the first"])
def test_an_interrupt_ends_all_at_once_without_a_word(project: Path, to_all: bool) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    while len(list(project.glob("reading-*"))) < 3:
        assert process.poll() is None
        time.sleep(0.01)
    (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
    said, _ = process.communicate()
    assert (process.returncode, said) == (130, b"")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
