"""`blocking-sleep` never advises something that Python or the SDK does not allow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import harness
from tests.harness import Fixture

FLOW = """\
import time
from temporalio import workflow
from temporalio.workflow import query


class Clerk:
    {helper}
        time.sleep(1)


@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
        self.made, self.nap = Clerk(), lambda: {sleep}
        self.made.wait()
        self.nap()

    @workflow.update
    async def change(self) -> None:
        pass

    {method}
        time.sleep(1)
"""


def told(folder: Path, **parts: str) -> set[str]:
    """The advice that each `time.sleep()` gets."""
    source = FLOW.format(
        **{"helper": "def other(self):", "method": "def other(self):", "sleep": "None", **parts}
    )
    file = folder / "flow.py"
    file.write_text(source, encoding="utf-8")
    root = harness.copy_to(Fixture("flow", file), folder)
    found = [d.message for d in harness.run(root).diagnostics if d.code == "WFL104"]
    return {message.partition("; ")[2] for message in found}


@pytest.mark.parametrize(
    "parts",
    [
        {"method": "def __init__(self):"},
        {"method": "@workflow.init\n    def __init__(self, name: str = ''):"},
        {"method": "@workflow.query\n    def state(self):"},
        {"method": "@query(name='state')\n    def state(self):"},
        {"method": "@change.validator\n    def check(self):"},
        {"helper": "def __init__(self):"},
        {"sleep": "time.sleep(1)"},
    ],
    ids=["init", "workflow-init", "query", "imported-query", "validator", "helper-init", "lambda"],
)
def test_what_cannot_be_async_is_not_told_to(parts: dict[str, str], tmp_path: Path) -> None:
    advice = "wait in the run method instead, with `await asyncio.sleep(...)`"
    assert told(tmp_path, **parts) == {advice}


@pytest.mark.parametrize(
    "parts", [{"method": "@workflow.signal\n    def hurry(self):"}, {"helper": "def wait(self):"}]
)
def test_other_functions_can_be_async(parts: dict[str, str], tmp_path: Path) -> None:
    advice = "make this function `async` and use `await asyncio.sleep(...)`"
    assert told(tmp_path, **parts) == {advice}
