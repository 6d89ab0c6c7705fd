"""Starts more than 2,000 activities or child workflows at once.

## What breaks

A workflow may have at most 2,000 activities, 2,000 child workflows, 2,000 signals to others and
2,000 cancellations of others pending at a time. The server refuses the workflow task that asks for
more (`PendingActivitiesLimitExceeded`, `PendingChildWorkflowsLimitExceeded`); it is tried again and
refused again, and the workflow never goes on. Each of them also adds three or more events to a
history that may have 51,200.

Go in batches, each awaited before the next one, and continue as new in between; or start child
workflows that take a part each.

## Bad

```python
import asyncio
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class ImportWorkflow:
    @workflow.run
    async def run(self) -> None:
        await asyncio.gather(
            *(
                workflow.execute_activity(
                    "import_row", row, start_to_close_timeout=timedelta(seconds=30)
                )
                for row in range(3000)
            )
        )
```

## Good

```python
import asyncio
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class ImportWorkflow:
    @workflow.run
    async def run(self) -> None:
        for first in range(0, 3000, 500):
            await asyncio.gather(
                *(
                    workflow.execute_activity(
                        "import_row", row, start_to_close_timeout=timedelta(seconds=30)
                    )
                    for row in range(first, first + 500)
                )
            )
```

## What the SDK does

Nothing: it sends all commands with one workflow task, and the server refuses that.

`execute_activity()` and `execute_child_workflow()` give coroutines, which do nothing until somebody
awaits them. Of these the rule counts what is given to `asyncio.gather()`, directly or in a list
that has no other use, and what is made a task. It does not count what a helper is given, which may
await it in batches.

## References

* https://docs.temporal.io/cloud/limits#per-workflow-execution-concurrency-limits
* https://docs.temporal.io/workflow-execution/limits
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from wflint.rule import CallKind, Report, Rule, Scope, Severity, cst, names_of

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView, Tree

LIMIT = 2000
"""How many of a kind the server lets a workflow have pending at a time."""

_STARTS = names_of(CallKind.ACTIVITY, CallKind.CHILD_WORKFLOW)
_START_CHILD = "temporalio.workflow.start_child_workflow"
_START_ACTIVITY = "temporalio.workflow.start_activity"
_GATHER = "asyncio.gather"
_TAKE = ("builtins.list", "builtins.set", "builtins.tuple")
_TASKS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})


class _Rounds(Struct, array_like=True):
    """The bounds of a `range()`: its literals, with `None` for the one that is asked about."""

    bounds: tuple[int | None, ...]
    shown: str


class HugeFanOut(Rule):
    code = "WFL913"
    name = "huge-fan-out"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    since = "0.1"
    words = ("range(",)

    def visit_GeneratorExp(self, node: cst.GeneratorExp, ctx: Context) -> None:
        """What is spread into `gather()` or collected in a list: it runs as it is consumed."""
        self._note_comprehension(node, ctx)

    def visit_ListComp(self, node: cst.ListComp, ctx: Context) -> None:
        """A list over a `range()`."""
        self._note_comprehension(node, ctx)

    def visit_For(self, node: cst.For, ctx: Context) -> None:
        """A loop over a `range()`."""
        self._note(node.iter, node.body, node, ctx)

    def _note_comprehension(self, node: cst.GeneratorExp | cst.ListComp, ctx: Context) -> None:
        loop = node.for_in
        if loop.inner_for_in is None and not loop.ifs:
            self._note(loop.iter, node.elt, node, ctx)

    def _note(
        self,
        rounds: cst.BaseExpression,
        body: cst.CSTNode,
        loop: cst.For | cst.GeneratorExp | cst.ListComp,
        ctx: Context,
    ) -> None:
        if not isinstance(rounds, cst.Call) or ctx.dotted_name(rounds.func) != "builtins.range":
            return
        started = _started_at_once(body, ctx)
        if started is None or not _runs_at_once(started, loop, ctx):
            return
        given = [arg.value for arg in rounds.args]
        bounds = tuple(_number(bound, ctx) for bound in given)
        unknown = [bound for bound, number in zip(given, bounds, strict=True) if number is None]
        if len(unknown) > 1 or not 1 <= len(bounds) <= 3:
            return
        detail = _Rounds(bounds, ctx.code(started.func))
        asked = unknown[0] if unknown else None
        ctx.report(self, started, "", subject=rounds.func, asked=asked, detail=detail)

    def confirm(self, view: FindingView) -> Report | None:
        """Only if there are surely too many."""
        found = view.read(_Rounds)
        number = view.number() if None in found.bounds else 0
        bounds = [number if bound is None else bound for bound in found.bounds]
        known = [bound for bound in bounds if bound is not None]
        if len(known) != len(bounds) or (len(known) == 3 and not known[2]):
            return None
        count = len(range(*known)) if max(map(abs, known)) < 1 << 62 else 0
        if count <= LIMIT:
            return None
        return Report(
            f"`{found.shown}()` is called {count:,} times without waiting, and the server refuses "
            f"more than {LIMIT:,} pending ones; await them in batches"
        )


def _started_at_once(body: cst.CSTNode, ctx: Context) -> cst.Call | None:
    """Return the call that starts something in each round, if no round waits for its end."""
    from wflint.rule import walk

    nodes = walk(body, into_functions=False)
    awaited = [n.expression for n in nodes if isinstance(n, cst.Await)]
    calls = [n for n in nodes if isinstance(n, cst.Call)]
    started = [call for call in calls if ctx.dotted_name(call.func) in _STARTS]
    waits = (cst.For, cst.While, cst.If, cst.With, cst.Break, cst.Return, cst.Raise)
    if len(started) != 1 or any(isinstance(n, waits) or _cancels(n) for n in nodes):
        return None
    (call,) = started
    is_child = ctx.dotted_name(call.func) == _START_CHILD
    return call if not awaited or (is_child and awaited == [call]) else None


def _cancels(node: cst.CSTNode) -> bool:
    match node:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="cancel"))):
            return True
    return False


def _runs_at_once(
    started: cst.Call, loop: cst.For | cst.GeneratorExp | cst.ListComp, ctx: Context
) -> bool:
    """True if what is started in each round of a loop begins before any of it is waited for.

    `start_activity()` begins when it is called, a coroutine when it is awaited, or made a task.
    """
    from wflint.rule import tree_of

    tree = tree_of(ctx, loop)
    around = tree.up(started)
    begins = isinstance(around, cst.Await) or _is_task(tree, around, ctx)
    begins = begins or (ctx.dotted_name(started.func) or "").startswith(_START_ACTIVITY)
    if isinstance(loop, cst.ListComp) and begins:
        return True
    if not isinstance(loop, cst.For):
        taken = _call_around(tree, loop)
        if taken is not None and ctx.dotted_name(taken.func) in (
            _GATHER,
            *(_TAKE if begins else ()),
        ):
            return True
        name = _assigned_name(tree.up(loop))
        return name is not None and _is_gathered(tree, name, loop, ctx)
    if begins:
        return True
    call = _call_around(tree, started)
    match call:
        case cst.Call(func=cst.Attribute(value=cst.Name() as to, attr=cst.Name(value="append"))):
            return _is_gathered(tree, to, loop, ctx)
    return False


def _is_task(tree: Tree, around: cst.CSTNode | None, ctx: Context) -> bool:
    """True for ``create_task(...)`` around a call, of a group as well."""
    call = tree.up(around) if isinstance(around, cst.Arg) else None
    if not isinstance(call, cst.Call):
        return False
    func = call.func
    is_of_group = isinstance(func, cst.Attribute) and func.attr.value == "create_task"
    return is_of_group or ctx.dotted_name(func) in _TASKS


def _call_around(tree: Tree, node: cst.CSTNode) -> cst.Call | None:
    """Return the call that something is an argument of."""
    arg = tree.up(node)
    call = tree.up(arg) if isinstance(arg, cst.Arg) else None
    return call if isinstance(call, cst.Call) else None


def _assigned_name(statement: cst.CSTNode | None) -> cst.Name | None:
    match statement:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)]):
            return name
        case cst.AnnAssign(target=cst.Name() as name):
            return name
    return None


def _is_gathered(tree: Tree, name: cst.Name, loop: cst.CSTNode, ctx: Context) -> bool:
    """True if a list of coroutines is only filled, counted, and given to `gather()` as a whole."""
    gathered = False
    for read in tree.reads(tree.function(loop), name.value):
        outer = tree.up(read)
        if isinstance(outer, cst.Attribute) and outer.attr.value in ("append", "extend"):
            continue
        call = _call_around(tree, read)
        called = ctx.dotted_name(call.func) if call is not None else ""
        if called not in (_GATHER, "builtins.len"):
            return False
        gathered = gathered or called == _GATHER
    return gathered


def _number(node: cst.BaseExpression, ctx: Context) -> int | None:
    """The value of `10_000`, `10**7`, `1000 * 1000`, or of a name that stands for one."""
    match node:
        case cst.Integer():
            return int(node.evaluated_value)
        case cst.Name():
            given = ctx.assigned(node)
            return _number(given, ctx) if given is not None and given is not node else None
        case cst.BinaryOperation(left=cst.Integer() as left, right=cst.Integer() as right):
            a, b = left.evaluated_value, right.evaluated_value
            if isinstance(node.operator, cst.Multiply):
                return int(a * b)
            if isinstance(node.operator, cst.Power) and b <= 18:
                return int(a**b)
    return None
