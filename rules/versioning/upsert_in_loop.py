"""Upserts search attributes or the memo in a loop.

## What breaks

Each call is a command and adds an event to the history, also where nothing has changed; and the
server indexes the workflow again for each. A loop over a thousand items that reports its progress
this way has spent a thousand events on it.

Collect what changes and upsert it once, or answer a query with it.

## Bad

```python
from temporalio import workflow


@workflow.defn
class ProgressWorkflow:
    @workflow.run
    async def run(self) -> None:
        for number in range(100):
            workflow.upsert_memo({"done": number})
            await workflow.sleep(60)
```

## Good

```python
from temporalio import workflow


@workflow.defn
class ProgressWorkflow:
    @workflow.run
    async def run(self) -> None:
        for number in range(100):
            await workflow.sleep(60)
        workflow.upsert_memo({"done": 100})
```

## What the SDK does

Nothing: it gives one command for each call.

## References

* https://docs.temporal.io/develop/python/platform/observability#visibility
* https://docs.temporal.io/workflow-execution/limits
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CommandView


class UpsertInLoop(Rule):
    code = "WFL912"
    name = "upsert-in-loop"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"
    commands = frozenset({CallKind.MEMO, CallKind.SEARCH_ATTRIBUTES})

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """Every call in a loop of its function."""
        if at.call.in_loop:
            yield Report(
                f"`{at.call.shown}` adds an event to the history in each round; collect what "
                "changes and upsert it once"
            )
