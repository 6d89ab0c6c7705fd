"""Has code after `workflow.continue_as_new()`, which never returns.

## What breaks

`workflow.continue_as_new()` raises an error that ends the run. What stands behind it in the same
block is never done, though it looks as if it were: the clean-up, the last activity, the log.

Do it before the call.

## Bad

```python
from temporalio import workflow


@workflow.defn
class CleanupWorkflow:
    @workflow.run
    async def run(self) -> None:
        if workflow.info().is_continue_as_new_suggested():
            workflow.continue_as_new()
            workflow.logger.info("a new run begins")
```

## Good

```python
from temporalio import workflow


@workflow.defn
class CleanupWorkflow:
    @workflow.run
    async def run(self) -> None:
        if workflow.info().is_continue_as_new_suggested():
            workflow.logger.info("a new run begins")
            workflow.continue_as_new()
```

## What the SDK does

It is declared to return `NoReturn`, which type checkers know. A mere `return` behind the call is
not reported.

## References

* https://docs.temporal.io/develop/python/workflows/continue-as-new
* https://python.temporal.io/temporalio.workflow.html#continue_as_new
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context


class CodeAfterContinueAsNew(Rule):
    code = "WFL909"
    name = "code-after-continue-as-new"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"
    words = ("continue_as_new",)

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """A call that is a statement of its own, and what follows it in its block."""
        from wflint.rule import walk

        if ctx.dotted_name(node.func) != "temporalio.workflow.continue_as_new":
            return
        around = ctx.ancestors[::-1]
        if around and isinstance(around[0], cst.Await):
            around = around[1:]
        if len(around) < 2 or not isinstance(around[0], (cst.Expr, cst.Return)):
            return
        block = around[2] if len(around) > 2 else None
        lines = list(block.body) if isinstance(block, cst.IndentedBlock) else []
        number = next((n for n, line in enumerate(lines) if line is around[1]), len(lines))
        behind = lines[number + 1 :]
        if any(_does_something(inner) for line in behind for inner in walk(line)):
            message = (
                "`workflow.continue_as_new()` never returns, so what follows it is never done; "
                "do it before"
            )
            ctx.report(self, node, message, subject=node.func)


def _does_something(node: cst.CSTNode) -> bool:
    """True for what has an effect, and is no mere expression."""
    return isinstance(node, (cst.Assign, cst.AugAssign, cst.Await, cst.Call, cst.Del))
