"""Returns nothing from a query, so that it answers every question with None.

## What breaks

A query is there for its answer, and may have no other effect. One without a `return` does nothing
at all: as a rule the `return` was forgotten, or it should be a signal.

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

    @workflow.query
    def count(self) -> None:
        len(self.items)
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

    @workflow.query
    def count(self) -> int:
        return len(self.items)
```

## What the SDK does

Nothing: the answer is `None`.

The rule is silent about queries that only raise an error, and where the method has a decorator of
your own: the SDK gets what that returns.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://docs.temporal.io/handling-messages
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import HandlerView, WorkflowView


class QueryReturnsNothing(Rule):
    code = "WFL409"
    name = "query-returns-nothing"
    severity = Severity.WARNING
    scope = Scope.QUERY
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """Each query whose body does something, and returns nothing."""
        text = handler.text if handler.kind is Scope.QUERY else None
        if text is None or text.returns_something or text.yields or text.is_stub:
            return
        if not handler.is_itself or not handler.may_return:
            return
        yield Report(
            f"the query `{handler.method}` returns nothing, so its answer is always None; "
            "return the answer, or make it a signal"
        )
