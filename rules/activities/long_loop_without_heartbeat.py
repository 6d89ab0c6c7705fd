"""Waits in a loop of unknown length in an activity that sends no heartbeat.

## What breaks

A loop that sleeps until something outside has happened may run for hours. Without heartbeats the
server cannot tell it from one whose worker has died: it waits for the `start_to_close_timeout`, and
only then makes another attempt. A cancellation is not noticed either, because it comes back with a
heartbeat.

Send a heartbeat in each round, and give the call a `heartbeat_timeout`. To wait for long, rather
let the workflow do it: a timer, a signal, or an activity that fails and is retried every minute.

## Bad

```python
import asyncio
from datetime import timedelta

from temporalio import activity, workflow


async def is_done(job: str) -> bool:
    return bool(job)


@activity.defn
async def wait_for(job: str) -> None:
    while not await is_done(job):
        await asyncio.sleep(10)


@workflow.defn
class JobWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            wait_for, "job-1", start_to_close_timeout=timedelta(hours=12)
        )
```

## Good

```python
import asyncio
from datetime import timedelta

from temporalio import activity, workflow


async def is_done(job: str) -> bool:
    return bool(job)


@activity.defn
async def wait_for(job: str) -> None:
    while not await is_done(job):
        activity.heartbeat()
        await asyncio.sleep(10)


@workflow.defn
class JobWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            wait_for,
            "job-1",
            start_to_close_timeout=timedelta(hours=12),
            heartbeat_timeout=timedelta(minutes=1),
        )
```

## What the SDK does

Nothing. When the attempt times out, a loop of an `async def` activity is cancelled in the worker; a
thread goes on.

Not reported are loops that count, compare or collect, which come to an end, activities of which it
is not known whether they send heartbeats, those that workflows give no more than five minutes, and
loops in a block that ends them, such as `async with asyncio.timeout(120)`.
A call that asks for heartbeats is reported by
[heartbeat-timeout-without-heartbeat](heartbeat-timeout-without-heartbeat.md).

## References

* https://docs.temporal.io/encyclopedia/detecting-activity-failures#activity-heartbeat
* https://github.com/temporalio/samples-python/tree/main/polling
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Beats, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from wflint.rule import CommandView, Context, FindingView

_SLEEPS = frozenset({"anyio.sleep", "asyncio.sleep", "trio.sleep"})
_BLOCKS = frozenset({"time.sleep"})
_LIMITS = ("start_to_close_timeout", "schedule_to_close_timeout")
_TIMEOUTS = frozenset(
    {
        *("anyio.fail_after", "anyio.fail_at", "anyio.move_on_after", "anyio.move_on_at"),
        *("async_timeout.timeout", "async_timeout.timeout_at", "asyncio.timeout"),
        *("asyncio.timeout_at", "asyncio.timeouts.timeout", "asyncio.timeouts.timeout_at"),
        *("trio.fail_after", "trio.fail_at", "trio.move_on_after", "trio.move_on_at"),
    }
)
"""Blocks that end what runs in them after a time."""

_PUTS = frozenset({"add", "append", "extend", "update"})
_LONG = 5 * 60
_MESSAGE = (
    "the loop may wait for long without a heartbeat, so the server neither notices that the worker "
    "has died nor can cancel the activity; call `activity.heartbeat()` in each round"
)


class LongLoopWithoutHeartbeat(Rule):
    code = "WFL805"
    name = "long-loop-without-heartbeat"
    severity = Severity.WARNING
    scope = Scope.ACTIVITY
    since = "0.1"

    def visit_While(self, node: cst.While, ctx: Context) -> None:
        """A loop that sleeps, and that nothing is seen to end after a number of rounds."""
        from wflint.rule import walk

        nodes = [*walk(node, into_functions=False)]
        calls = [n for n in nodes if isinstance(n, cst.Call)]
        if not _sleeps(nodes, ctx) or any(map(_collects, calls)) or _is_limited(ctx):
            return
        if not any(map(_ends, nodes)):
            ctx.report(self, node, _MESSAGE)

    def visit_For(self, node: cst.For, ctx: Context) -> None:
        """A loop over `range(count)` that sleeps in each round, and never leaves early."""
        from wflint.rule import Kind, walk

        match node.iter:
            case cst.Call(args=[cst.Arg(value=cst.Name() as count)]) as call:
                is_open = ctx.dotted_name(call.func) == "builtins.range"
                if not is_open or ctx.ref(count).kind is not Kind.PARAM:
                    return
            case _:
                return
        nodes = [*walk(node.body, into_functions=False)]
        leaves = (cst.Return, cst.Break, cst.Raise, cst.Try)
        if _is_limited(ctx):
            return
        if _sleeps(nodes, ctx) and not any(isinstance(n, leaves) for n in nodes):
            ctx.report(self, node, _MESSAGE)

    def confirm(self, view: FindingView) -> Report | None:
        """Only where no activity that runs it sends heartbeats, and there is time to wait."""
        if view.beats() is not Beats.NEVER:
            return None
        calls = view.calls()
        if any("heartbeat_timeout" in command.call.keywords for command in calls):
            return None
        return Report(view.message) if not calls or any(map(_is_long, calls)) else None


def _is_limited(ctx: Context) -> bool:
    """True if a block around the loop, such as `async with asyncio.timeout(120)`, ends it soon."""
    for outer in ctx.ancestors:
        for item in outer.items if isinstance(outer, cst.With) else ():
            match item.item:
                case cst.Call(func=func, args=[cst.Arg(value=length), *_]) if (
                    ctx.dotted_name(func) in _TIMEOUTS
                ):
                    if isinstance(length, (cst.Integer, cst.Float)):
                        return length.evaluated_value <= _LONG
                    return not (isinstance(length, cst.Name) and length.value == "None")
    return False


def _ends(node: cst.CSTNode) -> bool:
    """True for what counts rounds, or compares with a limit."""
    if isinstance(node, cst.ComparisonTarget):
        return isinstance(
            node.operator, (cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual)
        )
    return isinstance(node, cst.AugAssign)


def _sleeps(nodes: Sequence[cst.CSTNode], ctx: Context) -> bool:
    """True if any of some nodes is a sleep; a coroutine that nobody awaits is none."""
    from wflint.rule import walk

    awaited = [n for node in nodes if isinstance(node, cst.Await) for n in walk(node.expression)]
    return any(_waits(n, _SLEEPS, ctx) for n in awaited) or any(
        _waits(n, _BLOCKS, ctx) for n in nodes
    )


def _waits(call: cst.CSTNode, sleeps: Set[str], ctx: Context) -> bool:
    """True for a sleep; one of less than a second only slows the loop down."""
    if not isinstance(call, cst.Call) or len(call.args) != 1:
        return False
    if ctx.dotted_name(call.func) not in sleeps:
        return False
    length = call.args[0].value
    return not isinstance(length, (cst.Integer, cst.Float)) or length.evaluated_value >= 1


def _collects(call: cst.Call) -> bool:
    """True if a loop gets one page after the other."""
    return isinstance(call.func, cst.Attribute) and call.func.attr.value in _PUTS


def _is_long(command: CommandView) -> bool:
    """True if a call gives an activity more than a few minutes, or nobody knows."""
    given = next((g for g in map(command.call.given, _LIMITS) if g is not None), None)
    seconds = command.call.values.seconds(given) if given is not None else None
    return seconds is None or seconds > _LONG
