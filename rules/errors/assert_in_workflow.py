"""Uses `assert` in workflow code.

## What breaks

An `AssertionError` fails the workflow *task*, which is retried for ever, and not the workflow. For
a bug that is what you want: the workflow waits, as "Workflow Task in failed state", for a
deployment that mends it. For data that somebody has sent, it hangs until somebody terminates it.
And a worker that runs with `python -O` skips all of them, so that two workers may go different
ways with one history.

Raise an `ApplicationError` for what may happen, and keep `assert` for what cannot.

This rule is opt-in (`--select WFL702`, or `--pedantic`): most assertions in workflows tell a type
checker what its author knows.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, amount: int) -> int:
        assert amount > 0, "nothing is ordered"
        return amount
```

## Good

```python
from temporalio import workflow
from temporalio.exceptions import ApplicationError


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, amount: int) -> int:
        if amount <= 0:
            raise ApplicationError("nothing is ordered", type="ValueError")
        return amount
```

## What the SDK does

The worker logs `Failed activation on workflow` with the assertion. Not reported are assertions of a
type or of a value that is there (`isinstance(x, C)`, `x is not None`, `x`), those that somebody
catches, and workflows that name `AssertionError` or `Exception` in `failure_exception_types`.

## References

* https://docs.temporal.io/develop/python/best-practices/error-handling
* https://docs.python.org/3/reference/simple_stmts.html#the-assert-statement
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView


class AssertInWorkflow(Rule):
    code = "WFL702"
    name = "assert-in-workflow"
    severity = Severity.INFO
    scope = Scope.RUN | Scope.SIGNAL | Scope.UPDATE | Scope.INIT
    since = "0.1"

    def visit_Assert(self, node: cst.Assert, ctx: Context) -> None:
        """An assertion of something that callers decide."""
        if not _is_for_types(node.test):
            ctx.report(
                self,
                node,
                "a failed `assert` fails the workflow *task*, which is retried for ever; raise "
                "`ApplicationError` for what may happen",
            )

    def confirm(self, view: FindingView) -> Report | None:
        """Only where the error gets to the SDK, and is no failure there."""
        if not view.fails_task("builtins.AssertionError"):
            return None
        return Report(view.message)


def _is_for_types(test: cst.BaseExpression) -> bool:
    """True of what a type checker learns from."""
    pending = [test]
    while pending:
        match pending.pop():
            case cst.BooleanOperation(left=left, right=right):
                pending += [left, right]
            case cst.Call(func=cst.Name(value="isinstance" | "issubclass" | "callable")):
                pass
            case cst.Comparison(
                comparisons=[cst.ComparisonTarget(operator=cst.IsNot() | cst.Is())]
            ):
                pass
            case cst.Name(value=name) if name != "False":
                pass
            case cst.Attribute():
                pass
            case _:
                return False
    return True
