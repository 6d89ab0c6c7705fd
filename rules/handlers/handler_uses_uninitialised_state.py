"""Reads state in a handler that only the run method sets, perhaps later.

## What breaks

The SDK calls the handlers of signals and updates that arrive with the first workflow task before it
begins the run method: after signal-with-start, after update-with-start, and whenever a Worker was
busy for a moment. An attribute that the run method sets is not there yet: `AttributeError`. In a
signal or update handler that fails the workflow *task*, which is retried for ever with the same
messages ("Workflow Task in failed state"). A validator rejects the update.

A query is answered when the run method has come to where it waits. It misses what is set after
that: the query fails.

## Bad

```python
from temporalio import workflow


@workflow.defn
class BasketWorkflow:
    @workflow.run
    async def run(self, customer: str) -> int:
        self.items: list[str] = []
        await workflow.wait_condition(lambda: len(self.items) == 3)
        return len(self.items)

    @workflow.signal
    def add(self, item: str) -> None:
        self.items.append(item)
```

## Good

State begins in `__init__`. With `@workflow.init` it takes the arguments of the run method.

```python
from temporalio import workflow


@workflow.defn
class BasketWorkflow:
    def __init__(self) -> None:
        self.items: list[str] = []

    @workflow.run
    async def run(self, customer: str) -> int:
        await workflow.wait_condition(lambda: len(self.items) == 3)
        return len(self.items)

    @workflow.signal
    def add(self, item: str) -> None:
        self.items.append(item)
```

## What the SDK does

Nothing of its own: Python raises `AttributeError`. It goes unnoticed in tests that send messages
later.

The rule is silent after an `await` in the handler, where `hasattr()`, a `try` or an attribute that
is set from the beginning decides whether the state is read, and where others may set it: base
classes that are not known, decorators, unknown code that is given `self`, functions that are given
the class where it is defined. That test may stand in the handler, in a method that the handler
calls first and that raises an error, or in the validator of the update, which the SDK calls before
it. A decorator of your own may make such a test as well.

## References

* https://docs.temporal.io/handling-messages#workflow-initializers
* https://docs.temporal.io/develop/python/workflows/message-passing#workflow-init
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import EarlyRead, WorkflowView

_NAMES = {
    Scope.QUERY: "query",
    Scope.SIGNAL: "signal handler",
    Scope.UPDATE: "update handler",
    Scope.VALIDATOR: "validator",
}


class HandlerUsesUninitialisedState(Rule):
    code = "WFL411"
    name = "handler-uses-uninitialised-state"
    severity = Severity.ERROR
    scope = Scope.HANDLER
    since = "0.1"

    def check_workflow(self, workflow: WorkflowView) -> Iterable[PlacedReport]:
        """Each attribute once for each place that reads it."""
        for read in workflow.early_reads:
            yield PlacedReport(read.place, Report(_message(read)))


def _message(read: EarlyRead) -> str:
    handler = f"the {_NAMES[read.handler.kind]} `{read.handler.method}`"
    if read.handler.kind is Scope.QUERY:
        when = f"{handler} fails while `run` waits for something else and has not set it yet"
    elif read.handler.kind is Scope.VALIDATOR:
        when = f"{handler} may run before it, and rejects the update with AttributeError"
    else:
        when = (
            f"{handler} may run before it: the AttributeError fails the workflow task, "
            "which is retried for ever"
        )
    return f"`{read.receiver}.{read.name}` is set only in `run`, and {when}; set it in `__init__`"
