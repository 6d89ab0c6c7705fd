"""`heartbeat-timeout-missing` offers a timeout only where heartbeats come again and again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import harness
from tests.harness import Fixture
from wflint.diagnostics import Diagnostic

FLOW = """\
import asyncio
from datetime import timedelta

from temporalio import activity, workflow


def beat(row):
    activity.heartbeat(row)


async def beat_for_ever():
    while True:
        activity.heartbeat()
        await asyncio.sleep(1)


def beat_often():
    for row in range(9):
        activity.heartbeat(row)


def render():
    return sum(range(1000000))


@activity.defn
async def work():
    {work}


@workflow.defn
class Flow:
    @workflow.run
    async def run(self):
        await workflow.execute_activity(work, start_to_close_timeout=timedelta(minutes=15))
"""


def told(folder: Path, work: str) -> list[Diagnostic]:
    """The diagnostics on the call of an activity."""
    file = folder / "flow.py"
    file.write_text(FLOW.format(work=work), encoding="utf-8")
    root = harness.copy_to(Fixture("flow", file), folder)
    return [d for d in harness.run(root).diagnostics if d.code == "WFL621"]


@pytest.mark.parametrize(
    "work",
    [
        "for row in range(9): activity.heartbeat(row); await asyncio.sleep(1)",
        "for row in range(9): beat(row); await asyncio.sleep(1)",
        "task = asyncio.create_task(beat_for_ever()); render(); task.cancel()",
    ],
    ids=["loop", "loop-around-a-helper", "task"],
)
def test_heartbeats_of_a_loop_get_a_timeout(work: str, tmp_path: Path) -> None:
    (found,) = told(tmp_path, work)
    assert found.message.endswith("; add `heartbeat_timeout=timedelta(seconds=60)`")
    assert found.fix is not None


@pytest.mark.parametrize(
    "work",
    [
        "for row in range(9): activity.heartbeat(row); render()",
        "for row in range(9): beat(row)\n    await asyncio.sleep(1)",
        "beat_often()",
    ],
    ids=["loop", "loop-around-a-helper", "loop-of-a-helper"],
)
def test_heartbeats_that_wait_for_the_event_loop_get_none(work: str, tmp_path: Path) -> None:
    """They are not sent before the activity awaits something: it would always time out."""
    assert told(tmp_path, work) == []


@pytest.mark.parametrize(
    "work",
    [
        'activity.heartbeat("begun"); render(); activity.heartbeat("done")',
        'beat("begun"); render()',
        "for row in range(9): render()\n    beat(row)",
        "await asyncio.to_thread(activity.heartbeat)",
    ],
    ids=["before-and-after", "helper", "after-a-loop", "passed-on"],
)
def test_heartbeats_at_certain_points_ask_for_none(work: str, tmp_path: Path) -> None:
    """It would end the long call between them."""
    assert told(tmp_path, work) == []
