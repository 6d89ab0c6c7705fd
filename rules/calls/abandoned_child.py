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
a condition or a task may come after the start. The child may report back with a signal.

## References

* https://docs.temporal.io/parent-close-policy
* https://docs.temporal.io/develop/python/workflows/child-workflows
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

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
        if _is_dropped(node, ctx.parent(), ctx):
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
    return len(names) == len(targets) and not any(_is_used(name, ctx, node) for name in names)


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
