"""Issues commands, waits or changes state only while replaying, or only when not replaying.

## What breaks

`workflow.unsafe.is_replaying()` is false when code runs for the first time, and true when a Worker
runs it again to get back to where the workflow was. Commands that depend on the answer are in the
history and not in the replay, or the other way round: the workflow task fails with a nondeterminism
error (TMPRL1100) and is retried for ever. State that depends on it is lost when the workflow moves
to another Worker.

Only what leaves the workflow as it is may depend on the answer: logs, metrics, traces.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        if not workflow.unsafe.is_replaying():
            await workflow.sleep(60)
```

## Good

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        if not workflow.unsafe.is_replaying():
            print("the order has arrived")
        await workflow.sleep(60)
```

## What the SDK does

The first run goes well. A replay fails with `[TMPRL1100] Nondeterminism error`.

`workflow.unsafe.in_sandbox()` is not reported: it asks where code runs, as `in_workflow()` does,
and its answer is the same in a replay.

## References

* https://docs.temporal.io/workflow-definition#deterministic-constraints
* https://python.temporal.io/temporalio.workflow.unsafe.html#is_replaying
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from wflint.rule import (
    Effect,
    Report,
    Rule,
    Scope,
    Severity,
    cst,
    on_one_line,
)

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_ASKS = frozenset(
    {
        "temporalio.workflow.unsafe.is_replaying",
        "temporalio.workflow.unsafe.is_replaying_history_events",
    }
)
_WAITS = Effect.AWAITS_ASYNCIO | Effect.WAITS
_CHANGES = Effect.COMMAND | Effect.DRAWS | Effect.HANDLERS | _WAITS


class _Decided(Struct, array_like=True):
    """The stretches of sites that run or not as the answer says."""

    stretches: tuple[tuple[int, int], ...]


class ReplayBranch(Rule):
    code = "WFL901"
    name = "replay-branch"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    words = ("is_replaying",)

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """Remember what depends on the answer."""
        if ctx.dotted_name(node.func) not in _ASKS:
            return
        stretches = [_stretch(block, ctx) for block in _decided_by(node, ctx)]
        if stretches:
            shown = on_one_line(ctx.code(node))
            ctx.report(self, node, shown, subject=node.func, detail=_Decided(tuple(stretches)))

    def confirm(self, view: FindingView) -> Report | None:
        """Only what changes the workflow; what merely looks, or tells others, may differ."""
        changes = _CHANGES | Effect.MUTATES_SELF if view.is_on_workflow else _CHANGES
        for start, end in view.read(_Decided).stretches:
            found = view.effect_between(start, end, changes)
            if found is not None:
                where = f" (in `{found.function}`)" if found.function else ""
                return Report(
                    f"`{found.shown}`{where} depends on `{view.message}`, which a replay answers "
                    "otherwise than the first run; let only logs and metrics depend on it"
                )
        return None


def _stretch(block: cst.CSTNode, ctx: Context) -> tuple[int, int]:
    from wflint.rule import walk

    sites = [ctx.site_of(node) for node in walk(block)]
    return min(sites), max(sites) + 1


def _decided_by(call: cst.Call, ctx: Context) -> Iterator[cst.CSTNode]:
    """Return the blocks and expressions that run or not as a call answers."""
    from wflint.rule import walk

    around = ctx.ancestors[::-1]
    if name := _kept_in(call, around):
        function = next((n for n in around if isinstance(n, cst.FunctionDef)), around[-1])
        for node in walk(function):
            if isinstance(node, (cst.If, cst.IfExp, cst.While)) and _mentions(node.test, name):
                yield from _branches(node)
        return
    inner: cst.CSTNode = call
    for outer in around:
        if isinstance(outer, cst.BooleanOperation) and inner is outer.left:
            yield outer.right
        if isinstance(outer, (cst.If, cst.IfExp, cst.While)):
            if inner is outer.test and not _is_same(outer, ctx):
                yield from _branches(outer)
                yield from _behind(outer, ctx)
            return
        if isinstance(outer, (cst.BaseStatement, cst.BaseSmallStatement, cst.Lambda)):
            return
        inner = outer


def _branches(node: cst.If | cst.IfExp | cst.While) -> Iterator[cst.CSTNode]:
    yield from (part for part in (node.body, node.orelse) if part is not None)


def _is_same(node: cst.If | cst.IfExp | cst.While, ctx: Context) -> bool:
    """True if both ways wait for the same: what an interceptor does with and without a trace."""
    behind = [] if node.orelse is not None else _behind(node, ctx)
    one = _awaited([node.body], ctx)
    return bool(one) and one == _awaited([node.orelse] if node.orelse else behind, ctx)


def _awaited(parts: Iterable[cst.CSTNode], ctx: Context) -> set[str]:
    from wflint.rule import walk

    nodes = (node for part in parts for node in walk(part, into_functions=False))
    return {on_one_line(ctx.code(node)) for node in nodes if isinstance(node, cst.Await)}


def _behind(node: cst.CSTNode, ctx: Context) -> Iterator[cst.CSTNode]:
    """Return what follows an `if` in its block, if one of its branches leaves that."""
    from wflint.rule import always_leaves

    blocks = (n for n in ctx.ancestors[::-1] if isinstance(n, cst.IndentedBlock))
    block = next((block for block in blocks if node in block.body), None)
    if isinstance(node, cst.If) and always_leaves(node.body) and block is not None:
        yield from block.body[list(block.body).index(node) + 1 :]


def _kept_in(call: cst.Call, around: list[cst.CSTNode]) -> str:
    """Return the local name that keeps the answer: `live = not is_replaying()`."""
    statement = next((n for n in around if not isinstance(n, cst.UnaryOperation)), None)
    match statement:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return name
    return ""


def _mentions(test: cst.BaseExpression, name: str) -> bool:
    from wflint.rule import walk

    return any(isinstance(node, cst.Name) and node.value == name for node in walk(test))
