"""An override of a handler that is no such handler itself: the class cannot be made.

## What breaks

Decorators belong to the method that they stand on, and an override inherits none. The SDK demands
that what overrides a run method, signal handler, query or update is decorated again, as the same
kind and under the same name.

## Bad

```python
from temporalio import workflow


class Base:
    @workflow.signal
    def add(self, item: str) -> None: ...


@workflow.defn
class CartWorkflow(Base):
    def __init__(self) -> None:
        self.items: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: len(self.items) == 3)

    def add(self, item: str) -> None:
        self.items.append(item)
```

## Good

```python
from temporalio import workflow


class Base:
    @workflow.signal
    def add(self, item: str) -> None: ...


@workflow.defn
class CartWorkflow(Base):
    def __init__(self) -> None:
        self.items: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: len(self.items) == 3)

    @workflow.signal
    def add(self, item: str) -> None:
        self.items.append(item)
```

## What the SDK does

`ValueError: Invalid workflow class: @workflow.signal defined on Base.add but not on the override`,
when the module is imported.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://docs.temporal.io/handling-messages
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import WorkflowView


class UndecoratedOverride(Rule):
    code = "WFL417"
    name = "undecorated-override"
    severity = Severity.ERROR
    scope = Scope.RUN | Scope.SIGNAL | Scope.QUERY | Scope.UPDATE
    since = "0.1"

    def check_workflow(self, workflow: WorkflowView) -> Iterable[PlacedReport]:
        """Each handler of a base class that the workflow has lost."""
        for base, place in workflow.lost_handlers:
            kind = base.kind.label
            message = (
                f"it overrides the {kind} method `{base.owner}.{base.method}`, and is no "
                f"`@workflow.{kind}` of that name itself, so the SDK refuses the class; "
                "decorate it alike"
            )
            yield PlacedReport(place, Report(message))
