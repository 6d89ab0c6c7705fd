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
which workflows that are already running do not have: the fix is unsafe. Signal handlers and other
tasks of the workflow may run while it waits, too. A plain `def`, a lambda, a generator expression
and the body of a class cannot await, so nothing is fixed there. Where an activity, a query or a
validator runs the function as well, the fix is withheld.

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` when the call runs. In a module that is passed
through the call is not caught: the thread really sleeps.

## References

* https://docs.temporal.io/develop/python/workflows/timers
* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Property, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, FunctionHead, Repair

_IN_ASYNC = Api("await asyncio.sleep(...)", Fixable.UNSAFE)
_IN_PLAIN = Api(
    "await asyncio.sleep(...)",
    message="`{name}` blocks the thread that runs the workflow; "
    "make this function `async` and use `{use}`",
)
_NEVER_ASYNC = Api(
    "await asyncio.sleep(...)",
    message="`{name}` blocks the thread that runs the workflow; "
    "wait in the run method instead, with `{use}`",
)
_MAKES_PLAIN = frozenset({"cached_property", "init", "property", "query", "validator"})
"""Decorators whose functions must not be `async def`, or not wait."""


class BlockingSleep(Rule):
    code = "WFL104"
    name = "blocking-sleep"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    names_are = frozenset({Property.BLOCKS})
    fix = Fixable.UNSAFE
    since = "0.1"
    message = "`{name}` blocks the thread that runs the workflow; use `{use}`"
    apis = {"time.sleep": _IN_ASYNC}

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Only an `async def` can wait for a timer."""
        if not view.in_async:
            api = _IN_PLAIN if _can_be_async(view.function) else _NEVER_ASYNC
        return self.reported(view, api)

    def repair(self, at: FixView) -> Repair | None:
        """The same time, waited for."""
        if at.api != _IN_ASYNC or not at.is_written_out(at.call.func) or at.call.func.lpar:
            return None
        if not _can_await(at):
            return None
        at.command()
        sleep = f"{at.imported('asyncio')}.sleep"
        if not isinstance(at.parent(), cst.Await):
            sleep = at.with_await(sleep)
        edits = [at.replace(at.call.func, sleep.removesuffix(")"))]
        if sleep.endswith(")"):
            edits.append(at.insert_after(at.call, ")"))
        return at.unsafe("Use `await asyncio.sleep(...)`", *edits)


def _can_be_async(head: FunctionHead) -> bool:
    """True if a plain function may become an `async def`; not a lambda, nor `__init__()`."""
    decorators = {d.written or d.target.name.rpartition(".")[2] for d in head.decorators}
    is_special = head.name.startswith(("<", "__")) and head.name != "__call__"
    return not is_special and decorators.isdisjoint(_MAKES_PLAIN)


def _can_await(at: FixView) -> bool:
    """True if `await` is allowed, and changes nothing but the call, in an `async def`."""
    comprehensions = 0
    for node in at.ancestors():
        if isinstance(node, cst.FunctionDef):
            break
        if isinstance(node, (cst.Lambda, cst.ClassDef, cst.GeneratorExp)):
            return False
        comprehensions += isinstance(node, cst.BaseComp)
    return comprehensions <= 1  # Python 3.10 has no others
