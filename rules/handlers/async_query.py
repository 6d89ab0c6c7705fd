"""Defines a query as `async`, which the SDK deprecates and which cannot wait for anything.

## What breaks

A query is answered in one go, while the workflow stands still. Whatever an `async` query awaits
that is not there at once makes it fail (`ReadOnlyContextError`). The SDK warns that it is going to
refuse such queries.

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
    async def count(self) -> int:
        return len(self.items)
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

## Fix safety

The fix takes `async` away where nothing in the query waits and nothing but the SDK calls it. It is
unsafe: a class of another project may derive from this one and await the query.

## What the SDK does

`DeprecationWarning: Queries as async def functions are deprecated`, when the class is made.

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


class AsyncQuery(Rule):
    code = "WFL404"
    name = "async-query"
    severity = Severity.ERROR
    scope = Scope.QUERY
    fix = Fixable.UNSAFE
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """Each query that is `async def`."""
        is_query = handler.kind is Scope.QUERY and handler.is_itself
        if is_query and handler.function.head.is_async:
            yield Report(
                f"the query `{handler.method}` is `async def`, which the SDK deprecates: "
                "a query can wait for nothing; make it a plain `def`"
            )

    def repair(self, at: FixView) -> Repair | None:
        """A plain `def`, if nothing in it waits."""
        return as_plain_function(at)
