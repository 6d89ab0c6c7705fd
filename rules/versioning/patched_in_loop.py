"""Asks for the same patch in each round of a loop, where only the first answer counts.

## What breaks

`workflow.patched("id")` is answered once in a run; the SDK keeps the answer. A workflow that was in
such a loop when the patch came asks in its first round, while it replays what the old code did, and
is told no. The answer holds for all rounds that follow: a loop that runs for months takes the old
path for months, and the old code can never be removed.

Give each round an id of its own, or continue as new now and then: the next run asks again.

This rule is opt-in (`--select WFL902`, or `--pedantic`): that a run keeps to the path on which it
began is what patches are for, and mostly what is wanted. Only a person can tell how long the runs
of before the patch would last.

## Bad

```python
from temporalio import workflow


@workflow.defn
class BillingWorkflow:
    @workflow.run
    async def run(self) -> None:
        for month in range(12):
            if workflow.patched("shorter-month"):
                await workflow.sleep(60)
            else:
                await workflow.sleep(90)
```

## Good

```python
from temporalio import workflow


@workflow.defn
class BillingWorkflow:
    @workflow.run
    async def run(self) -> None:
        for month in range(12):
            if workflow.patched(f"shorter-month-{month}"):
                await workflow.sleep(60)
            else:
                await workflow.sleep(90)
```

If all rounds of a run should take the same path, ask before the loop: that says so.

## What the SDK does

It memoizes the answer for each id, so the code replays without an error. A loop that does not wait
for anything is not reported: all its rounds belong to one workflow task. Of several patches in one
loop the first is reported.

## References

* https://docs.temporal.io/develop/python/versioning#patching
* https://python.temporal.io/temporalio.workflow.html#patched
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from wflint.rule import Effect, Report, Rule, Scope, Severity, ValueType, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_PATCHED = "temporalio.workflow.patched"
_WAITS = Effect.AWAITS_ASYNCIO | Effect.WAITS


class _Loop(Struct, array_like=True):
    """The sites of the loop around a call."""

    start: int
    end: int


class PatchedInLoop(Rule):
    code = "WFL902"
    name = "patched-in-loop"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"
    words = ("patched",)
    once_per_function = True  # for each loop

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """Remember the loop around a call."""
        from wflint.rule import walk

        if not ctx.in_loop or ctx.dotted_name(node.func) != _PATCHED:
            return
        loop = next(
            (n for n in ctx.ancestors if isinstance(n, (cst.For, cst.While))),
            None,
        )
        if loop is not None:
            sites = [ctx.site_of(inner) for inner in walk(loop)]
            detail = _Loop(min(sites), max(sites) + 1)
            ctx.report(self, node, "", subject=node.func, detail=detail)

    def confirm(self, view: FindingView) -> Report | None:
        """Only an id that is the same in each round, of a loop that waits."""
        command, loop = view.command(), view.read(_Loop)
        given = command.call.given("id", 0) if command is not None else None
        if given is None or given.value.type is not ValueType.STR:
            return None
        if view.effect_between(loop.start, loop.end, _WAITS) is None:
            return None
        return Report(
            f'`workflow.patched("{given.value.text}")` is answered once in a run: a workflow that '
            "was in this loop before the patch takes the old path in all rounds to come; give each "
            "round an id of its own, or ask before the loop",
            group=f"loop {loop.start}",
        )
