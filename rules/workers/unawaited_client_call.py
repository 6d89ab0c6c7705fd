"""Calls a coroutine of a client, a handle or a Worker without `await`.

## What breaks

`client.start_workflow(...)` and its like only make a coroutine. Without `await` nothing is sent to
the server: no workflow starts, no signal arrives, the Worker does not run, and the program
continues as if all were well.

## Bad

```python
from temporalio import workflow
from temporalio.client import Client


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return order


async def start(client: Client) -> None:
    client.start_workflow(OrderWorkflow.run, "order-1", id="order-1", task_queue="orders")
```

## Good

```python
from temporalio import workflow
from temporalio.client import Client


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return order


async def start(client: Client) -> None:
    await client.start_workflow(OrderWorkflow.run, "order-1", id="order-1", task_queue="orders")
```

## Fix safety

The fix writes `await` before the call, which then does what it has never done so far: the fix is
unsafe. There is none in a plain function, where `await` is not allowed.

## What the SDK does

Python prints `RuntimeWarning: coroutine 'Client.start_workflow' was never awaited` when the
coroutine is garbage-collected, and nothing else happens.

## References

* https://docs.temporal.io/develop/python/temporal-client
* https://docs.python.org/3/library/asyncio-task.html#coroutines
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Fixable, Report, Rule, RuleSettings, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair

_METHODS = {
    "temporalio.client.Client": (
        "connect count_workflows create_schedule execute_activity execute_activity_class "
        "execute_activity_method execute_update_with_start_workflow execute_workflow "
        "start_activity start_activity_class start_activity_method "
        "start_update_with_start_workflow start_workflow"
    ),
    "temporalio.client.WorkflowHandle": (
        "cancel describe execute_update fetch_history query result signal start_update terminate"
    ),
    "temporalio.client.ScheduleHandle": "backfill delete describe pause trigger unpause update",
    "temporalio.client.WorkflowUpdateHandle": "result",
    "temporalio.client.AsyncActivityHandle": "complete fail heartbeat report_cancellation",
    "temporalio.worker.Worker": "run shutdown",
}
_WORDS = "|".join(sorted({word for words in _METHODS.values() for word in words.split()}))

_CALL = re.compile(rf"\.(?:{_WORDS})\(")
_OTHERS = r"@|(?:asyncio|pytest|subprocess)\.[a-z]+\(|(?:await|return)[ \t]"
"""How lines begin that surely are no statement that is such a call."""

_STATEMENT = re.compile(rf"[ \t]+(?!{_OTHERS})(?:[^\s=(]+|\S.*\)){_CALL.pattern}")
"""How a line begins that may be such a statement."""


class UnawaitedClientCall(Rule):
    code = "WFL562"
    name = "unawaited-client-call"
    severity = Severity.ERROR
    scope = Scope.ANY
    since = "0.1"
    fix = Fixable.UNSAFE
    targets = frozenset(f"{c}.{word}" for c, words in _METHODS.items() for word in words.split())

    @classmethod
    def suspicious(cls, source: str, settings: RuleSettings) -> bool:
        """True if a line seems to be nothing but such a call."""
        return any(
            _STATEMENT.fullmatch(source, source.rfind("\n", 0, call.start()) + 1, call.end())
            for call in _CALL.finditer(source)
        )

    def check_call(self, view: CallView) -> Iterable[Report]:
        """A coroutine that is dropped as soon as it is made."""
        if not view.is_statement or view.awaited:
            return
        advice = "write `await` before it"
        advice += "" if view.in_async else " and make this function `async`"
        yield Report(f"`{view.shown}` is not awaited, so nothing happens; {advice}")

    def repair(self, at: FixView) -> Repair | None:
        """`await` before the call, where Python allows it."""
        if not at.can_await or not at.means_one_thing(at.call.func):
            return None
        return at.unsafe("Write `await` before the call", at.insert_before(at.call, "await "))
