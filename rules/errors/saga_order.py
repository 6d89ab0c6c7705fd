"""Records how to undo a step only after the step is done.

## What breaks

A saga keeps a list of compensations, and runs them when a later step fails. If a compensation is
added behind the step that it undoes, it is missing where it is needed most: an activity that fails
or times out, or is cancelled, may have done its work all the same. The booking was made, the answer
got lost, and nobody takes it back.

Add the compensation first, and make it harmless where there is nothing to undo.

This rule is opt-in (`--select WFL714`, or `--pedantic`): a step may be known to leave nothing
behind when it fails.

## Bad

```python
from datetime import timedelta

from temporalio import workflow

SOON = timedelta(seconds=9)


@workflow.defn
class TripWorkflow:
    @workflow.run
    async def run(self, trip: str) -> None:
        compensations: list[str] = []
        try:
            await workflow.execute_activity("book_hotel", trip, start_to_close_timeout=SOON)
            compensations.append("cancel_hotel")
            await workflow.execute_activity("book_flight", trip, start_to_close_timeout=SOON)
        except Exception:
            for undo in reversed(compensations):
                await workflow.execute_activity(undo, trip, start_to_close_timeout=SOON)
            raise
```

## Good

```python
from datetime import timedelta

from temporalio import workflow

SOON = timedelta(seconds=9)


@workflow.defn
class TripWorkflow:
    @workflow.run
    async def run(self, trip: str) -> None:
        compensations: list[str] = []
        try:
            compensations.append("cancel_hotel")
            await workflow.execute_activity("book_hotel", trip, start_to_close_timeout=SOON)
            await workflow.execute_activity("book_flight", trip, start_to_close_timeout=SOON)
        except Exception:
            for undo in reversed(compensations):
                await workflow.execute_activity(undo, trip, start_to_close_timeout=SOON)
            raise
```

## What the SDK does

Nothing. Looked at are lists with names such as `compensations`, `rollbacks` or `undo_steps`. Not
reported are compensations that need what the step has given.

## References

* https://docs.temporal.io/develop/python/best-practices/error-handling
* https://learn.temporal.io/tutorials/python/trip-booking-app/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wflint.rule import Effect, Report, Rule, Scope, Severity, cst, sdk_calls

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_NAMES = re.compile(r"compensat|rollback|undo|revert", re.IGNORECASE)
_STEPS = Effect.AWAITS_ACTIVITY | Effect.AWAITS_CHILD | Effect.AWAITS_OPERATION
_ADDS = frozenset({"append", "appendleft", "insert", "push"})


class SagaOrder(Rule):
    code = "WFL714"
    name = "saga-order"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"

    def visit_IndentedBlock(self, node: cst.IndentedBlock, ctx: Context) -> None:
        """A step that is waited for, and right behind it what is added to the list."""
        for step, after in zip(node.body, node.body[1:], strict=False):
            awaited, given = _awaited(step), _added(after)
            if awaited is None or given is None or _names_in(given) & _bound(step):
                continue
            ctx.report(
                self,
                given,
                "the compensation is added when the step is done: if the step fails or times out "
                "it may have done its work, and nothing undoes it; add it before the step",
                asked=awaited.func,
                detail=_is_step(ctx.dotted_name(awaited.func) or ""),
            )

    def confirm(self, view: FindingView) -> Report | None:
        """Only behind what an activity or child workflow does."""
        is_step = view.read(bool) or view.effect(_STEPS) is not None
        return Report(view.message) if is_step else None


def _is_step(name: str) -> bool:
    """True if a call of the SDK does what can be undone."""
    known = sdk_calls().get(name)
    return known is not None and bool(known.does & _STEPS)


def _awaited(statement: cst.BaseStatement) -> cst.Call | None:
    match statement:
        case cst.SimpleStatementLine(
            body=[
                cst.Expr(value=cst.Await(expression=cst.Call() as call))
                | cst.Assign(value=cst.Await(expression=cst.Call() as call))
                | cst.AnnAssign(value=cst.Await(expression=cst.Call() as call))
            ]
        ):
            return call
    return None


def _added(statement: cst.BaseStatement) -> cst.Call | None:
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Expr(value=cst.Call(func=cst.Attribute(value=of, attr=method)) as call)]
        ) if method.value in _ADDS:
            last = of.attr if isinstance(of, cst.Attribute) else of
            is_one = isinstance(last, cst.Name) and _NAMES.search(last.value)
            return call if is_one else None
    return None


def _bound(statement: cst.BaseStatement) -> set[str]:
    """The names that a step gives a value."""
    from wflint.rule import walk

    targets = [n for n in walk(statement) if isinstance(n, (cst.AssignTarget, cst.AnnAssign))]
    return {name for node in targets for name in _names_in(node.target)}


def _names_in(node: cst.CSTNode) -> set[str]:
    from wflint.rule import walk

    return {inner.value for inner in walk(node) if isinstance(inner, cst.Name)}
