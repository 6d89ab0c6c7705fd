"""Puts several handler decorators on one method, of which the SDK keeps one.

## What breaks

A method is the run method, a signal handler, a query or an update, and has one name. Of two
decorators the SDK takes one without a word, and messages of the other kind or name find no handler.

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
    @workflow.query
    def count(self) -> int:
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

    @workflow.signal
    def log_count(self) -> None:
        workflow.logger.info("%s items", self.count())
```

## What the SDK does

Nothing. Of two kinds it takes the first of run, signal, query, update, and of two names for the
same kind that of the upper decorator.

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


class StackedHandlerDecorators(Rule):
    code = "WFL415"
    name = "stacked-handler-decorators"
    severity = Severity.ERROR
    scope = Scope.RUN | Scope.SIGNAL | Scope.QUERY | Scope.UPDATE
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """Each method with several decorators that make it a handler."""
        kinds = ("run", "signal", "query", "update")
        words = [d.name.rpartition(".")[2] or d.written for d in handler.decorators]
        found = [word for word in words if word in kinds]
        if len(found) < 2:
            return
        others = (other for other in (workflow.run, *workflow.handlers) if other is not None)
        known = {other.kind for other in others if other.place == handler.place}
        if len(known) == len(set(found)):
            yield Report(
                f"the SDK takes only one of the decorators of `{handler.method}` "
                f"({', '.join(f'`{one}`' for one in found)}); give each a method of its own"
            )
