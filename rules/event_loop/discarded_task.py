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

from collections.abc import Iterable, Sequence
from functools import lru_cache
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

    def check_call(self, view: CallView) -> Iterable[Report]:
        """An activity whose handle is dropped."""
        if view.is_statement and not view.awaited:
            yield Report(
                f"the handle that `{view.shown}` returns is dropped, "
                "and with it the activity's result and error; keep it and await it"
            )

    def visit_Expr(self, node: cst.Expr, ctx: Context) -> None:
        """A task that is made when `run` has nothing left to wait for."""
        call = node.value
        if not isinstance(call, cst.Call) or not ctx.in_async:
            return
        name = ctx.dotted_name(call.func)
        is_task = name in _TASKS
        if not is_task and not ctx.may_be_own(call.func):
            return
        if _returns_without_waiting([*ctx.ancestors, node], _waiting(ctx)):
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


class _Waiting:
    """The parts of a piece of code that wait; each is looked at once, however many ask."""

    def __init__(self) -> None:
        self._before: dict[int, set[int]] = {}
        self._parts: dict[int, bool] = {}

    def comes_after(self, inner: cst.CSTNode, block: Sequence[cst.CSTNode]) -> bool:
        """True if a statement of a block waits that stands behind ``inner``."""
        first = id(block[0])
        if first not in self._before:
            found: set[int] = set()
            is_seen = False
            for part in reversed(block):
                if is_seen:
                    found.add(id(part))
                is_seen = is_seen or _waits(part)
            self._before[first] = found
        return id(inner) in self._before[first]

    def is_in(self, part: cst.CSTNode | None) -> bool:
        """True if some part waits."""
        if part is None:
            return False
        if id(part) not in self._parts:
            self._parts[id(part)] = _waits(part)
        return self._parts[id(part)]


@lru_cache(maxsize=1)
def _waiting(ctx: Context) -> _Waiting:
    return _Waiting()


def _returns_without_waiting(path: Sequence[cst.CSTNode], waiting: _Waiting) -> bool:
    """True if no `await` can follow the last node of `path` before its function returns."""
    blocks = (cst.IndentedBlock, cst.SimpleStatementLine, cst.SimpleStatementSuite)
    returns = False
    for at in range(len(path) - 1, 0, -1):
        inner, outer = path[at], path[at - 1]
        if isinstance(outer, blocks) and not returns:
            if waiting.comes_after(inner, outer.body):
                return False
            last = outer.body[-1]
            returns = last is not inner and _is_return(last)
        elif (isinstance(outer, (cst.For, cst.While)) and not returns) or (
            isinstance(outer, cst.With) and outer.asynchronous is not None
        ):
            return False
        elif isinstance(outer, (cst.Try, cst.TryStar)):
            parts = (outer.orelse, outer.finalbody)
            if any(part is not inner and waiting.is_in(part) for part in parts):
                return False
    return True


def _waits(node: cst.CSTNode) -> bool:
    from wflint.rule import walk

    loops = (cst.For, cst.With, cst.CompFor)
    return any(
        isinstance(part, (cst.Await, cst.Yield))
        or (isinstance(part, loops) and part.asynchronous is not None)
        for part in walk(node, into_functions=False)
    )


def _is_return(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.SimpleStatementLine):
        return isinstance(node.body[-1], cst.Return)
    return isinstance(node, cst.Return)
