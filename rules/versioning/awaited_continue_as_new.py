"""Awaits `workflow.continue_as_new()`, which is a plain function.

## What breaks

`workflow.continue_as_new()` raises its error when it is called, so there is nothing to await. The
`await` does no harm, and misleads: it looks as if the call could be awaited later, or cancelled.

## Bad

```python
from temporalio import workflow


@workflow.defn
class NextWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(60)
        await workflow.continue_as_new()
```

## Good

```python
from temporalio import workflow


@workflow.defn
class NextWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(60)
        workflow.continue_as_new()
```

## Fix safety

The call raises its error before anything is awaited, so the same command is given: the fix is safe.

## What the SDK does

The error is raised before the `await` is reached.

## References

* https://docs.temporal.io/develop/python/workflows/continue-as-new
* https://python.temporal.io/temporalio.workflow.html#continue_as_new
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, Fixable, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import CommandView, FixView, Repair


class AwaitedContinueAsNew(Rule):
    code = "WFL910"
    name = "awaited-continue-as-new"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    fix = Fixable.SAFE
    since = "0.1"
    commands = frozenset({CallKind.CONTINUE_AS_NEW})

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """Every call that is the operand of `await`."""
        if at.call.awaited:
            yield Report(f"`{at.call.shown}` raises when it is called; remove the `await`")

    def repair(self, at: FixView) -> Repair | None:
        """The call stays alone."""
        awaited = at.parent()
        if not isinstance(awaited, cst.Await):
            return None
        return at.safe("Remove the `await`", at.replace(awaited, at.whole(at.call)))
