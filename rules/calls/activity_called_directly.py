"""Calls an activity as if it were a plain function, in workflow code.

## What breaks

The body of the activity then runs inside the workflow: nothing is written to the history, nothing
is retried, there is no timeout, and on every replay it runs again. If it sends a mail, the mail is
sent again. If it reads a clock or a database, the workflow is no longer deterministic.

Pass the function to the SDK instead of calling it. Code that workflows and activities share belongs
in a plain helper that both call.

## Bad

```python
from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await charge("order-1")
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## What the SDK does

Nothing: the call is accepted and runs in place. Only what the activity does is checked by the
sandbox, and not even that where its module is passed through. `activity.info()` and
`activity.heartbeat()` raise `RuntimeError: Not in activity context`.

A decorator of the project may replace the activity with a function that schedules it. Calling that
is not reported.

## References

* https://docs.temporal.io/develop/python/activities/execution
* https://docs.temporal.io/activities
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, Report, Rule, Scope, Severity, names_of

if TYPE_CHECKING:
    from wflint.rule import CallView

_EXECUTE = names_of(CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY)


class ActivityCalledDirectly(Rule):
    code = "WFL610"
    name = "activity-called-directly"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    own_calls = True

    def check_own_call(self, view: CallView) -> Iterable[Report]:
        """The engine asks about calls in workflow code only. `execute_activity(f(x))` is WFL612."""
        callee = view.callee
        if callee is None or not callee.is_activity or callee.is_replaced:
            return
        if view.target_of in _EXECUTE:
            return
        api = "execute_activity_method" if callee.head.owner else "execute_activity"
        yield Report(
            f"`{view.shown}` is an activity, but called like this it runs inside the workflow; "
            f"use `await workflow.{api}({view.shown.removesuffix('()')}, ...)`"
        )
