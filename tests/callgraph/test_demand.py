"""Only what a workflow needs is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from wflint.progress import Tell
from wflint.run.check import check
from wflint.run.request import Request, Result

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


def test_progress_is_told_in_all_phases(project: Path) -> None:
    (project / "client.py").write_text("import temporalio\n")
    told: dict[str, list[tuple[int, int]]] = {}
    note: Tell = lambda does, *far: told.setdefault(does, []).append(far)  # noqa: E731
    check(Request(jobs=1, progress=note))
    assert list(told) == [
        "Looking for workflows",
        "Reading files",
        "Following calls",
        "Checking rules",
        "Looking for fixes",
    ]
    assert told["Reading files"] == [(1, 2), (2, 2)]
    for far in told.values():
        assert all(done <= total for done, total in far)
        assert far[-1][0] == far[-1][1]


ENGINE = """\
from temporalio import workflow


def durable(cls):
    return workflow.defn(cls)


main = workflow.run
"""
HOUSE = """\
import time

from engine import durable, main


@durable
class HouseWorkflow:
    @main
    async def run(self) -> float:
        return time.time()
"""


def test_names_of_the_project_are_looked_for_in_bytes(project: Path) -> None:
    (project / "engine.py").write_text(ENGINE)
    (project / "house.py").write_text(HOUSE)
    for number in range(20):
        (project / f"other{number}.py").write_text(f"main = {number}\n")
    result = check(Request())
    assert ("house.py", 10, "WFL101") in places(result)
    assert result.stats.workflows == 2
    assert result.stats.read == 5, "of the others only the word is known, and not where it is from"
    assert not any(name in result.sources for name in ("other0.py", "engine.py"))


def test_a_file_that_names_no_decorator_is_not_read(project: Path) -> None:
    text = "from temporalio import workflow\n\n\ndef now():\n    return workflow.now()\n"
    (project / "client.py").write_text(text)
    assert check(Request()).stats.read == 3
