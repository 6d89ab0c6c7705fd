"""Depends on when objects are garbage-collected in workflow code.

## What breaks

Python frees an object when the last reference to it goes, and one that is part of a circle at some
later time, which depends on all that the process has done so far. On replay that is another time.
A weak set or mapping then holds other elements, and a finalizer or `__del__` runs at another
moment; when a workflow is evicted from memory it may even run outside of any workflow.

Keep plain collections, take out of them what is done, and clean up in `finally` or with a context
manager. `weakref.ref()` and `weakref.proxy()` alone are not reported.

## Bad

```python
import weakref

from temporalio import workflow


class Order:
    pass


@workflow.defn
class OrdersWorkflow:
    @workflow.run
    async def run(self) -> int:
        open_orders = weakref.WeakSet([Order(), Order()])
        return len(open_orders)
```

## Good

```python
from temporalio import workflow


class Order:
    pass


@workflow.defn
class OrdersWorkflow:
    @workflow.run
    async def run(self) -> int:
        open_orders = [Order(), Order()]
        return len(open_orders)
```

## What the SDK does

Nothing: the sandbox looks neither at `gc` nor at `weakref`, and it cannot know what runs in
`__del__`.

## References

* https://docs.temporal.io/workflow-definition#deterministic-constraints
* https://docs.python.org/3/reference/datamodel.html#object.__del__
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import ORDERED_CHANGES, UNORDERED_CHANGES, Api, Kind, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context

_COLLECTION = Api(
    message=(
        "what `{name}` still holds depends on when objects are freed, which differs on replay; "
        "use a plain collection and take out what is done"
    )
)
_FINALIZER = Api(
    message=(
        "`{name}` runs its function when an object is freed, at another moment on replay; "
        "clean up in `finally` or with a context manager"
    )
)
_CHANGES = ORDERED_CHANGES | UNORDERED_CHANGES | {"pop", "popitem"}
_DEL = (
    "`__del__` runs when an object is freed, at another moment on replay; "
    "do this in `finally` or with a context manager"
)


class WeakrefGc(Rule):
    code = "WFL128"
    name = "weakref-gc"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    since = "0.1"
    differs_on_replay = True
    message = "`{name}` steers or asks the garbage collector, which is never the same on replay"
    apis = {
        "gc.*": Api(),
        "weakref.WeakKeyDictionary": _COLLECTION,
        "weakref.WeakSet": _COLLECTION,
        "weakref.WeakValueDictionary": _COLLECTION,
        "weakref.finalize": _FINALIZER,
    }

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """A command, or a change of something else, in a `__del__` method."""
        from wflint.rule import is_command

        if not _in_del(ctx):
            return
        match node.func:
            case cst.Attribute(value=changed, attr=cst.Name(value=method)) if method in _CHANGES:
                does_something = _is_another(changed, ctx)
            case _:
                does_something = is_command(node, ctx)
        if does_something:
            ctx.report(self, node, _DEL)

    def visit_Assign(self, node: cst.Assign, ctx: Context) -> None:
        """`self.pool.free = 0` in a `__del__` method."""
        if _in_del(ctx) and any(_is_another(t.target, ctx) for t in node.targets):
            ctx.report(self, node, _DEL)

    def visit_AugAssign(self, node: cst.AugAssign, ctx: Context) -> None:
        """`self.pool.free -= 1` in a `__del__` method."""
        if _in_del(ctx) and _is_another(node.target, ctx):
            ctx.report(self, node, _DEL)


def _in_del(ctx: Context) -> bool:
    return bool(ctx.function.owner) and ctx.function.name == "__del__"


def _is_another(target: cst.BaseExpression, ctx: Context) -> bool:
    """True if something belongs to another object: `self.pool.free`, not `self.free`.

    What belongs to a module or a class is reported wherever it is changed.
    """
    depth = 0
    while isinstance(target, (cst.Attribute, cst.Subscript)):
        depth += isinstance(target, cst.Attribute)
        target = target.value
    return ctx.ref(target).kind is Kind.SELF and depth > 1
