"""Uses a decorator of the SDK in a form that it does not have: the import fails.

## What breaks

``@workflow.run``, ``@workflow.init``, ``@workflow.dynamic_config`` and ``@update.validator`` stand
without parentheses, and so does ``@workflow.query`` without options. All options are given by
keyword: ``@activity.defn("charge")`` takes the name for the function. ``@workflow.defn`` stands on
a class: a workflow is never a plain function.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run()
    async def run(self, order: str) -> str:
        return f"done: {order}"
```

## Good

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return f"done: {order}"
```

## Fix safety

The fix takes the parentheses away, or writes ``name=``; nothing makes a class of a function. It is
safe: as it is, the module cannot be imported, so that no history was written by it.

## What the SDK does

When the module is imported: `TypeError: run() missing 1 required positional argument: 'fn'`,
`RuntimeError: Cannot create query without function or name or dynamic`, `AttributeError: 'str'
object has no attribute '__name__'`, or `AttributeError: 'function' object has no attribute
'__mro__'`. ``@workflow.signal()``, ``@workflow.update()`` and
``@workflow.defn()`` are fine.

## References

* https://docs.temporal.io/develop/python/core-application#develop-workflows
* https://docs.temporal.io/workflows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import (
    NOT_IMPORTED,
    Fixable,
    Report,
    Rule,
    Scope,
    Severity,
    TextEdit,
    ValueType,
    cst,
)

if TYPE_CHECKING:
    from wflint.rule import DecoratedView, DecoratorView, FixView, Repair

_WITHOUT = {
    **{f"temporalio.workflow.{kind}": f"@workflow.{kind}" for kind in ("init", "run")},
    "temporalio.workflow.dynamic_config": "@workflow.dynamic_config",
    "temporalio.workflow.query": "@workflow.query",
    "temporalio.workflow.update.validator": "",
}
_WORKFLOW = "temporalio.workflow.defn"
_BY_KEYWORD = frozenset({"temporalio.activity.defn", _WORKFLOW}) | {
    f"temporalio.workflow.{kind}" for kind in ("query", "signal", "update")
}


class DecoratorCallForm(Rule):
    code = "WFL508"
    name = "decorator-call-form"
    severity = Severity.ERROR
    fix = Fixable.SAFE
    scope = Scope.WORKFLOW | Scope.ASYNC_ACTIVITY | Scope.SYNC_ACTIVITY
    since = "0.1"

    def check_decorated(self, at: DecoratedView) -> Iterable[Report]:
        """Each decorator that is called with nothing, or is given a name by position."""
        for decorator in at.decorators:
            if decorator.name in _WITHOUT and decorator.is_bare_call:
                form = _WITHOUT[decorator.name] or f"@{decorator.fact.target.name}.validator"
                yield Report(
                    f"`{form}` stands on `{at.name}` with parentheses, and the SDK takes it "
                    f"without: {NOT_IMPORTED}"
                )
            elif decorator.name in _BY_KEYWORD and _is_named(decorator):
                yield Report(
                    f"`{decorator.written}` of `{at.name}` is given a name by position, where it "
                    f"takes a function or class: {NOT_IMPORTED}; write `name=`"
                )
            elif decorator.name == _WORKFLOW and not at.is_class and at.is_given_to(_WORKFLOW):
                yield Report(
                    f"`@workflow.defn` stands on the function `{at.name}`, and the SDK takes a "
                    f"class: {NOT_IMPORTED}; make `{at.name}` the `@workflow.run` method of one"
                )

    def repair(self, at: FixView) -> Repair | None:
        """All decorators of the definition as the SDK takes them."""
        node = at.node
        if not isinstance(node, (cst.ClassDef, cst.FunctionDef)):
            return None
        calls = (one.decorator for one in node.decorators if isinstance(one.decorator, cst.Call))
        edits = [edit for call in calls if (edit := _mended(call, at)) is not None]
        return at.safe("Write the decorator as the SDK takes it", *edits) if edits else None


def _mended(call: cst.Call, at: FixView) -> TextEdit | None:
    name = at.dotted_name(call.func)
    is_validator = isinstance(call.func, cst.Attribute) and call.func.attr.value == "validator"
    if not call.args and (name in _WITHOUT or (is_validator and not name)):
        return at.replace(call, at.text(call.func))
    first = call.args[0] if call.args else None
    is_text = first is not None and isinstance(first.value, (cst.FormattedString, cst.SimpleString))
    if first is None or not is_text or first.keyword is not None or name not in _BY_KEYWORD:
        return None
    return at.insert_before(first.value, "name=")


def _is_named(decorator: DecoratorView) -> bool:
    return decorator.first is not None and decorator.first.type in (
        ValueType.FSTRING,
        ValueType.STR,
    )
