"""Gives a handler a name that is reserved by the SDK.

## What breaks

Names that begin with `__temporal_`, and the queries `__stack_trace` and `__enhanced_stack_trace`,
are the SDK's own. A handler of such a name takes the place of what the tools of Temporal ask for,
or gets their messages, and later versions refuse it.

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

    @workflow.query(name="__stack_trace")
    def stack(self) -> str:
        return repr(self.items)
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

    @workflow.query(name="items_trace")
    def stack(self) -> str:
        return repr(self.items)
```

## What the SDK does

Nothing so far.

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


class ReservedHandlerName(Rule):
    code = "WFL419"
    name = "reserved-handler-name"
    severity = Severity.ERROR
    scope = Scope.SIGNAL | Scope.QUERY | Scope.UPDATE
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """Each handler with a reserved name."""
        reserved = ("__stack_trace", "__enhanced_stack_trace")
        if handler.name in reserved or handler.name.startswith("__temporal_"):
            yield Report(
                f"the name `{handler.name}` is reserved for the SDK itself; call the handler "
                "something else"
            )
