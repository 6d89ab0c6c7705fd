"""Returns a value from a validator, where only an exception rejects an update.

## What breaks

`return False` accepts the update. The SDK looks at nothing that a validator returns.

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

    @workflow.update
    def add(self, item: str) -> int:
        self.items.append(item)
        return len(self.items)

    @add.validator
    def validate_add(self, item: str) -> bool:
        return len(item) > 0
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
    def add(self, item: str) -> int:
        self.items.append(item)
        return len(self.items)

    @add.validator
    def validate_add(self, item: str) -> None:
        if not item:
            raise ValueError("empty")
```

## What the SDK does

Nothing: the update is accepted whatever the validator returns.

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


class ValidatorReturnsValue(Rule):
    code = "WFL407"
    name = "validator-returns-value"
    severity = Severity.ERROR
    scope = Scope.VALIDATOR
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """Each validator with a `return` of what is surely a value."""
        text = handler.text if handler.kind is Scope.VALIDATOR else None
        if not handler.is_itself or handler.result_is_used:
            return
        if text is not None and text.values:
            value = shortened(text.values[0], 40)
            yield Report(
                f"the validator `{handler.method}` returns `{value}`, which nobody looks at: the "
                "update is accepted; raise an exception to reject it"
            )
