"""Compares or subtracts `workflow.now()` and a time without a time zone.

## What breaks

`workflow.now()` is aware: it knows that it is in UTC. `datetime(2024, 1, 1)`, `datetime.utcnow()`
and most of what `datetime.strptime()` gives are naive. Python refuses to compare or to subtract the
two with a `TypeError`, which fails the workflow task again and again.

Give the other time its zone as well.

## Bad

```python
from datetime import datetime

from temporalio import workflow


@workflow.defn
class SaleWorkflow:
    @workflow.run
    async def run(self) -> bool:
        return workflow.now() > datetime(2024, 1, 1)
```

## Good

```python
from datetime import datetime, timezone

from temporalio import workflow


@workflow.defn
class SaleWorkflow:
    @workflow.run
    async def run(self) -> bool:
        return workflow.now() > datetime(2024, 1, 1, tzinfo=timezone.utc)
```

## Fix safety

The fix adds `tzinfo=timezone.utc`. It is unsafe: only you know which zone the time is meant in.

## What the SDK does

The comparison raises `TypeError: can't compare offset-naive and offset-aware datetimes`, which is
not a failure of the workflow: the task fails and is tried again until the code has changed.

## References

* https://docs.python.org/3/library/datetime.html#aware-and-naive-objects
* https://python.temporal.io/temporalio.workflow.html#now
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Fixable, Rule, Scope, Severity

if TYPE_CHECKING:
    import libcst as cst

    from wflint.facts.context import Context

_NOW = "temporalio.workflow.now"
_DATETIME = "datetime.datetime"
_STEPS = 12
"""How many assignments and methods are followed from one operand."""

_MESSAGE = (
    "`{aware}` has a time zone and `{naive}` has none, so this raises TypeError; "
    "give the other time `tzinfo=timezone.utc`"
)


class NaiveAwareMix(Rule):
    code = "WFL105"
    name = "naive-aware-mix"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"

    def visit_BinaryOperation(self, node: cst.BinaryOperation, ctx: Context) -> None:
        """`workflow.now() - datetime(2024, 1, 1)`."""
        import libcst as cst

        if isinstance(node.operator, cst.Subtract):
            self._judge(node, node.left, node.right, ctx)

    def visit_Comparison(self, node: cst.Comparison, ctx: Context) -> None:
        """`workflow.now() > datetime(2024, 1, 1)`; only `==` and `!=` are allowed."""
        import libcst as cst

        refused = (cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual)
        left = node.left
        for target in node.comparisons:
            if isinstance(target.operator, refused) and self._judge(
                node, left, target.comparator, ctx
            ):
                return
            left = target.comparator

    def _judge(
        self,
        node: cst.BaseExpression,
        left: cst.BaseExpression,
        right: cst.BaseExpression,
        ctx: Context,
    ) -> bool:
        """Report two operands of which one is naive and the other `workflow.now()`."""
        for aware, naive in ((left, right), (right, left)):
            now = _aware_source(aware, ctx)
            if now is not None and _is_naive(naive, ctx):
                texts = {"aware": _short(aware, ctx), "naive": _short(naive, ctx)}
                ctx.report(self, node, _MESSAGE.format(**texts), subject=now)
                return True
        return False


def _aware_source(expr: cst.BaseExpression, ctx: Context) -> cst.BaseExpression | None:
    """The name `workflow.now` if an expression is surely that time, or made of it."""
    import libcst as cst

    node: cst.BaseExpression | None = expr
    for _ in range(_STEPS):
        match node:
            case cst.Call(func=func) if ctx.dotted_name(func) == _NOW:
                return func
            case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value="replace"))):
                node = None if _has_keyword(node, "tzinfo") else inner
            case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value="astimezone"))):
                node = inner
            case _:
                node = _origin(node, ctx)
    return None


def _is_naive(expr: cst.BaseExpression, ctx: Context) -> bool:
    """Whether an expression is surely a time without a zone."""
    import libcst as cst

    node: cst.BaseExpression | None = expr
    for _ in range(_STEPS):
        match node:
            case cst.Call(func=func) if _makes_naive(ctx.dotted_name(func), node):
                return True
            case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value="replace"))):
                if _has_keyword(node, "tzinfo"):
                    given = next(a.value for a in node.args if a.keyword is not None)
                    none = isinstance(given, cst.Name) and given.value == "None"
                    return none and len(node.args) == 1 and _aware_source(inner, ctx) is not None
                node = inner
            case _:
                node = _origin(node, ctx)
    return False


def _origin(node: cst.BaseExpression | None, ctx: Context) -> cst.BaseExpression | None:
    """What a name was assigned, or what a duration was added to."""
    import libcst as cst

    match node:
        case cst.Name():
            return ctx.assigned(node)
        case cst.BinaryOperation(left=left, operator=cst.Add() | cst.Subtract(), right=right):
            return left if _is_duration(right, ctx) else None
    return None


def _is_duration(node: cst.BaseExpression, ctx: Context) -> bool:
    """Whether something is a `timedelta`: one more time would make the whole a duration."""
    import libcst as cst

    while isinstance(node, cst.BinaryOperation):
        node = node.left if isinstance(node.right, (cst.Integer, cst.Float)) else node.right
    return ctx.type_of(node) == "datetime.timedelta"


def _makes_naive(name: str | None, call: cst.Call) -> bool:
    import libcst as cst

    if any(arg.star for arg in call.args):
        return False
    if name == _DATETIME:
        return len(call.args) >= 3 and len(call.args) <= 7 and not _has_keyword(call, "tzinfo")
    if name == f"{_DATETIME}.utcnow":
        return True
    if name != f"{_DATETIME}.strptime" or len(call.args) != 2:
        return False
    form = call.args[1].value
    return isinstance(form, cst.SimpleString) and "%z" not in form.value and "%Z" not in form.value


def _has_keyword(call: cst.Call, name: str) -> bool:
    return any(arg.keyword is not None and arg.keyword.value == name for arg in call.args)


def _short(node: cst.BaseExpression, ctx: Context) -> str:
    text = " ".join(ctx.code(node).split())
    return text if len(text) <= 40 else f"{text[:37]}..."
