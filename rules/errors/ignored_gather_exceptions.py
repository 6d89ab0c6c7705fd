"""Asks `asyncio.gather()` to return exceptions, and drops the results.

## What breaks

With `return_exceptions=True`, `asyncio.gather()` puts errors into its list of results instead of
raising them. A workflow that drops the list goes on as if all had gone well: failed activities and
child workflows are lost without a trace, and the workflow completes. So is a cancellation of one of
them.

Look at the results, or leave the option out so that the first error is raised.

This rule is opt-in (`--select WFL713`, or `--pedantic`): some work is done on the understanding
that it may fail.

## Bad

```python
import asyncio
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, items: list[str]) -> None:
        jobs = [
            workflow.execute_activity("reserve", i, start_to_close_timeout=timedelta(seconds=9))
            for i in items
        ]
        await asyncio.gather(*jobs, return_exceptions=True)
```

## Good

```python
import asyncio
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, items: list[str]) -> None:
        jobs = [
            workflow.execute_activity("reserve", i, start_to_close_timeout=timedelta(seconds=9))
            for i in items
        ]
        for result in await asyncio.gather(*jobs, return_exceptions=True):
            if isinstance(result, BaseException):
                workflow.logger.error("not reserved", exc_info=result)
```

## What the SDK does

Nothing. Not reported are functions that cancel something themselves: there the list has the
cancellations that they have asked for.

## References

* https://docs.python.org/3/library/asyncio-task.html#asyncio.gather
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context


class IgnoredGatherExceptions(Rule):
    code = "WFL713"
    name = "ignored-gather-exceptions"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"

    def visit_Await(self, node: cst.Await, ctx: Context) -> None:
        """A statement that is nothing but the call, or assigns its result to `_`."""
        call = node.expression
        if not isinstance(call, cst.Call) or not _is_told(call) or not _is_dropped(ctx):
            return
        if ctx.dotted_name(call.func) != "asyncio.gather" or _cancels(ctx):
            return
        ctx.report(
            self,
            call,
            "`return_exceptions=True` puts the errors into a list that nobody looks at, so that "
            "the workflow goes on as if nothing had failed; look at the results",
            subject=call.func,
        )


def _is_told(call: cst.Call) -> bool:
    for arg in call.args:
        if arg.keyword is not None and arg.keyword.value == "return_exceptions":
            return isinstance(arg.value, cst.Name) and arg.value.value == "True"
    return False


def _is_dropped(ctx: Context) -> bool:
    match ctx.parent():
        case cst.Expr():
            return True
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value="_"))]):
            return True
    return False


def _cancels(ctx: Context) -> bool:
    from wflint.rule import walk

    around = ctx.ancestors[:1]
    return any(
        isinstance(node, cst.Attribute) and node.attr.value == "cancel"
        for outer in around
        for node in walk(outer)
    )
