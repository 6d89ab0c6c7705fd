"""Passes `workflow.wait_condition()` something it cannot wait for, or uses its result.

## What breaks

`wait_condition(fn)` calls `fn` again and again until it returns something true.

* A value instead of a function, such as `self.done` or `self.is_done()`, cannot be called.
* An `async def` returns a coroutine when it is called, and a coroutine counts as true. So does a
  function that is named but not called, as in `lambda: self.is_done`. The wait is over at once.
* `timeout=0` fails at once, even if the condition holds.
* The result is always `None`. In `if await workflow.wait_condition(...)` it is never true. When
  the time has run out, it raises `asyncio.TimeoutError`.

## Bad

```python
from temporalio import workflow


@workflow.defn
class ApprovalWorkflow:
    def __init__(self) -> None:
        self.approved = True

    @workflow.run
    async def run(self) -> str:
        await workflow.wait_condition(self.approved)
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

`wait_condition(self.x)` becomes `wait_condition(lambda: self.x)`. The workflow now waits where it
failed before, so what it does next may change: the fix is unsafe. A condition that cannot change
while the workflow waits, such as a literal or a local variable, is left alone, and so is one that a
`lambda` cannot hold. The other mistakes need a decision: a plain function instead of an `async
def`, a time instead of 0, or an `except` instead of an `if`.

## What the SDK does

A value raises `TypeError: 'bool' object is not callable` when the call runs, which fails the
workflow task again and again. A coroutine passes as true with only a `RuntimeWarning`. `timeout=0`
raises `TimeoutError`, which fails the workflow. The result is not checked.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://python.temporal.io/temporalio.workflow.html#wait_condition
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import (
    Api,
    Fixable,
    Gives,
    Kind,
    Report,
    Rule,
    Scope,
    Severity,
    Value,
    ValueType,
    cst,
    names_giving,
)

if TYPE_CHECKING:
    from wflint.rule import Callee, CallView, Context, FindingView, FixView, Repair

_WAIT = "temporalio.workflow.wait_condition"
_ALL_FINISHED = "temporalio.workflow.all_handlers_finished"
_TYPES = frozenset(
    {"bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"}
)
_VALUES = _TYPES | {ValueType.FSTRING, ValueType.GENERATOR, ValueType.NONE}
_GIVE_VALUES = frozenset(
    {
        "asyncio.Event.is_set",
        "asyncio.Future.done",
        "asyncio.Lock.locked",
        "asyncio.Queue.empty",
        "asyncio.Queue.full",
        "asyncio.Queue.qsize",
        "asyncio.Task.done",
        "builtins.all",
        "builtins.any",
        "builtins.bool",
        "builtins.isinstance",
        "builtins.len",
        "temporalio.workflow.ActivityHandle.done",
        "temporalio.workflow.ChildWorkflowHandle.done",
        "temporalio.workflow.patched",
        _ALL_FINISHED,
    }
)
_COROUTINES = names_giving(Gives.COROUTINE)

_ASK_AGAIN = Api("workflow.wait_condition(lambda: ...)", Fixable.UNSAFE)
_NO_FUNCTION = (
    "`workflow.wait_condition()` gets a value and cannot ask it again; write `lambda: ...`"
)
_COROUTINE = (
    "`workflow.wait_condition()` does not await its function, "
    "and a coroutine counts as true; use a plain function"
)
_NOT_CALLED = "`lambda: {name}` is always true, because the function is not called; add `()`"
_NO_TIME = (
    "`timeout=0` makes `workflow.wait_condition()` fail at once, "
    "even if the condition holds; give it a time or leave it out"
)
_NO_RESULT = (
    "`workflow.wait_condition()` always returns None; "
    "catch `asyncio.TimeoutError` to see that the time has run out"
)


class WaitConditionMisuse(Rule):
    code = "WFL205"
    name = "wait-condition-misuse"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"
    targets = frozenset({_WAIT})

    def check_call(self, view: CallView) -> Iterable[Report]:
        """A condition that is a value, or an `async def`, wherever it is defined."""
        condition = view.argument(0, "fn")
        if condition is None:
            return
        value = condition.value
        is_result = value.type is ValueType.CALL and value.ref.kind is Kind.RESULT
        own = view.resolve(
            Value(ValueType.NAME, ref=value.ref.of or value.ref) if is_result else value
        )
        if own is not None and own.is_async:
            yield Report(_COROUTINE)
        elif value.type in _VALUES or _gives_value(view, value, own if is_result else None):
            yield Report(_NO_FUNCTION, api=_ASK_AGAIN)

    def confirm(self, view: FindingView) -> Report | None:
        """A finding of the visitor; that the condition is no function can be mended."""
        if not view.message:
            return _lambda_fault(view)
        api = _ASK_AGAIN if view.message == _NO_FUNCTION else None
        return Report(view.message, view.severity, api=api)

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """Report what the source shows: lambdas, `not`, the timeout, and the use of the result."""
        if ctx.dotted_name(node.func) != _WAIT:
            return
        for message in (_condition_fault(node, ctx), _timeout_fault(node, ctx), _use_fault(ctx)):
            if message:
                ctx.report(self, node, message, subject=node.func)
        match _condition(node):
            case cst.Lambda(body=cst.Call(func=called)):
                ctx.report(self, node, "", subject=node.func, asked=called, detail="")
            case cst.Lambda(body=cst.Name() | cst.Attribute() as named):
                shown = ctx.code(named)
                ctx.report(self, node, "", subject=node.func, asked=named, detail=shown)

    def repair(self, at: FixView) -> Repair | None:
        """`lambda:` before a condition that can change."""
        call = at.call
        conditions = [a for a in call.args if a.keyword is None or a.keyword.value == "fn"]
        if at.api is not _ASK_AGAIN or len(conditions) != 1 or conditions[0].star:
            return None
        condition = conditions[0].value
        if at.dotted_name(call.func) != _WAIT or not _can_be_asked_again(condition, at):
            return None
        at.command()
        return at.unsafe("Write `lambda:` before it", at.insert_before(condition, "lambda: "))


def _gives_value(view: CallView, value: Value, called: Callee | None) -> bool:
    """True if a name or call stands for something that surely cannot be called."""
    if called is not None:
        returned = called.head.returns
        return returned.kind is Kind.GLOBAL and returned.name in _TYPES
    name = view.qualified(value)
    is_type = name.removeprefix("builtins.") in _TYPES | {"False", "True"}
    return is_type or (value.type is ValueType.CALL and name in _GIVE_VALUES)


def _lambda_fault(view: FindingView) -> Report | None:
    """The function that a lambda calls gives a coroutine; or it is only named, and not called."""
    callee, named = view.callee(), view.read(str)
    if callee is None:
        return None
    if not named:
        return Report(_COROUTINE) if callee.is_async else None
    return None if callee.head.decorators else Report(_NOT_CALLED.format(name=named))


def _condition(node: cst.Call) -> cst.BaseExpression | None:
    given = [a.value for a in node.args if a.keyword is None or a.keyword.value == "fn"]
    return given[0] if given and not node.args[0].star else None


def _condition_fault(node: cst.Call, ctx: Context) -> str:
    condition = _condition(node)
    if isinstance(condition, cst.UnaryOperation) and isinstance(condition.operator, cst.Not):
        return _NO_FUNCTION
    if not isinstance(condition, cst.Lambda):
        return ""
    body = condition.body
    if isinstance(body, cst.Await):
        return _COROUTINE
    if isinstance(body, cst.Call):
        return _COROUTINE if ctx.dotted_name(body.func) in _COROUTINES else ""
    if isinstance(body, (cst.Name, cst.Attribute)) and ctx.dotted_name(body) == _ALL_FINISHED:
        return _NOT_CALLED.format(name=ctx.code(body))
    return ""


def _timeout_fault(node: cst.Call, ctx: Context) -> str:
    for arg in node.args:
        if arg.keyword is not None and arg.keyword.value == "timeout" and _is_zero(arg.value, ctx):
            return _NO_TIME
    return ""


def _is_zero(node: cst.BaseExpression, ctx: Context) -> bool:
    if isinstance(node, (cst.Integer, cst.Float)):
        return not node.evaluated_value
    if isinstance(node, cst.Call) and ctx.dotted_name(node.func) == "datetime.timedelta":
        return all(not arg.star and _is_zero(arg.value, ctx) for arg in node.args)
    return False


def _use_fault(ctx: Context) -> str:
    """The result, or the coroutine itself, decides something, or is kept."""
    parent, at = ctx.parent(), 1
    awaited = isinstance(parent, cst.Await)
    if awaited:
        parent, at = ctx.parent(2), 2
    child = ctx.parent(at - 1)
    if isinstance(parent, (cst.If, cst.While, cst.IfExp, cst.Assert)):
        return _NO_RESULT if parent.test is child else ""
    if isinstance(parent, cst.UnaryOperation):
        return _NO_RESULT
    if isinstance(parent, cst.BooleanOperation):
        return _NO_RESULT if parent.left is child else ""
    if not awaited:
        return ""
    if isinstance(parent, cst.Assign):
        names = [t.target.value for t in parent.targets if isinstance(t.target, cst.Name)]
        is_dropped = len(names) == len(parent.targets) and not _is_read(names, ctx)
        return "" if is_dropped or any(name.startswith("_") for name in names) else _NO_RESULT
    if isinstance(parent, cst.AnnAssign) and isinstance(parent.target, cst.Name):
        return _NO_RESULT if _is_read([parent.target.value], ctx) else ""
    kept = isinstance(parent, (cst.AnnAssign, cst.ComparisonTarget, cst.Comparison, cst.NamedExpr))
    return _NO_RESULT if kept else ""


def _is_read(names: Iterable[str], ctx: Context) -> bool:
    """True if the code around uses a variable anywhere besides giving it a value."""
    from wflint.rule import walk

    nodes, wanted = walk(ctx.ancestors[0]), set(names)
    targets = {
        id(node.target) for node in nodes if isinstance(node, (cst.AnnAssign, cst.AssignTarget))
    }
    return any(
        isinstance(node, cst.Name) and node.value in wanted and id(node) not in targets
        for node in nodes
    )


def _can_be_asked_again(condition: cst.BaseExpression, at: FixView) -> bool:
    """True if an expression may give another answer later, and can be the body of a lambda."""
    from wflint.rule import walk

    if isinstance(condition, (cst.Tuple, cst.GeneratorExp)):
        return False
    nodes = walk(condition)
    if any(isinstance(node, (cst.Await, cst.NamedExpr, cst.Yield)) for node in nodes):
        return False
    calls = [node for node in nodes if isinstance(node, cst.Call)]
    if any(at.dotted_name(call.func) == "temporalio.workflow.patched" for call in calls):
        return False
    return any(isinstance(node, (cst.Attribute, cst.Call, cst.Subscript)) for node in nodes)
