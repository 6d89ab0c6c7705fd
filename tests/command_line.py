"""Shared by the tests of the command line."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from wflint.cli.main import main
from wflint.diagnostics import Applicability, Diagnostic, Edit, Fix, Location, Severity
from wflint.run.request import Request, Stats
from wflint.run.request import Result as RunResult

CLOCK = """\
from datetime import datetime

from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return str(datetime.now())
"""
FOUND = Diagnostic(
    code="WFL101",
    name="wall-clock-time",
    severity=Severity.ERROR,
    message="`datetime.now()` reads the wall clock; use `workflow.now()`",
    filename="flow.py",
    location=Location(10, 20),
    end_location=Location(10, 34),
    scope="workflow",
    fix=Fix(
        Applicability.UNSAFE,
        "Use `workflow.now()`",
        (Edit("workflow.now()", Location(10, 20), Location(10, 34)),),
    ),
)
LINE = "flow.py:10:20: WFL101 wall-clock-time error [**] `datetime.now()` reads the wall clock"


def enter_project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the folder a project and the working directory."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "WFLINT_OUTPUT_FORMAT"):
        monkeypatch.delenv(name, raising=False)
    (folder / "pyproject.toml").write_text("[tool.wflint]\n")
    monkeypatch.chdir(folder)
    return folder


def invoke(*arguments: str, stdin: str | bytes | None = None) -> Result:
    """Run wflint in this process."""
    # Before click 8.2, stderr was part of stdout unless this was said.
    old = "mix_stderr" in inspect.signature(CliRunner).parameters
    flags: dict[str, Any] = {"mix_stderr": False} if old else {}
    return CliRunner(**flags).invoke(main, arguments, input=stdin)


def answer_with_one_diagnostic(monkeypatch: pytest.MonkeyPatch) -> RunResult:
    """Make every run answer this, instead of reading files."""
    result = RunResult([FOUND], Stats(files=1, workflows=1), sources={"flow.py": CLOCK})
    monkeypatch.setattr("wflint.run.check.check", lambda request: result)
    return result


def remember_requests(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """Make every run answer nothing; the list is filled with what was asked for."""
    seen: list[Request] = []

    def check(request: Request) -> RunResult:
        seen.append(request)
        return RunResult()

    monkeypatch.setattr("wflint.run.check.check", check)
    return seen
