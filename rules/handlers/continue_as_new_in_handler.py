"""Continues as new from a handler, which fails in updates and drops messages in signals.

## What breaks

In an update handler the SDK refuses it (from 1.33 on): the workflow *task* fails with
`RuntimeError: Cannot continue as new from an update handler`, and is retried for ever; the sender
of the update waits in vain. In a signal handler it works, but ends the run in the middle of
whatever the run method and the other handlers are doing: their messages and results are lost.

## Bad

```python
from temporalio import workflow


@workflow.defn
class CartWorkflow:
    def __init__(self) -> None:
        self.items: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: len(self.items) == 100)

    @workflow.update
    def reset(self) -> None:
        workflow.continue_as_new()
```

## Good

The handler sets a flag, and the run method continues as new when all handlers have finished.

```python
from temporalio import workflow


@workflow.defn
class CartWorkflow:
    def __init__(self) -> None:
        self.items: list[str] = []
        self.must_reset = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.must_reset or len(self.items) == 100)
        if self.must_reset:
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new()

    @workflow.update
    def reset(self) -> None:
        self.must_reset = True
```

## What the SDK does

In an update handler: `RuntimeError: Cannot continue as new from an update handler`. In a signal
handler nothing; handlers that are then still running are named in a warning (TMPRL1102).

## References

* https://docs.temporal.io/develop/python/workflows/continue-as-new
* https://docs.temporal.io/handling-messages#message-handler-concurrency
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView

_INSTEAD = "set a flag, and let the run method continue as new when all handlers have finished"


class ContinueAsNewInHandler(Rule):
    code = "WFL413"
    name = "continue-as-new-in-handler"
    severity = Severity.ERROR
    scope = Scope.SIGNAL | Scope.UPDATE
    since = "0.1"
    targets = frozenset({"temporalio.workflow.continue_as_new"})

    def check_call(self, view: CallView) -> Iterable[Report]:
        """An error where an update leads to it, else a warning."""
        if Scope.UPDATE in view.regions:
            yield Report(
                f"`{view.shown}` fails the workflow task in an update handler, again and again; "
                f"{_INSTEAD}",
                scope=Scope.UPDATE,
            )
        else:
            yield Report(
                f"`{view.shown}` in a signal handler ends the run while others are still at work; "
                f"{_INSTEAD}",
                Severity.WARNING,
            )
