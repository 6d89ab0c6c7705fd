"""Waits for a point in time in `workflow.wait_condition()` without a timeout.

## What breaks

The SDK calls the condition again only when something happens to the workflow: a signal, a finished
activity, a timer. Time that passes is not such an event. A condition that waits for
`workflow.now()` starts no timer, so nothing wakes the workflow at that time, and it may wait for
ever.

Give the wait a `timeout`, or sleep until then.

## Bad

```python
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class ReminderWorkflow:
    @workflow.run
    async def run(self) -> str:
        due = workflow.now() + timedelta(hours=1)
        await workflow.wait_condition(lambda: workflow.now() >= due)
        return "due"
```

## Good

```python
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class ReminderWorkflow:
    @workflow.run
    async def run(self) -> str:
        due = workflow.now() + timedelta(hours=1)
        await workflow.sleep(due - workflow.now())
        return "due"
```

## What the SDK does

Nothing: the workflow waits, and there is no error.

Not reported are waits that all callers end by `asyncio.wait_for()` or `asyncio.timeout()`, or that
run in a task of their own, which may be raced with a timer. Nor are those of a workflow that has a
task beside them which sleeps in a loop: each of its timers has the conditions looked at again.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://python.temporal.io/temporalio.workflow.html#wait_condition
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Effect, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_WAIT = "temporalio.workflow.wait_condition"
_TIMED = frozenset({"asyncio.timeout", "asyncio.timeout_at"})

_MESSAGE = (
    "the condition reads `{clock}`{where}, but passing time alone does not wake the workflow; "
    "give `workflow.wait_condition()` a timeout, or sleep until then"
)


class TimeBasedCondition(Rule):
    code = "WFL106"
    name = "time-based-condition"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """Remember what function is the condition of a wait without end."""
        if ctx.dotted_name(node.func) != _WAIT or not _waits_without_end(node, ctx):
            return
        given = [a.value for a in node.args if a.keyword is None or a.keyword.value == "fn"]
        if given:
            ctx.report(self, node, "", subject=node.func, asked=given[0])

    def confirm(self, view: FindingView) -> Report | None:
        """Only a function that reads the clock, itself or through what it calls."""
        found = view.effect(Effect.WORKFLOW_CLOCK)
        if found is None or view.may_be_woken():
            return None
        where = f" in `{found.function}`" if found.function else ""
        return Report(_MESSAGE.format(clock=found.shown, where=where))


def _waits_without_end(call: cst.Call, ctx: Context) -> bool:
    """True if a wait has no timeout, and no other one is there to end it."""
    for arg in call.args:
        name = arg.keyword.value if arg.keyword is not None else ""
        is_none = isinstance(arg.value, cst.Name) and arg.value.value == "None"
        if arg.star or (name == "timeout" and not is_none):
            return False
    if not isinstance(ctx.parent(), (cst.Await, cst.Return, cst.Lambda)):
        return False  # `asyncio.wait_for(...)`, a task, a race with a timer
    for outer in ctx.ancestors:
        items = outer.items if isinstance(outer, cst.With) else ()
        called = [i.item.func for i in items if isinstance(i.item, cst.Call)]
        if any(ctx.dotted_name(func) in _TIMED for func in called):
            return False
    return True
