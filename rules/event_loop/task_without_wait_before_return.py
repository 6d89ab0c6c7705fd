"""Starts a task in the run method that nothing waits for before the workflow returns.

## What breaks

When the run method returns, the workflow is closed, and tasks that are still at work are dropped
where they are: activities that they would have started are never started, results are lost, and so
are errors.

## Bad

```python
import asyncio
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def send_receipt(order: str) -> None: ...


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str = "order-1") -> None:
        asyncio.create_task(self.receipt(order))
        await asyncio.sleep(10)

    async def receipt(self, order: str) -> None:
        await workflow.execute_activity(
            send_receipt, order, start_to_close_timeout=timedelta(minutes=1)
        )
```

## Good

```python
import asyncio
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def send_receipt(order: str) -> None: ...


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str = "order-1") -> None:
        receipt = asyncio.create_task(self.receipt(order))
        await asyncio.sleep(10)
        await receipt

    async def receipt(self, order: str) -> None:
        await workflow.execute_activity(
            send_receipt, order, start_to_close_timeout=timedelta(minutes=1)
        )
```

Reported are tasks whose handle is dropped, or kept under a name that is never read. That such a
task is collected as garbage, as in plain asyncio, is no danger: the SDK keeps it. A task may well
be done when the workflow returns, or be meant to be dropped, so the rule has to be selected by its
name. Tasks that are started last of all are [discarded-task](discarded-task.md).

## What the SDK does

Nothing: there is no error and no warning.

## References

* https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task
* https://docs.temporal.io/develop/python/workflows/basics
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity, cst

from ._waiting import returns_without_waiting, waiting

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_TASKS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})


class TaskWithoutWaitBeforeReturn(Rule):
    code = "WFL213"
    name = "task-without-wait-before-return"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """`asyncio.create_task()`, of which nothing is kept that is ever read."""
        if not ctx.in_async or ctx.dotted_name(node.func) not in _TASKS:
            return
        statement = ctx.parent()
        if isinstance(statement, cst.Expr):
            path = [*ctx.ancestors, node]
            if returns_without_waiting(path[:-1], waiting(ctx)):
                return
        elif not _is_never_read(statement, ctx):
            return
        ctx.report(
            self,
            node,
            f"the workflow may return before the task of `{ctx.code(node.func)}()` is done, and "
            "drops it then; await the task",
            subject=node.func,
        )

    def confirm(self, view: FindingView) -> Report | None:
        """Only what the run method starts itself: others may be started and awaited elsewhere."""
        return Report(view.message) if view.is_run else None


def _is_never_read(statement: cst.CSTNode | None, ctx: Context) -> bool:
    """True if a statement only gives a local name to a value, and nothing names that again."""
    from wflint.rule import walk

    match statement:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            pass
        case cst.AnnAssign(target=cst.Name(value=name)):
            pass
        case _:
            return False
    named = [n for n in walk(ctx.ancestors[0]) if isinstance(n, cst.Name) and n.value == name]
    return len(named) == 1
