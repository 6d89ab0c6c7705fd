"""Asks for a patch where both versions issue the same commands.

## What breaks

A patch is needed where old workflows must give other commands than new ones. If what depends on it
only logs or counts, there is nothing to tell apart: the patch adds a marker to each history, and
has to be deprecated and removed some day.

Take the question away.

## Bad

```python
from temporalio import workflow


@workflow.defn
class ReportWorkflow:
    @workflow.run
    async def run(self) -> None:
        if workflow.patched("better-log"):
            workflow.logger.info("the report begins")
        await workflow.sleep(60)
```

## Good

```python
from temporalio import workflow


@workflow.defn
class ReportWorkflow:
    @workflow.run
    async def run(self) -> None:
        workflow.logger.info("the report begins")
        await workflow.sleep(60)
```

## What the SDK does

Nothing. A marker that is in histories already must still be answered for: put
`workflow.deprecate_patch()` in its place until they are closed.

`if not workflow.patched("id"):` around a step that is no longer done is not reported: it is how a
step is removed.

## References

* https://docs.temporal.io/develop/python/versioning#patching
* https://docs.temporal.io/patching
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from wflint.rule import Effect, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_DOES_NOTHING = Effect.ASKS_ACTIVITY | Effect.HEARTBEATS | Effect.UNKNOWN | Effect.WORKFLOW_CLOCK
_CHANGES = ~_DOES_NOTHING


class _Body(Struct, array_like=True):
    """The sites of what depends on the answer."""

    start: int
    end: int


class PatchWithoutOldPath(Rule):
    code = "WFL906"
    name = "patch-without-old-path"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"
    words = ("patched",)

    def visit_If(self, node: cst.If, ctx: Context) -> None:
        """Remember an `if` with nothing but calls in it, and nothing else."""
        from wflint.rule import walk

        call = node.test
        if not isinstance(call, cst.Call) or node.orelse is not None:
            return
        statements = [
            small
            for line in node.body.body
            for small in (line.body if isinstance(line, cst.SimpleStatementLine) else [line])
        ]
        only_calls = all(
            isinstance(s, cst.Expr) and isinstance(s.value, (cst.Call, cst.SimpleString))
            for s in statements
        )
        if only_calls and ctx.dotted_name(call.func) == "temporalio.workflow.patched":
            sites = [ctx.site_of(inner) for inner in walk(node.body)]
            detail = _Body(min(sites), max(sites) + 1)
            ctx.report(self, call, "", subject=call.func, detail=detail)

    def confirm(self, view: FindingView) -> Report | None:
        """Only if the calls change nothing."""
        body = view.read(_Body)
        if view.effect_between(body.start, body.end, _CHANGES) is not None:
            return None
        return Report("both versions give the same commands, so the patch is not needed; remove it")
