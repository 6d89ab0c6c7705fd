"""Iterates over the set of all tasks in workflow code.

## What breaks

`asyncio.all_tasks()` returns a set, and the order of a set of tasks depends on their memory
addresses, which differ on replay. Tasks that are cancelled in this order also issue the commands of
their clean-up in it, and no longer match the history.

Keep the tasks that you start in a list of your own, and loop over that.

## Bad

```python
import asyncio

from temporalio import workflow


async def watch(name: str) -> None:
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        workflow.logger.info("stopped watching %s", name)
        raise


@workflow.defn
class WatchWorkflow:
    @workflow.run
    async def run(self) -> int:
        tasks = [asyncio.create_task(watch(name)) for name in ("a", "b")]
        await asyncio.sleep(1)
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task():
                task.cancel()
        return len(tasks)
```

## Good

```python
import asyncio

from temporalio import workflow


async def watch(name: str) -> None:
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        workflow.logger.info("stopped watching %s", name)
        raise


@workflow.defn
class WatchWorkflow:
    @workflow.run
    async def run(self) -> int:
        tasks = [asyncio.create_task(watch(name)) for name in ("a", "b")]
        await asyncio.sleep(1)
        for task in tasks:
            task.cancel()
        return len(tasks)
```

## What the SDK does

Nothing: neither the sandbox nor the worker notices it. Counting the tasks, or waiting for all of
them, is not reported: that is the same in any order.

## References

* https://docs.python.org/3/library/asyncio-task.html#asyncio.all_tasks
* https://docs.temporal.io/workflow-definition#deterministic-constraints
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context

_ALL_TASKS = frozenset({"asyncio.all_tasks", "asyncio.tasks.all_tasks"})


class AllTasksIteration(Rule):
    code = "WFL126"
    name = "all-tasks-iteration"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    differs_on_replay = True
    words = ("all_tasks",)
    message = (
        "the order of `asyncio.all_tasks()` comes from memory addresses (the heap layout) and "
        "differs on replay; keep your tasks in a list"
    )

    def _look(self, node: cst.CSTNode, ctx: Context) -> None:
        from wflint.rule import Sink, places_of

        for place in places_of(node, ctx, _ALL_TASKS):
            if place.sink > Sink.TASKS:
                ctx.report(self, place.expr, self.message, subject=place.source)

    visit_For = _look
    visit_ListComp = _look
    visit_SetComp = _look
    visit_DictComp = _look
    visit_GeneratorExp = _look
    visit_Call = _look
    visit_Assign = _look
    visit_AugAssign = _look
    visit_StarredElement = _look
    visit_From = _look
