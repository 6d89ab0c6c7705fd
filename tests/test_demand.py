"""Only what a workflow needs is read, in as many processes as it takes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from wflint.facts import modules
from wflint.faults import InternalError
from wflint.program import prefetch
from wflint.request import Request, Result
from wflint.run import check

WORKFLOW = """\
from temporalio import workflow

from helpers import stamp


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> float:
        return stamp()
"""
HELPERS = """\
import time

import unrelated


def stamp() -> float:
    return time.time()


def broken_if_read() -> object:
    return {depth}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.wflint]\n")
    (tmp_path / "workflow.py").write_text(WORKFLOW)
    (tmp_path / "helpers.py").write_text(HELPERS.format(depth="1"))
    (tmp_path / "unrelated.py").write_text("import os\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def places(result: Result) -> list[tuple[str, int, str]]:
    return [(d.filename, d.location.row, d.code) for d in result.diagnostics]


def test_a_helper_is_read_only_when_a_call_leads_into_it(project: Path) -> None:
    for number in range(20):
        (project / f"other{number}.py").write_text("import unrelated\n")
    result = check(Request())
    assert places(result) == [("helpers.py", 7, "WFL101")]
    assert result.stats.files == 23
    assert result.stats.read == 3, "the sandbox imports what the helper imports"


def test_a_function_that_nothing_calls_is_not_read(project: Path) -> None:
    too_deep = "x" + " + x" * 1100
    (project / "helpers.py").write_text(HELPERS.format(depth=too_deep))
    result = check(Request())
    assert places(result) == [("helpers.py", 7, "WFL101")]


def many_workflows(project: Path) -> list[tuple[str, int, str]]:
    for number in range(12):
        text = WORKFLOW.replace("OrderWorkflow", f"Order{number}Workflow")
        (project / f"flow{number}.py").write_text(text + f"\n\nN = {number}\n")
    (project / "client.py").write_text("import temporalio\nbroken = = 1\n")
    return [("client.py", 2, "WFL001"), ("helpers.py", 7, "WFL101")]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
@pytest.mark.parametrize("jobs", [1, 2, 3, 50])
def test_any_number_of_processes_finds_the_same(project: Path, jobs: int) -> None:
    expected = many_workflows(project)
    result = check(Request(jobs=jobs))
    assert places(result) == expected
    assert result.diagnostics[1].other_entries == 12


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
def test_the_files_of_a_process_that_dies_are_still_checked(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = many_workflows(project)
    monkeypatch.setattr(prefetch, "_work", dying)
    result = check(Request(jobs=3))
    assert places(result) == expected
    assert result.warnings == ["2 of 3 processes died; their files were read all the same"]


def dying(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_progress_is_told_of_each_file(project: Path) -> None:
    many_workflows(project)
    told: list[tuple[int, int]] = []
    note: Callable[[int, int], None] = lambda done, total: told.append((done, total))  # noqa: E731
    check(Request(jobs=1, progress=note))
    assert told == [(number, 14) for number in range(14)]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
def test_a_process_that_fails_says_nothing_itself(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    many_workflows(project)
    monkeypatch.setattr(modules.ModuleReader, "read", failing)
    with pytest.raises(InternalError, match=r"flow0\.py"):
        check(Request(jobs=2))
    assert "Traceback" not in capfd.readouterr().err


def failing(*_: object) -> None:
    raise ZeroDivisionError
