"""Runs several local activities at once.

## What breaks

Local activities that run side by side end in an order that the first run decides, and a replay may
resolve them in another one: what the workflow does next then differs, and it fails with a
nondeterminism error (TMPRL1100). The SDK has an open issue on it.

Await them one after the other, or use activities.

## Bad

```python
import asyncio
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class LookupWorkflow:
    @workflow.run
    async def run(self) -> None:
        await asyncio.gather(
            *(
                workflow.execute_local_activity(
                    "look_up", name, start_to_close_timeout=timedelta(seconds=5)
                )
                for name in ("a", "b")
            )
        )
```

## Good

```python
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class LookupWorkflow:
    @workflow.run
    async def run(self) -> None:
        for name in ("a", "b"):
            await workflow.execute_local_activity(
                "look_up", name, start_to_close_timeout=timedelta(seconds=5)
            )
```

## What the SDK does

Nothing is said when they are started.

## References

* https://github.com/temporalio/sdk-python/issues/1578
* https://docs.temporal.io/local-activity
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import CallKind, Effect, Report, Rule, Scope, Severity, cst, names_of

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_LOCAL = names_of(CallKind.LOCAL_ACTIVITY)
_AT_ONCE = frozenset(
    {
        "asyncio.as_completed",
        "asyncio.create_task",
        "asyncio.ensure_future",
        "asyncio.gather",
        "asyncio.wait",
        "temporalio.workflow.as_completed",
        "temporalio.workflow.wait",
    }
)


class ConcurrentLocalActivities(Rule):
    code = "WFL914"
    name = "concurrent-local-activities"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"
    words = ("as_completed", "create_task", "ensure_future", "gather", "wait")

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """A call in the arguments of what runs things side by side."""
        for outer in ctx.ancestors[::-1]:
            if isinstance(outer, (cst.Await, cst.BaseStatement, cst.BaseSmallStatement)):
                return
            if isinstance(outer, cst.Call) and ctx.dotted_name(outer.func) in _AT_ONCE:
                shown, is_local = ctx.code(node.func), ctx.dotted_name(node.func) in _LOCAL
                subject = node.func if is_local else None
                ctx.report(self, node, shown, subject=subject, asked=node.func, detail=is_local)
                return

    def confirm(self, view: FindingView) -> Report | None:
        """A local activity, or a coroutine that leads to one."""
        below = ""
        if not view.read(bool):
            found, callee = view.effect(Effect.LOCAL_ACTIVITY), view.callee()
            if found is None or callee is None or not callee.is_async:
                return None
            below = f" leads to `{found.shown}`, which"
        return Report(
            f"`{view.message}()`{below} runs beside others, and a replay may resolve local "
            "activities in another order; await them one by one, or use an activity"
        )
