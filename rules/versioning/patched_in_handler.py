"""Asks for a patch in a signal or update handler.

## What breaks

The answer that a handler gets depends on when its first message comes: a workflow that has begun
before the patch is told no if the message is in the part that is replayed, and yes if it comes
later. The same deployment leaves workflows of both kinds, with no way to see which is which, and a
handler that has run before keeps the old path for all messages to come.

Ask at the top of the run method or in `__init__`, and keep the answer: it then says when the
workflow began.

## Bad

```python
from temporalio import workflow


@workflow.defn
class BasketWorkflow:
    def __init__(self) -> None:
        self.items: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: len(self.items) == 10)

    @workflow.signal
    def add(self, item: str) -> None:
        if workflow.patched("upper"):
            item = item.upper()
        self.items.append(item)
```

## Good

```python
from temporalio import workflow


@workflow.defn
class BasketWorkflow:
    def __init__(self) -> None:
        self.items: list[str] = []
        self.upper = workflow.patched("upper")

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: len(self.items) == 10)

    @workflow.signal
    def add(self, item: str) -> None:
        if self.upper:
            item = item.upper()
        self.items.append(item)
```

## What the SDK does

Nothing: in a query or a validator it raises, see WFL403.

## References

* https://docs.temporal.io/develop/python/versioning#patching
* https://docs.temporal.io/patching
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CommandView


class PatchedInHandler(Rule):
    code = "WFL918"
    name = "patched-in-handler"
    severity = Severity.INFO
    scope = Scope.SIGNAL | Scope.UPDATE
    since = "0.1"
    commands = frozenset({CallKind.PATCH})

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """Every call that a handler leads to."""
        if at.sdk.name.endswith(".patched"):
            yield Report(
                f"what `{at.call.shown}` says here depends on when the first message comes; ask in "
                "`__init__` or at the top of `run`, and keep the answer"
            )
