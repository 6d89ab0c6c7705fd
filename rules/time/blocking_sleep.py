"""Blocks the worker's thread with `time.sleep()` in workflow code.

## What breaks

`time.sleep()` stops the thread that runs the workflow, and with it every other workflow that waits
for that thread. After two seconds the SDK takes the workflow for deadlocked. Nothing is written to
the history, so the wait is done again on every replay, and it is lost when the worker stops.

`await asyncio.sleep()` starts a timer on the server. It may last for months, it survives the
worker, and it takes no time on replay.

## Bad

```python
import time

from temporalio import workflow


@workflow.defn
class ReminderWorkflow:
    @workflow.run
    async def run(self) -> str:
        time.sleep(3600)
        return "reminded"
```

## Good

```python
import asyncio

from temporalio import workflow


@workflow.defn
class ReminderWorkflow:
    @workflow.run
    async def run(self) -> str:
        await asyncio.sleep(3600)
        return "reminded"
```

## Fix safety

Inside an `async def` the call becomes `await asyncio.sleep(...)`. That adds a timer to the history,
which workflows that are already running do not have: the fix is unsafe. A plain `def` cannot await,
so nothing is fixed there.

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` when the call runs. In a module that is passed
through the call is not caught: the thread really sleeps.

## References

* https://docs.temporal.io/develop/python/workflows/timers
* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.program.views import CallView

_IN_ASYNC = Api("await asyncio.sleep(...)", Fixable.UNSAFE)
_IN_PLAIN = Api(
    "await asyncio.sleep(...)",
    message="`{name}` blocks the thread that runs the workflow; "
    "make this function `async` and use `{use}`",
)


class BlockingSleep(Rule):
    code = "WFL104"
    name = "blocking-sleep"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"
    message = "`{name}` blocks the thread that runs the workflow; use `{use}`"
    apis = {"time.sleep": _IN_ASYNC}

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Only an `async def` can wait for a timer."""
        return Report(self.describe(view.shown, api if view.in_async else _IN_PLAIN))
