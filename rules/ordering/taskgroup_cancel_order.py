"""Children of an `asyncio.TaskGroup` give commands when they are cancelled.

## What breaks

When a task of a group fails, the group cancels the others. It keeps them in a set, so they are
cancelled in an order that differs from process to process, and clean up in that order: what they
ask for in `except asyncio.CancelledError` or in `finally` comes in another order at a replay, which
then fails (TMPRL1100).

## Bad

```python
import asyncio
from datetime import timedelta

from temporalio import workflow

SOON = timedelta(seconds=10)


@workflow.defn(failure_exception_types=[ExceptionGroup])
class TripWorkflow:
    @workflow.run
    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.book("flight"))
            group.create_task(self.book("hotel"))

    async def book(self, what: str) -> None:
        try:
            await workflow.execute_activity("book", what, start_to_close_timeout=SOON)
        finally:
            await workflow.execute_activity("release", what, start_to_close_timeout=SOON)
```

## Good

```python
import asyncio
from datetime import timedelta

from temporalio import workflow

SOON = timedelta(seconds=10)


@workflow.defn
class TripWorkflow:
    @workflow.run
    async def run(self) -> None:
        await asyncio.gather(self.book("flight"), self.book("hotel"))

    async def book(self, what: str) -> None:
        try:
            await workflow.execute_activity("book", what, start_to_close_timeout=SOON)
        finally:
            await workflow.execute_activity("release", what, start_to_close_timeout=SOON)
```

A group of one task is in order, and so are functions of other modules, which are not looked into.
The rule has to be selected by its name: where no task of the group can fail, none is cancelled.

## What the SDK does

Nothing, until a replay cancels in another order.

## References

* https://docs.python.org/3/library/asyncio-task.html#task-groups
* https://docs.temporal.io/workflow-definition#deterministic-constraints
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context

_GROUP = "asyncio.TaskGroup"


class TaskgroupCancelOrder(Rule):
    code = "WFL127"
    name = "taskgroup-cancel-order"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"
    words = ("TaskGroup",)

    def visit_With(self, node: cst.With, ctx: Context) -> None:
        """A group with a task that waits for something when it is cancelled."""
        for item in node.items if node.asynchronous is not None else ():
            call, name = item.item, item.asname
            if not isinstance(call, cst.Call) or ctx.dotted_name(call.func) != _GROUP:
                continue
            if name is None or not isinstance(name.name, cst.Name):
                continue
            started = _started(node, name.name.value, ctx)
            if any(_cleans_up(function, ctx) for function in started):
                ctx.report(
                    self,
                    call,
                    "when a task fails, the group cancels the others in the order of a set, and "
                    "what they do then comes in that order; use `asyncio.gather()`",
                    subject=call.func,
                )


def _started(block: cst.With, group: str, ctx: Context) -> list[cst.CSTNode]:
    """The functions of which a group runs several; none for a single task."""
    from wflint.rule import walk

    found: list[cst.CSTNode] = []
    in_loop: set[int] = set()
    for node in walk(block.body):
        if isinstance(node, (cst.For, cst.While, cst.CompFor)):
            in_loop.update(id(inner) for inner in walk(node))
        match node:
            case cst.Call(
                func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="create_task")),
                args=[cst.Arg(value=cst.Call(func=function)), *_],
            ) if name == group:
                found += [function] * (2 if id(node) in in_loop else 1)
    return found if len(found) > 1 else []


def _cleans_up(function: cst.CSTNode, ctx: Context) -> bool:
    """True if a function of the module waits for something when it is cancelled."""
    from wflint.rule import walk

    definition = ctx.definition(function)
    for node in walk(definition, into_functions=False) if definition is not None else ():
        if not isinstance(node, cst.Try):
            continue
        parts: list[cst.CSTNode] = [node.finalbody] if node.finalbody is not None else []
        parts += [h.body for h in node.handlers if _is_for_cancellation(h)]
        if any(isinstance(inner, cst.Await) for part in parts for inner in walk(part)):
            return True
    return False


def _is_for_cancellation(handler: cst.ExceptHandler) -> bool:
    """True if a handler gets a cancellation, as its words say."""
    if handler.type is None:
        return True
    named = handler.type
    types = [e.value for e in named.elements] if isinstance(named, cst.Tuple) else [named]
    last = [
        t.attr.value if isinstance(t, cst.Attribute) else getattr(t, "value", "") for t in types
    ]
    return any(name in ("BaseException", "CancelledError") for name in last)
