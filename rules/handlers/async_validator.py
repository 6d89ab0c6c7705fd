"""Defines an update validator as `async`: older SDKs then accept every update.

## What breaks

Before version 1.35 the SDK called the validator and dropped the coroutine that it gave: nothing
of it ran, and every update was accepted. From 1.35 on the class cannot be made.

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
    async def validate_add(self, item: str) -> None:
        if not item:
            raise ValueError("empty")
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

## Fix safety

The fix takes `async` away where nothing in the validator waits and nothing but the SDK calls it. It
is unsafe: with an SDK before 1.35 nothing in the validator has ever run, and then it rejects
updates.

## What the SDK does

From 1.35 on: `ValueError: Update validator must not be an async function`, when the module is
imported. Before that nothing.

The rule is silent where the method has a decorator of your own: the SDK gets what that returns.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://docs.temporal.io/handling-messages
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Fixable, Report, Rule, Scope, Severity

from ._plain import as_plain_function

if TYPE_CHECKING:
    from wflint.rule import FixView, HandlerView, Repair, WorkflowView


class AsyncValidator(Rule):
    code = "WFL405"
    name = "async-validator"
    severity = Severity.ERROR
    scope = Scope.VALIDATOR
    fix = Fixable.UNSAFE
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """Each validator that is `async def`."""
        is_validator = handler.kind is Scope.VALIDATOR and handler.is_itself
        if is_validator and handler.function.head.is_async:
            yield Report(
                f"the validator `{handler.method}` is `async def`: the SDK refuses it, or (before "
                "1.35) accepts every update without running it; make it a plain `def`"
            )

    def repair(self, at: FixView) -> Repair | None:
        """A plain `def`, if nothing in it waits."""
        return as_plain_function(at)
