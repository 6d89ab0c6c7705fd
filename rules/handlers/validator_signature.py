"""Gives a validator other parameters than its update has: the class cannot be created.

## What breaks

The SDK calls both with the same arguments, and compares their parameters when the class is made:
kinds, defaults and annotations have to be the same. Only the names may differ.

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
    def validate_add(self, item: str, limit: int) -> None:
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

The fix writes the parameters of the update in place of the validator's, under the names that the
validator uses. It is unsafe: only a person can tell which of the two was meant.

## What the SDK does

`ValueError: Invalid workflow class: Update validator method validate_add parameters do not match
update method add parameters`, when the module is imported.

Annotations are compared as Python has them: `List[str]` and `list[str]` differ, `Optional[str]` and
`str | None` are equal. With `from __future__ import annotations` they are texts, and any difference
counts. Default values are compared as well: `1.0` and `1` are equal. The rule is silent where it
does not know what an annotation stands for, and where a decorator of your own stands on one of the
methods.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://docs.temporal.io/handling-messages
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Fixable, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import FixView, HandlerView, Repair, WorkflowView

from .._parameters import as_parameters_of


class ValidatorSignature(Rule):
    code = "WFL408"
    name = "validator-signature"
    severity = Severity.ERROR
    scope = Scope.VALIDATOR
    fix = Fixable.UNSAFE
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """Compare a validator with the update of the same class that it is of."""
        if handler.kind is not Scope.VALIDATOR or handler.method == handler.validates:
            return
        update = workflow.updates.get((handler.owner, handler.validates))
        if update is None or not handler.is_itself or not update.is_itself:
            return
        if handler.difference(update):
            yield Report(
                f"the parameters of the validator `{handler.method}` are not those of the update "
                f"`{update.method}`: the SDK refuses the class; write them alike, names excepted"
            )

    def repair(self, at: FixView) -> Repair | None:
        """The update's parameters, under the names that the validator has for them."""
        update = _validated(at)
        edit = as_parameters_of(update, at) if update is not None else None
        if update is None or edit is None:
            return None
        return at.unsafe(f"Write the parameters of `{update.name.value}`", edit)


def _validated(at: FixView) -> cst.FunctionDef | None:
    """The method of the same class that the first decorator names."""
    match at.function.decorators[0].decorator if at.function.decorators else None:
        case cst.Attribute(value=cst.Name(value=name)):
            return at.method(name)
    return None
