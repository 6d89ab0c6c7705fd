"""Mixes `workflow.now()` with a datetime that has no time zone.

## What breaks

`workflow.now()` is aware: it knows that it is in UTC. `datetime(2024, 1, 1)`, `datetime.utcnow()`
and most of what `datetime.strptime()` gives are naive, and so are `datetime.combine(day, time.min)`
and `datetime.fromisoformat("2024-01-01")`. Python refuses to compare or to subtract the two with a
`TypeError`, also in `max()` and `min()`, which fails the workflow task again and again.

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

The naive time gets `tzinfo=timezone.utc`, or keeps its zone where it would only have lost it with
`.replace(tzinfo=None)`. That is unsafe: only you know which zone the time is meant in.

## What the SDK does

The comparison raises `TypeError: can't compare offset-naive and offset-aware datetimes`, which is
not a failure of the workflow: the task fails and is tried again until the code has changed.

## References

* https://docs.python.org/3/library/datetime.html#aware-and-naive-objects
* https://python.temporal.io/temporalio.workflow.html#now
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from wflint.rule import (
    Fixable,
    Kind,
    NoFix,
    Report,
    Rule,
    Scope,
    Severity,
    TextEdit,
    cst,
    on_one_line,
    shortened,
)

if TYPE_CHECKING:
    from wflint.rule import Constant, Context, FindingView, FixView, Repair

_NOW = "temporalio.workflow.now"
_DATETIME = "datetime.datetime"
_CHOOSES = frozenset({"builtins.max", "builtins.min"})
_ISO_WITHOUT_ZONE = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d(:\d\d){0,2}([.,]\d+)?)?")
_MOST_OF_TIME = 4
"""How many arguments a time of day without a zone is made from."""

_STEPS = 12
"""How many assignments and methods are followed from one operand."""

_FEWEST, _MOST = 3, 7
"""How many arguments a time without a zone is made from."""

_FIELDS = frozenset({"", "day", "hour", "microsecond", "minute", "month", "second", "year"})
"""Their names; a positional argument has none."""

_MESSAGE = (
    "`{aware}` has a time zone and `{naive}` has none, so this raises TypeError; "
    "give the other time `tzinfo=timezone.utc`"
)


class _Mix(NamedTuple):
    """Two operands that do not go together."""

    aware: cst.BaseExpression
    naive: cst.BaseExpression
    now: cst.BaseExpression


class NaiveAwareMix(Rule):
    code = "WFL105"
    name = "naive-aware-mix"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"

    def visit_BinaryOperation(self, node: cst.BinaryOperation, ctx: Context) -> None:
        """`workflow.now() - datetime(2024, 1, 1)`."""
        self._judge(node, ctx)

    def visit_Comparison(self, node: cst.Comparison, ctx: Context) -> None:
        """`workflow.now() > datetime(2024, 1, 1)`; only `==` and `!=` are allowed."""
        self._judge(node, ctx)

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """`max(workflow.now(), datetime(2024, 1, 1))`."""
        if ctx.dotted_name(node.func) in _CHOOSES:
            self._judge(node, ctx)

    def _judge(self, node: cst.BaseExpression, ctx: Context) -> None:
        """Report the first two operands of which one is naive and the other `workflow.now()`."""
        known = ((mix, False) for mix in _mixes(node, ctx))
        constants = ((mix, True) for mix in _with_a_constant(node, ctx))
        for (aware, naive, now), is_asked in chain(known, constants):
            message = _MESSAGE.format(aware=_short(aware, ctx), naive=_short(naive, ctx))
            asked = naive if is_asked else None
            ctx.report(self, node, message, subject=now, asked=asked, detail=is_asked)
            return

    def confirm(self, view: FindingView) -> Report | None:
        """Of a name of a module, only if that is surely a time without a zone."""
        if view.read(bool) and not _is_naive_constant(view.constant()):
            return None
        return Report(view.message)

    def repair(self, at: FixView) -> Repair | None:
        """A zone for each naive operand."""
        ctx = at.context
        naive = [operand for _, operand, _ in _mixes(at.node, ctx)]
        edits = [_with_zone(operand, at, ctx) for operand in naive]
        return at.unsafe("Give both times a zone", *edits) if edits else None


def _mixes(node: cst.CSTNode, ctx: Context) -> Iterator[_Mix]:
    """The aware and the naive operands that stand side by side, and the name `workflow.now`."""
    return (mix for mix in _beside_now(node, ctx) if _is_naive(mix.naive, ctx))


def _with_a_constant(node: cst.CSTNode, ctx: Context) -> Iterator[_Mix]:
    """The same for names of a module, which may be naive."""
    for mix in _beside_now(node, ctx):
        is_name = isinstance(mix.naive, (cst.Attribute, cst.Name))
        if is_name and ctx.ref(mix.naive).kind in (Kind.GLOBAL, Kind.IMPORT):
            yield mix


def _beside_now(node: cst.CSTNode, ctx: Context) -> Iterator[_Mix]:
    """The operands beside `workflow.now()`, which may be naive or not."""
    for left, right in _operands(node):
        for aware, other in ((left, right), (right, left)):
            now = _aware_source(aware, ctx)
            if now is not None:
                yield _Mix(aware, other, now)


def _is_naive_constant(constant: Constant | None) -> bool:
    if constant is None or constant.name != _DATETIME or not constant.value.complete:
        return False
    keys = constant.value.items
    return _FEWEST <= len(keys) <= _MOST and _FIELDS.issuperset(keys)


def _operands(node: cst.CSTNode) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression]]:
    """The pairs of operands that must be of the same kind."""
    refused = (cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual)
    match node:
        case cst.BinaryOperation(left=left, operator=cst.Subtract(), right=right):
            yield left, right
        case cst.Comparison(left=left, comparisons=targets):
            for target in targets:
                if isinstance(target.operator, refused):
                    yield left, target.comparator
                left = target.comparator
        case cst.Call(args=args) if not any(arg.star or arg.keyword for arg in args):
            yield from pairwise(arg.value for arg in args)


def _with_zone(naive: cst.BaseExpression, at: FixView, ctx: Context) -> TextEdit:
    """The edit that gives a naive operand its zone."""
    while isinstance(naive, cst.BinaryOperation):
        naive = naive.left
    match naive:
        case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name("replace"))) if _has_keyword(
            naive, "tzinfo"
        ):
            if inner.lpar:
                raise NoFix
            return TextEdit(at.span(inner)[1], at.span(naive)[1], "")
        case cst.Call(func=func, args=args):
            name = ctx.dotted_name(func)
            if name == f"{_DATETIME}.utcnow":
                raise NoFix  # wall-clock-time comes first
            if name == _DATETIME:
                zone = f"{at.imported('datetime.timezone')}.utc"
                return at.insert_after(args[-1], f", tzinfo={zone}")
    zone = f"{at.imported('datetime.timezone')}.utc"
    return at.insert_after(naive, f".replace(tzinfo={zone})")


def _aware_source(expr: cst.BaseExpression, ctx: Context) -> cst.BaseExpression | None:
    """The name `workflow.now` if an expression is surely that time, or made of it."""
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
    """True if an expression is surely a time without a zone."""
    node: cst.BaseExpression | None = expr
    for _ in range(_STEPS):
        match node:
            case cst.Call(func=func) if _makes_naive(ctx.dotted_name(func), node):
                return True
            case cst.Call(func=func) if ctx.dotted_name(func) == f"{_DATETIME}.combine":
                return _combines_naive(node, ctx)
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
    """Return what a name was assigned, or what a duration was added to."""
    match node:
        case cst.Name():
            return ctx.assigned(node)
        case cst.BinaryOperation(left=left, operator=cst.Add() | cst.Subtract(), right=right):
            return left if _is_duration(right, ctx) else None
    return None


def _is_duration(node: cst.BaseExpression, ctx: Context) -> bool:
    """True if something is a `timedelta`: one more time would make the whole a duration."""
    while isinstance(node, cst.BinaryOperation):
        node = node.left if isinstance(node.right, (cst.Integer, cst.Float)) else node.right
    return ctx.type_of(node) == "datetime.timedelta"


def _combines_naive(call: cst.Call, ctx: Context) -> bool:
    """`datetime.combine(day, time.min)`; a time of day may have a zone as well."""
    match call.args:
        case [cst.Arg(star="", keyword=None), cst.Arg(star="", keyword=None, value=value)]:
            if isinstance(value, cst.Call):
                is_plain = not any(arg.star or arg.keyword for arg in value.args)
                few = len(value.args) <= _MOST_OF_TIME
                return is_plain and few and ctx.dotted_name(value.func) == "datetime.time"
            return ctx.dotted_name(value) in ("datetime.time.max", "datetime.time.min")
    return False


def _reads_naive(call: cst.Call) -> bool:
    """`datetime.fromisoformat("2024-01-01T00:00:00")`."""
    match call.args:
        case [cst.Arg(star="", value=cst.SimpleString() as text)]:
            return _ISO_WITHOUT_ZONE.fullmatch(str(text.raw_value)) is not None
    return False


def _makes_naive(name: str | None, call: cst.Call) -> bool:
    if any(arg.star for arg in call.args):
        return False
    if name == _DATETIME:
        return _FEWEST <= len(call.args) <= _MOST and not _has_keyword(call, "tzinfo")
    if name == f"{_DATETIME}.utcnow":
        return True
    if name == f"{_DATETIME}.fromisoformat":
        return _reads_naive(call)
    if name != f"{_DATETIME}.strptime" or len(call.args) != 2:
        return False
    form = call.args[1].value
    return isinstance(form, cst.SimpleString) and "%z" not in form.value and "%Z" not in form.value


def _has_keyword(call: cst.Call, name: str) -> bool:
    return any(arg.keyword is not None and arg.keyword.value == name for arg in call.args)


def _short(node: cst.BaseExpression, ctx: Context) -> str:
    return shortened(on_one_line(ctx.code(node)), 40)
