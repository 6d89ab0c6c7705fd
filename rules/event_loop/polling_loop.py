"""Sleeps in a loop until an attribute of the workflow changes.

## What breaks

Each round starts a timer and wakes the workflow for nothing. A flag that is polled every second
fills the history with timers: after some hours the workflow is at the limit of 51,200 events, and
is terminated. The workflow also notices the change late.

`workflow.wait_condition()` sleeps until the condition holds, and costs nothing while it waits.

## Bad

```python
import asyncio

from temporalio import workflow


@workflow.defn
class ApprovalWorkflow:
    def __init__(self) -> None:
        self.approved = True

    @workflow.run
    async def run(self) -> str:
        while not self.approved:
            await asyncio.sleep(1)
        return "approved"

    @workflow.signal
    def approve(self) -> None:
        self.approved = True
```

## Good

```python
from temporalio import workflow


@workflow.defn
class ApprovalWorkflow:
    def __init__(self) -> None:
        self.approved = True

    @workflow.run
    async def run(self) -> str:
        await workflow.wait_condition(lambda: self.approved)
        return "approved"

    @workflow.signal
    def approve(self) -> None:
        self.approved = True
```

## Fix safety

The loop becomes one `await workflow.wait_condition(lambda: ...)`. The timers go, which workflows
that are already running have in their history: the fix is unsafe. A loop with an `else` is left
alone, and so is one with comments, which would be lost.

## What the SDK does

Nothing: the loop works, and the history grows. Only with `asyncio.sleep(0)` such a loop never
releases the thread, and after two seconds the SDK reports a deadlock.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://docs.temporal.io/workflow-execution/limits
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from wflint.rule import (
    Effect,
    Fixable,
    Kind,
    Report,
    Rule,
    Scope,
    Severity,
    TextEdit,
    cst,
    on_one_line,
)

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView, FixView, Repair

_SLEEPS = frozenset({"asyncio.sleep", "temporalio.workflow.sleep"})
_LOOKS = frozenset(
    {
        "builtins.all",
        "builtins.any",
        "builtins.bool",
        "builtins.isinstance",
        "builtins.len",
        "builtins.max",
        "builtins.min",
        "builtins.set",
        "builtins.sum",
        "temporalio.workflow.all_handlers_finished",
    }
)
_LOOKING_METHODS = frozenset(
    {"cancelled", "done", "empty", "get", "is_set", "items", "keys", "values"}
)


_MORE_THAN_LOOKING = ~(Effect.RAISES | Effect.HEARTBEATS)


class _Asked(Struct, array_like=True):
    """The sites of the calls in a condition, and of the attributes, which may be properties."""

    calls: tuple[int, ...]
    attributes: tuple[int, ...]


class PollingLoop(Rule):
    code = "WFL210"
    name = "polling-loop"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"

    def visit_While(self, node: cst.While, ctx: Context) -> None:
        """A loop that does nothing but sleep, and asks the workflow's own state."""
        from wflint.rule import walk

        sleep = _only_sleep(node.body, ctx)
        calls = _only_looks(node.test, ctx)
        if sleep is None or calls is None:
            return

        def shown(part: cst.CSTNode) -> str:
            return on_one_line(ctx.code(part))

        message = (
            f"the loop wakes up only to ask `{shown(node.test)}` again; "
            f"use `await workflow.wait_condition(lambda: {_until(node.test, shown)})`"
        )
        asked = _Asked(
            tuple(ctx.site_of(call) for call in calls),
            tuple(ctx.site_of(part) for part in walk(node.test) if isinstance(part, cst.Attribute)),
        )
        ctx.report(self, node, message, subject=sleep, detail=asked)

    def confirm(self, view: FindingView) -> Report | None:
        """Only if functions and properties that the condition asks do nothing but look as well."""
        asked = view.read(_Asked)
        for site in asked.calls:
            callees = view.callees(site)
            if not callees or any(callee.is_async for callee in callees):
                return None
        if any(view.effect_of_call(s, _MORE_THAN_LOOKING) for s in asked.calls + asked.attributes):
            return None
        return Report(view.message)

    def repair(self, at: FixView) -> Repair | None:
        """The loop becomes one wait."""
        loop = at.node
        if not isinstance(loop, cst.While) or loop.orelse is not None:
            return None
        wait = f"await {at.workflow('wait_condition')}(lambda: {_until(loop.test, at.whole)})"
        start, _ = at.span(loop)
        end = start + len(at.text(loop).rstrip())
        return at.unsafe("Use `workflow.wait_condition()`", TextEdit(start, end, wait))


def _only_sleep(body: cst.BaseSuite, ctx: Context) -> cst.BaseExpression | None:
    """The name of the sleep that is all there is in a loop's body."""
    statement: cst.CSTNode | None = body
    while isinstance(
        statement, (cst.IndentedBlock, cst.SimpleStatementLine, cst.SimpleStatementSuite)
    ):
        statement = statement.body[0] if len(statement.body) == 1 else None
    if not isinstance(statement, cst.Expr) or not isinstance(statement.value, cst.Await):
        return None
    call = statement.value.expression
    if isinstance(call, cst.Call) and ctx.dotted_name(call.func) in _SLEEPS:
        return call.func
    return None


def _only_looks(test: cst.BaseExpression, ctx: Context) -> list[cst.Call] | None:
    """The functions that a condition calls, if all it does is to read `self`, or the handlers."""
    from wflint.rule import walk

    asks, calls = False, []
    for node in walk(test):
        if isinstance(node, (cst.Await, cst.NamedExpr)):
            return None
        if isinstance(node, cst.Call):
            name = ctx.dotted_name(node.func)
            method = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
            looks = name in _LOOKS or (name is None and method in _LOOKING_METHODS)
            if not looks and not ctx.may_be_own(node.func):
                return None
            calls += [] if looks else [node]
            asks = asks or name == "temporalio.workflow.all_handlers_finished"
        elif isinstance(node, cst.Attribute):
            asks = asks or ctx.ref(node).kind is Kind.SELF
    return calls if asks else None


def _until(test: cst.BaseExpression, code: Callable[[cst.CSTNode], str]) -> str:
    """The condition that ends the loop; ``code`` gives the source of its parts."""
    match test:
        case cst.UnaryOperation(operator=cst.Not(), expression=condition):
            source = code(condition)
            bare = condition.lpar and not isinstance(condition, (cst.GeneratorExp, cst.Tuple))
            return source[1:-1].strip() if bare else source
        case cst.Comparison(comparisons=[cst.ComparisonTarget(operator=cst.Is()) as other]):
            return f"{code(test.left)} is not {code(other.comparator)}"
        case cst.Comparison(comparisons=[cst.ComparisonTarget(operator=cst.NotIn()) as other]):
            return f"{code(test.left)} in {code(other.comparator)}"
        case cst.Name() | cst.Attribute():
            return f"not {code(test)}"
    source = code(test)
    return f"not {source}" if test.lpar else f"not ({source})"
