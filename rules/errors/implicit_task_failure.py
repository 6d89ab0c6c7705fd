"""Lets a Python error escape when outside data are not as expected.

## What breaks

`TABLE[key]`, `Kind(value)`, `Model.model_validate(data)`, `json.loads(text)` and `int(text)` raise
`KeyError` or `ValueError` for what they do not know. Nobody wrote `raise`, but in a workflow the
result is the same: the workflow *task* fails and is retried for ever, and the workflow does not
fail. The data came from an activity, a signal or the input, and are in the history, so that they
are the same each time: a "Workflow Task in failed state" that no retry mends.

Catch the error and raise `ApplicationError`, or name it in `failure_exception_types`.

This rule is opt-in (`--select WFL717`, or `--pedantic`): data are often known to be right.

## Bad

```python
from temporalio import workflow

RATES = {"standard": 5, "express": 9}


@workflow.defn
class ShippingWorkflow:
    @workflow.run
    async def run(self, kind: str) -> int:
        return RATES[kind]
```

## Good

```python
from temporalio import workflow
from temporalio.exceptions import ApplicationError

RATES = {"standard": 5, "express": 9}


@workflow.defn
class ShippingWorkflow:
    @workflow.run
    async def run(self, kind: str) -> int:
        rate = RATES.get(kind)
        if rate is None:
            raise ApplicationError(f"no such kind: {kind}", type="UnknownKind")
        return rate
```

## What the SDK does

The worker logs `Failed activation on workflow` with the error. Looked at are parameters of run
methods and of handlers of signals and updates, and what was awaited; not what another function is
given. Not reported are errors that somebody catches, keys that the function looks for with `in`,
and workflows that name the error in `failure_exception_types`.

## References

* https://docs.temporal.io/develop/python/best-practices/error-handling
* https://python.temporal.io/temporalio.workflow.html#defn
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import ParamKind, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_VALUE, _KEY = "builtins.ValueError", "builtins.KeyError"
_CALLS = {
    "builtins.float": _VALUE,
    "builtins.int": _VALUE,
    "json.loads": _VALUE,
}
_METHODS = frozenset({"model_validate", "model_validate_json", "model_validate_strings"})
_ENUMS = ("enum.",)
_NUMBERS = frozenset({"builtins.bool", "builtins.float", "builtins.int"})


class ImplicitTaskFailure(Rule):
    code = "WFL717"
    name = "implicit-task-failure"
    severity = Severity.INFO
    scope = Scope.RUN | Scope.SIGNAL | Scope.UPDATE
    since = "0.1"

    def visit_Subscript(self, node: cst.Subscript, ctx: Context) -> None:
        """A constant table that is looked up with data."""
        match node:
            case cst.Subscript(
                value=cst.Name(value=table),
                slice=[cst.SubscriptElement(slice=cst.Index(value=key))],
            ) if table.isupper() and not isinstance(ctx.parent(), cst.AssignTarget):
                if _is_data(key, ctx) and not _is_looked_for(table, ctx):
                    self._note(node, _KEY, ctx, None)

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """A call that refuses data which it does not know."""
        if not node.args or node.args[0].star or not _is_data(node.args[0].value, ctx):
            return
        error = _CALLS.get(ctx.dotted_name(node.func) or "")
        word = _last_word(node.func)
        if error is not None and len(node.args) == 1:
            self._note(node, error, ctx, node.args[0].value)
        elif isinstance(node.func, cst.Attribute) and word in _METHODS:
            self._note(node, _VALUE, ctx, None)
        elif word[:1].isupper() and not _is_tested(node.args[0].value, ctx):
            self._note(node, "", ctx, node)

    def _note(self, node: cst.CSTNode, error: str, ctx: Context, of: cst.CSTNode | None) -> None:
        ctx.report(self, node, ctx.code(node), asked=of, detail=error)

    def confirm(self, view: FindingView) -> Report | None:
        """Only where the error gets to the SDK, and is no failure there."""
        error = view.read(str)
        if not error and any(base.startswith(_ENUMS) for base in view.external_bases()):
            error = _VALUE
        elif any(t.name in _NUMBERS for t in view.types()):
            return None
        if not error or not view.fails_task(error):
            return None
        code = view.message if "\n" not in view.message else "this"
        return Report(
            f"`{code}` raises `{error.rpartition('.')[2]}` for data that it does not know, which "
            "fails the workflow *task*, retried for ever, and not the workflow; raise "
            "`ApplicationError` for them"
        )


def _is_data(expr: cst.BaseExpression, ctx: Context) -> bool:
    """True if an expression is a part of what a handler is given, or of what was awaited."""
    node = expr
    while isinstance(node, (cst.Attribute, cst.Subscript)):
        node = node.value
    if isinstance(node, cst.Await):
        return True
    if not isinstance(node, cst.Name):
        return False
    return node.value in _given(ctx) or _is_awaited(node.value, ctx)


def _given(ctx: Context) -> set[str]:
    """The parameters of a method that has a decorator of the SDK."""
    head = ctx.function
    names = {d.last_word for d in head.decorators}
    if names.isdisjoint(_HANDLERS):
        return set()
    return {param.name for param in head.params if param.kind is ParamKind.POSITIONAL}


_HANDLERS = frozenset({"run", "signal", "update"})


def _is_awaited(name: str, ctx: Context) -> bool:
    """True if a name is given what is awaited, and nothing else."""
    from wflint.rule import walk

    values = [
        node.value
        for node in walk(ctx.ancestors[0])
        if (isinstance(node, cst.Assign) and _is_name(node.targets[0].target, name))
        or (isinstance(node, cst.AnnAssign) and _is_name(node.target, name))
    ]
    return bool(values) and all(isinstance(value, cst.Await) for value in values)


def _is_looked_for(table: str, ctx: Context) -> bool:
    """True if the function asks what is in a table."""
    from wflint.rule import walk

    return any(
        isinstance(node, cst.ComparisonTarget)
        and isinstance(node.operator, (cst.In, cst.NotIn))
        and _is_name(node.comparator, table)
        for node in walk(ctx.ancestors[0])
    )


def _is_tested(value: cst.BaseExpression, ctx: Context) -> bool:
    """True if the function asks if a value is in something: `kind not in Kind`."""
    from wflint.rule import walk

    code = ctx.code(value)
    return any(
        isinstance(node, cst.Comparison)
        and isinstance(node.comparisons[0].operator, (cst.In, cst.NotIn))
        and ctx.code(node.left) == code
        for node in walk(ctx.ancestors[0])
    )


def _last_word(node: cst.BaseExpression) -> str:
    match node:
        case cst.Name(value=word) | cst.Attribute(attr=cst.Name(value=word)):
            return word
    return ""


def _is_name(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name
