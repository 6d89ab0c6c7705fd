"""Starts a child workflow and forgets it, so that it is terminated when the parent ends.

## What breaks

When its parent ends, a child is treated as `parent_close_policy` says, which is `TERMINATE` by
default. A child that is started and then forgotten ("fire and forget") therefore lives only
as long as its parent: when the parent completes, fails or is cancelled, the server terminates the
child in the middle of its work. No code of the child runs any more, no `finally` and no
compensation. In tests it often goes well, because the parent still has something to do.

Await the handle if the child belongs to the parent. If it shall go on without it, say so with
`parent_close_policy=workflow.ParentClosePolicy.ABANDON`.

## Bad

```python
from temporalio import workflow


@workflow.defn
class MailWorkflow:
    @workflow.run
    async def run(self, order: str) -> None:
        await workflow.sleep(60)


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        await workflow.start_child_workflow(MailWorkflow.run, order, id=f"mail-{order}")
        return order
```

## Good

```python
from temporalio import workflow


@workflow.defn
class MailWorkflow:
    @workflow.run
    async def run(self, order: str) -> None:
        await workflow.sleep(60)


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        await workflow.start_child_workflow(
            MailWorkflow.run,
            order,
            id=f"mail-{order}",
            parent_close_policy=workflow.ParentClosePolicy.ABANDON,
        )
        return order
```

## What the SDK does

Nothing: it starts the child. The server terminates it when the parent closes.

Not reported are handles that are kept, handed on or awaited, calls that name a policy or get one
from an interceptor of the project, and options that cannot be read. The rule is silent as well
where the parent may outlive the child: in handlers, in `while` loops, and where a wait for a timer,
a condition or a task may come after the start: the child may report back with a signal. An activity
or another child may wait for it as well, if it is given the id of the child, by itself.

## References

* https://docs.temporal.io/parent-close-policy
* https://docs.temporal.io/develop/python/workflows/child-workflows
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from wflint.rule import Effect, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_START = "temporalio.workflow.start_child_workflow"
_IDS = frozenset({"first_execution_run_id", "id"})
"""Attributes of a handle that say which child it is, and nothing of how it goes on."""

_POLICY = "parent_close_policy"


class AbandonedChild(Rule):
    code = "WFL620"
    name = "abandoned-child"
    severity = Severity.WARNING
    scope = Scope.RUN
    since = "0.1"
    words: ClassVar[tuple[str, ...]] = ("start_child_workflow",)

    def visit_Await(self, node: cst.Await, ctx: Context) -> None:
        """A child that is started, and whose handle nobody keeps."""
        call = node.expression
        if not isinstance(call, cst.Call) or ctx.dotted_name(call.func) != _START:
            return
        if any(isinstance(outer, cst.While) for outer in ctx.ancestors):
            return
        if _is_dropped(node, ctx.parent(), ctx) and not _is_told(node, call, ctx):
            ctx.report(self, call, f"{ctx.code(call.func)}()", subject=call.func)

    def confirm(self, view: FindingView) -> Report | None:
        """Only a child that gets no policy at all: what is given has been decided."""
        command = view.command()
        if command is None or command.call.spread or _POLICY in command.call.keywords:
            return None
        if command.call.is_intercepted(_POLICY):
            return None
        if view.effect_after(Effect.AWAITS_ASYNCIO) is not None:
            return None
        return Report(
            f"the handle that `{view.message}` gives is dropped, and by default the child is "
            "terminated when this workflow ends; await the handle, or pass "
            "`parent_close_policy=workflow.ParentClosePolicy.ABANDON`"
        )


def _is_dropped(node: cst.Await, parent: cst.CSTNode | None, ctx: Context) -> bool:
    if isinstance(parent, cst.Attribute):
        return parent.attr.value in _IDS
    if isinstance(parent, cst.Expr):
        return True
    if not isinstance(parent, (cst.AnnAssign, cst.Assign)):
        return False
    targets = [parent.target] if isinstance(parent, cst.AnnAssign) else _targets(parent)
    names = [target.value for target in targets if isinstance(target, cst.Name)]
    if len(names) != len(targets) or any(_is_used(name, ctx, node) for name in names):
        return False
    ids = [f"{name}.{attribute}" for name in names for attribute in _IDS]
    return _told(ctx, node).keys().isdisjoint(ids)


def _targets(node: cst.Assign) -> Sequence[cst.BaseExpression]:
    return [target.target for target in node.targets]


def _is_used(name: str, ctx: Context, node: cst.CSTNode) -> bool:
    """True if anything but the id of a handle is read by its name, anywhere in the function."""
    from wflint.rule import tree_of

    tree = tree_of(ctx, node)
    for read in tree.reads(tree.nodes[0], name):
        outer = tree.up(read)
        if not isinstance(outer, cst.Attribute) or outer.attr.value not in _IDS:
            return True
    return False


def _is_told(node: cst.Await, call: cst.Call, ctx: Context) -> bool:
    """True if something that is awaited later gets the id of a child, and may wait for it.

    A parameter, or what the child gets as well, is more than its id.
    """
    ids = [arg.value for arg in call.args if arg.keyword is not None and arg.keyword.value == "id"]
    if not ids or (isinstance(ids[0], cst.Name) and not _is_own_name(ids[0], node, ctx)):
        return False
    code = ctx.code(ids[0])
    if any(ctx.code(arg.value) == code for arg in call.args if arg.value is not ids[0]):
        return False
    last = _told(ctx, node).get(code)
    return last is not None and last > _number(ctx, node)


def _is_own_name(name: cst.Name, node: cst.Await, ctx: Context) -> bool:
    from wflint.rule import tree_of

    return bool(tree_of(ctx, node).assignments(name.value, node))


class _Awaited(NamedTuple):
    """The awaited calls of a function: where each stands, and where something is given last."""

    numbers: dict[int, int]
    given: dict[str, int]


def _told(ctx: Context, node: cst.Await) -> dict[str, int]:
    return _awaited(ctx, next(iter(ctx.ancestors), node)).given


def _number(ctx: Context, node: cst.Await) -> int:
    return _awaited(ctx, next(iter(ctx.ancestors), node)).numbers[id(node)]


@lru_cache(maxsize=1)
def _awaited(ctx: Context, root: cst.CSTNode) -> _Awaited:
    from wflint.rule import tree_of

    found = _Awaited({}, {})
    for number, node in enumerate(tree_of(ctx, root).nodes):
        if not isinstance(node, cst.Await):
            continue
        found.numbers[id(node)] = number
        for arg in node.expression.args if isinstance(node.expression, cst.Call) else ():
            if arg.keyword is None or arg.keyword.value != "id":
                found.given.update((ctx.code(part), number) for part in _parts(arg.value))
    return found


def _parts(value: cst.BaseExpression) -> list[cst.BaseExpression]:
    if isinstance(value, (cst.List, cst.Tuple)):
        return [element.value for element in value.elements]
    return [value]
