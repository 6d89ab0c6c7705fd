"""Starts a thread that uses the activity API without the activity's context.

## What breaks

Which activity is running is kept in a context variable. A new thread does not have it:
`threading.Thread`, the `submit()` of an executor and `loop.run_in_executor()` start with an empty
context. There `activity.heartbeat()`, `activity.info()` and `activity.is_cancelled()` raise
`RuntimeError`. In a thread that only sends heartbeats nobody may notice, until the activity is
timed out for the lack of them.

`asyncio.to_thread()` takes the context along. For other threads, copy it yourself.

## Bad

```python
import asyncio
import time
from datetime import timedelta

from temporalio import activity, workflow


def copy(rows: int) -> None:
    for row in range(rows):
        activity.heartbeat(row)
        time.sleep(1)


@activity.defn
async def copy_rows(rows: int) -> None:
    await asyncio.get_running_loop().run_in_executor(None, copy, rows)


@workflow.defn
class CopyWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            copy_rows,
            100,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=30),
        )
```

## Good

```python
import asyncio
import time
from datetime import timedelta

from temporalio import activity, workflow


def copy(rows: int) -> None:
    for row in range(rows):
        activity.heartbeat(row)
        time.sleep(1)


@activity.defn
async def copy_rows(rows: int) -> None:
    await asyncio.to_thread(copy, rows)


@workflow.defn
class CopyWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            copy_rows,
            100,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=30),
        )
```

With an executor: `executor.submit(contextvars.copy_context().run, copy, rows)`.

## What the SDK does

It raises `RuntimeError: Not in activity context` in the thread. `activity.logger` works, without
the details of the activity. Code that asks `activity.in_activity()` first is not reported.

## References

* https://docs.temporal.io/develop/python/python-sdk-sync-vs-async
* https://docs.python.org/3/library/contextvars.html#contextvars.copy_context
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import NEEDS_ACTIVITY, Effect, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import Arg, CallView

_STARTS = {
    **{
        f"asyncio.{loop}.run_in_executor": (1, "func")
        for loop in ("AbstractEventLoop", "BaseEventLoop")
    },
    **{
        f"concurrent.futures.{executor}.{method}": (0, "fn")
        for executor in ("Executor", "ThreadPoolExecutor", "thread.ThreadPoolExecutor")
        for method in ("map", "submit")
    },
    "threading.Thread": (1, "target"),
    "threading.Timer": (1, "function"),
}
"""Calls that start a thread with an empty context, with the argument that runs there."""


class ThreadWithoutContext(Rule):
    code = "WFL809"
    name = "thread-without-context"
    severity = Severity.WARNING
    scope = Scope.ACTIVITY
    since = "0.1"
    targets = frozenset(_STARTS)

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Look at the function that the thread runs, and at all that it calls."""
        argument = view.argument(*_STARTS[view.name])
        asks = _asks(view, argument) if argument is not None and not argument.star else ""
        if asks:
            yield Report(
                f"the thread that `{view.shown}` starts does not know the activity, so {asks} "
                "raises there; use `asyncio.to_thread()`, or run it with "
                "`contextvars.copy_context().run`"
            )


def _asks(view: CallView, argument: Arg) -> str:
    """Return what asks for the activity, and where; empty if nothing does."""
    name = view.qualified(argument.value) if argument.value.items == () else ""
    if name in NEEDS_ACTIVITY:
        return f"`{name.removeprefix('temporalio.')}()`"
    found = view.effect_of(argument, Effect.ASKS_ACTIVITY)
    if found is None:
        return ""
    where = f" in `{found.function}`" if found.function else ""
    return f"`{found.shown}`{where}"
