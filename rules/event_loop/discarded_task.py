"""Starts an activity or a task and drops its handle.

## What breaks

Nobody waits for the result, and nobody sees the error. When the workflow returns, the server closes
it, and an activity that is still running is cut off from it.

A task that is made in the last statements of `run` is worse off. Tasks run when the workflow waits
for something, and there is nothing left to wait for: its commands come after the one that completes
the workflow, and are lost. Tasks that are made earlier are fine, the event loop keeps them.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def write_audit_log(entry: str) -> None: ...


@workflow.defn
class TransferWorkflow:
    @workflow.run
    async def run(self) -> str:
        workflow.start_activity(
            write_audit_log, "transferred", start_to_close_timeout=timedelta(seconds=30)
        )
        return "done"
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def write_audit_log(entry: str) -> None: ...


@workflow.defn
class TransferWorkflow:
    @workflow.run
    async def run(self) -> str:
        log = workflow.start_activity(
            write_audit_log, "transferred", start_to_close_timeout=timedelta(seconds=30)
        )
        await log
        return "done"
```

## What the SDK does

There is no error and no warning. An activity is scheduled, and its outcome ignored. The commands of
a task made just before the return stand behind `complete_workflow_execution`, where the server
drops them.

## References

* https://docs.temporal.io/develop/python/activities/execution
* https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import (
    CallKind,
    Effect,
    Gives,
    Report,
    Rule,
    Scope,
    Severity,
    cst,
    names_giving,
    names_of,
)

from ._waiting import returns_without_waiting, waiting

if TYPE_CHECKING:
    from wflint.rule import CallView, Context, FindingView

_TASKS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})


class DiscardedTask(Rule):
    code = "WFL204"
    name = "discarded-task"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    since = "0.1"
    targets = names_of(CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY) & names_giving(Gives.HANDLE)

    own_calls = True

    def check_call(self, view: CallView) -> Iterable[Report]:
        """An activity whose handle is dropped."""
        if view.is_statement and not view.awaited:
            yield Report(
                f"the handle that `{view.shown}` returns is dropped, "
                "and with it the activity's result and error; keep it and await it"
            )

    def check_own_call(self, view: CallView) -> Iterable[Report]:
        """The same for a function of the project that only begins an activity."""
        if view.is_statement and view.gives(self.targets):
            yield from self.check_call(view)

    def visit_Expr(self, node: cst.Expr, ctx: Context) -> None:
        """A task that is made when `run` has nothing left to wait for."""
        call = node.value
        if not isinstance(call, cst.Call) or not ctx.in_async:
            return
        name = ctx.dotted_name(call.func)
        is_task = name in _TASKS
        if not is_task and not ctx.may_be_own(call.func):
            return
        if returns_without_waiting([*ctx.ancestors, node], waiting(ctx)):
            shown = f"{ctx.code(call.func)}()"
            ctx.report(self, call, shown, subject=call.func if is_task else None, detail=is_task)

    def confirm(self, view: FindingView) -> Report | None:
        """Only in `run`, and only what makes a task, itself or through what it calls."""
        if not view.is_run:
            return None
        made = f"`{view.message}` makes a task"
        if not view.read(bool):
            found = view.effect_of_call(view.site, Effect.TASK)
            if found is None:
                return None
            made = f"`{found.shown}`, which `{view.message}` runs, makes a task"
        lost = "just before the workflow returns, so its commands are lost; await it"
        return Report(f"{made} {lost}")
