"""Waits in a plain `def` activity with a function that is for `async def` activities.

## What breaks

`activity.wait_for_cancelled()` and `activity.wait_for_worker_shutdown()` are coroutines. A plain
`def` activity that calls one gets a coroutine object and goes on at once: it does not wait, and
notices no cancellation. Awaiting it in an event loop of one's own does not help, because the event
that it waits for belongs to the Worker's loop.

The functions for threads end in `_sync`.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
def watch(order: str) -> str:
    activity.wait_for_cancelled()
    return f"{order} was cancelled"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            watch, "order-1", start_to_close_timeout=timedelta(minutes=30)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
def watch(order: str) -> str:
    activity.wait_for_cancelled_sync()
    return f"{order} was cancelled"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            watch, "order-1", start_to_close_timeout=timedelta(minutes=30)
        )
```

## Fix safety

`activity.wait_for_cancelled()` becomes `activity.wait_for_cancelled_sync()`, and the other one
likewise, where nothing is made of the coroutine. Activities are not replayed, and the call did
nothing so far: the fix is safe. It is withheld where a workflow runs the function as well.

## What the SDK does

Nothing for a coroutine that is not awaited, except for Python's `RuntimeWarning: coroutine
'wait_for_cancelled' was never awaited`. One that is awaited raises `RuntimeError: not in async
activity`.

## References

* https://docs.temporal.io/develop/python/python-sdk-sync-vs-async
* https://python.temporal.io/temporalio.activity.html#wait_for_cancelled_sync
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Fixable, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair

_ACTIVITY = "temporalio.activity."
_NAMES = ("wait_for_cancelled", "wait_for_worker_shutdown")


class AsyncApiInSyncActivity(Rule):
    code = "WFL808"
    name = "async-api-in-sync-activity"
    severity = Severity.ERROR
    scope = Scope.SYNC_ACTIVITY
    fix = Fixable.SAFE
    since = "0.1"
    targets = frozenset(f"{_ACTIVITY}{name}" for name in _NAMES)

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Every call that a plain activity leads to; a coroutine may be handed to others."""
        if not view.awaited and not view.is_statement:
            return
        use = f"activity.{view.name.removeprefix(_ACTIVITY)}_sync()"
        fails = "raises" if view.awaited else "does not wait"
        yield Report(f"`{view.shown}` {fails} in a plain `def` activity; use `{use}`")

    def repair(self, at: FixView) -> Repair | None:
        """Another name; where the coroutine is awaited, there is more to change."""
        name = at.written_name(at.call.func).removeprefix(_ACTIVITY)
        if name not in _NAMES or not isinstance(at.parent(), cst.Expr):
            return None
        new = at.activity(f"{name}_sync")
        return at.safe(f"Use `activity.{name}_sync()`", at.replace(at.call.func, new))
