"""Gives a validator the name of its update, so that it takes the update's place.

## What breaks

The class then has one method of that name, the validator, and the workflow has no such update: it
is refused as unknown. Unlike `@property`, `@some_update.validator` gives back the plain function.

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
    def add(self, item: str) -> None:
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

The fix gives the validator the name `validate_...`, after its update, where the class has nothing
of that name. It is unsafe: the workflow then takes updates that it has refused so far.

## What the SDK does

Nothing: the update is missing without a word.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://docs.temporal.io/handling-messages
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Fixable, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import FixView, HandlerView, Repair, WorkflowView


class ValidatorShadowsUpdate(Rule):
    code = "WFL406"
    name = "validator-shadows-update"
    severity = Severity.ERROR
    scope = Scope.VALIDATOR
    fix = Fixable.UNSAFE
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """Each validator with the name of the method that it validates."""
        if handler.kind is Scope.VALIDATOR and handler.method == handler.validates:
            yield Report(
                f"the validator takes the place of the update `{handler.method}`, which the "
                f"workflow then does not have; call it `validate_{handler.method}`"
            )

    def repair(self, at: FixView) -> Repair | None:
        """Another name for the validator, if nothing in the file has that."""
        name = f"validate_{at.function.name.value}"
        if name in at.source.words or at.has_member(name):
            return None
        return at.unsafe(f"Call it `{name}`", at.replace(at.function.name, name))
