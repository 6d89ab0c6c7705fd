"""`wrong-timeout-class` says what a timeout that nobody gets leads to, where that is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import harness
from tests.harness import Fixture
from wflint.diagnostics import Applicability, Diagnostic

FLOW = """\
import asyncio
from datetime import timedelta

from temporalio import exceptions, workflow


@workflow.defn
class Flow:
    def __init__(self) -> None:
        self.ready = False

    async def wait(self) -> None:
        await workflow.wait_condition(lambda: self.ready, timeout=timedelta(seconds=5))

    async def helper(self) -> None:
{helper}

    @workflow.update
    async def approve(self) -> None:
{update}

    @workflow.run
    async def run(self) -> None:
{run}
"""
WRONG = """\
        try:
            await self.wait()
        except {error}:
            self.ready = True
"""
TIMED_OUT = ["TimeoutError", "exceptions.TimeoutError"]
NOTHING = "        pass\n"
CALLS = "        await self.helper()\n"
CATCHES = (
    "        try:\n            await self.helper()\n        except Exception:\n            pass\n"
)


def told(folder: Path, **parts: str) -> Diagnostic:
    """The one diagnostic on a handler in some methods."""
    file = folder / "flow.py"
    methods = {name: parts.get(name, NOTHING) for name in ("helper", "update", "run")}
    file.write_text(FLOW.format(**methods), encoding="utf-8")
    root = harness.copy_to(Fixture("flow", file), folder)
    (one,) = [d for d in harness.run(root).diagnostics if d.code == "WFL709"]
    return one


@pytest.mark.parametrize("error", TIMED_OUT)
def test_in_the_run_method_it_fails_the_workflow(error: str, tmp_path: Path) -> None:
    found = told(tmp_path, run=WRONG.format(error=error))
    assert ", which fails the workflow; catch " in found.message
    assert found.fix is not None
    assert found.fix.applicability is Applicability.SAFE


@pytest.mark.parametrize("error", TIMED_OUT)
def test_in_an_update_handler_it_fails_the_update(error: str, tmp_path: Path) -> None:
    found = told(tmp_path, update=CALLS, helper=WRONG.format(error=error))
    assert ", which fails the update; catch " in found.message


@pytest.mark.parametrize("error", TIMED_OUT)
def test_where_both_call_it_nothing_is_said(error: str, tmp_path: Path) -> None:
    found = told(tmp_path, run=CALLS, update=CALLS, helper=WRONG.format(error=error))
    assert "which fails" not in found.message


def test_where_a_caller_catches_it_nothing_is_said(tmp_path: Path) -> None:
    found = told(tmp_path, run=CATCHES, helper=WRONG.format(error="exceptions.TimeoutError"))
    assert "which fails" not in found.message
