"""Shared by the tests of fixing: files in a project of their own, and their mending."""

from __future__ import annotations

from pathlib import Path

from tests.harness import PROJECT_FILE
from wflint.fix.apply.rounds import Outcome, mend
from wflint.run.request import Request

CLOCK = """\
import time

from temporalio import workflow


@workflow.defn
class ClockWorkflow:
    @workflow.run
    async def run(self) -> float:
        return time.time()
"""
FIXED_CLOCK = CLOCK.replace("import time\n\n", "").replace("time.time()", "workflow.time()")

NAIVE = """\
from datetime import datetime

from temporalio import workflow


@workflow.defn
class NaiveWorkflow:
    @workflow.run
    async def run(self) -> str:
        return str(datetime.now())
"""
FIXED_NAIVE = NAIVE.replace("from datetime import datetime\n\n", "").replace(
    "datetime.now()", "workflow.now()"
)
CLEAN = FIXED_CLOCK


def make_project(folder: Path, settings: str = "") -> Path:
    """A project without files of its own."""
    (folder / "pyproject.toml").write_text(PROJECT_FILE + settings)
    return folder


def put(folder: Path, content: str | bytes, name: str = "flow.py") -> Path:
    """Write a file as it is."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def mend_in_memory(folder: Path, *paths: Path, unsafe: bool = False) -> Outcome:
    """Return the outcome of fixing a folder, or some files of it."""
    names = tuple(map(str, paths or [folder]))
    return mend(Request(paths=names, jobs=1), unsafe)


def mended(folder: Path, content: str | bytes, unsafe: bool = False) -> bytes:
    """Return a file after mending that is alone in its project, without any problem."""
    if not (folder / "pyproject.toml").exists():
        make_project(folder)
    file = put(folder, content)
    outcome = mend_in_memory(folder, file, unsafe=unsafe)
    assert outcome.result.problems == []
    return next((f.after for f in outcome.files), file.read_bytes())
