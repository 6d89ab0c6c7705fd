"""Returns a value from a signal handler, which nobody receives.

## What breaks

The sender of a signal does not wait for the handler, and gets no result. Where somebody is to get
one, the message is an update.

## Bad

```python
from temporalio import workflow


@workflow.defn
class CartWorkflow:
    def __init__(self) -> None:
        self.items: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: len(self.items) == 3)

    @workflow.signal
    def add(self, item: str) -> str:
        self.items.append(item)
        return f"added {item}"
```

## Good

```python
from temporalio import workflow


@workflow.defn
class CartWorkflow:
    def __init__(self) -> None:
        self.items: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: len(self.items) == 3)

    @workflow.update
    def add(self, item: str) -> str:
        self.items.append(item)
        return f"added {item}"
```

## What the SDK does

Nothing: what a signal handler returns is dropped.

The rule is silent where other code of the workflow calls the method and uses the result, and where
the method has a decorator of your own: the SDK gets what that returns.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://docs.temporal.io/handling-messages
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity, shortened

if TYPE_CHECKING:
    from wflint.rule import HandlerView, WorkflowView


class SignalReturnsValue(Rule):
    code = "WFL410"
    name = "signal-returns-value"
    severity = Severity.WARNING
    scope = Scope.SIGNAL
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """Each signal handler with a `return` of what is surely a value."""
        if handler.kind is not Scope.SIGNAL or handler.text is None or not handler.text.values:
            return
        if not handler.is_itself or handler.result_is_used:
            return
        value = shortened(handler.text.values[0], 40)
        yield Report(
            f"the signal handler `{handler.method}` returns `{value}`, which nobody gets; "
            "drop it, or make it an update"
        )
