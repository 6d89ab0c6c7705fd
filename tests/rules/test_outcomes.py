"""Messages say what comes of a fault where it stands, and what is meant instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from wflint.run.check import check
from wflint.run.request import Request

SOURCE = """
from datetime import timedelta
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import RetryPolicy
from temporalio.worker import Worker

POLICY = RetryPolicy(initial_interval=3)

def retried(function):
    return activity.defn(retry_policy=POLICY)(function)

async def start(client: Client) -> None:
    policy = RetryPolicy(initial_interval=4)
    await client.start_workflow("W", id="w", task_queue="q", retry_policy=policy)
    Worker(client, task_queue="q", max_concurrent_activity_task_executions=4)
    Worker(client, task_queue="q", max_concurrent_activity_task_pollers=4)

OTHER = RetryPolicy(retries=3)
@activity.defn
async def charge() -> None: ...

@workflow.defn
class W:
    @workflow.run
    async def run(self) -> None:
        workflow.logger.info("%s", workflow.info().memo)
        policy = RetryPolicy(initial_interval=5)
        await workflow.execute_activity(
            charge, start_to_close_timeout=timedelta(seconds=5), retry_policy=policy, retries=3
        )
"""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (8, "where it is used: a client's call raises, and in a workflow the workflow task fails"),
        (11, "so it raises `TypeError` when `retried` runs"),
        (14, "so the SDK refuses the policy, and the call that is given it raises"),
        (16, "when `start` runs; did you mean `max_concurrent_activities`?"),
        (17, "did you mean `max_concurrent_activity_task_polls`?"),
        (19, "so the module cannot be imported"),
        (27, "use `workflow.memo()`"),
        (28, "where it is used, and the workflow task fails again and again"),
        (30, "so the workflow task fails and is retried for ever"),
    ],
)
def test_outcome(tmp_path: Path, line: int, words: str) -> None:
    (tmp_path / "flow.py").write_text(SOURCE)
    found = check(Request(paths=(str(tmp_path),), jobs=1)).diagnostics
    assert any(words in d.message for d in found if d.location.row == line), found


def test_functions_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "context.py").write_text("import time\ndef update() -> None:\n    time.sleep(3)\n")
    (tmp_path / "flow.py").write_text(
        "from temporalio import activity\nimport context\n"
        "@activity.defn\nasync def update() -> None:\n    context.update()\n"
    )
    (found,) = check(Request(paths=(str(tmp_path),), jobs=1)).diagnostics
    assert "call the plain `update` with" in found.message
