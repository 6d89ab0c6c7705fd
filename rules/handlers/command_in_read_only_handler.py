"""Issues a command in a query or validator: the SDK raises ReadOnlyContextError.

## What breaks

Queries and update validators are no part of a workflow's history, so nothing may come of them that
would be one: no activity, timer, child workflow, task, patch or upsert, no random number or UUID
of the workflow (which would shift all later ones), no new handler and no continue-as-new. The SDK
raises `ReadOnlyContextError: While in read-only function, action attempted: ...`. A query then
fails. A validator fails the whole workflow *task*, which is retried for ever: "Workflow Task in
failed state".

## Bad

```python
from temporalio import workflow


@workflow.defn
class TicketWorkflow:
    def __init__(self) -> None:
        self.closed = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.closed)

    @workflow.query
    def new_ticket_id(self) -> str:
        return str(workflow.uuid4())
```

## Good

Whatever has an effect is done by an update or a signal. `workflow.now()`, `workflow.info()` and the
logger may be used anywhere.

```python
from temporalio import workflow


@workflow.defn
class TicketWorkflow:
    def __init__(self) -> None:
        self.closed = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.closed)

    @workflow.update
    def new_ticket_id(self) -> str:
        return str(workflow.uuid4())
```

## What the SDK does

It raises `ReadOnlyContextError` where the call is made. `workflow.unsafe.is_read_only()` tells code
that is shared with run methods whether it may go on. What such a test keeps from queries and
validators is not reported, whether it stands in the function, in one that it asks, or in one that
raises. Nor is what a `try` protects that catches `workflow.ReadOnlyContextError`.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing#queries
* https://python.temporal.io/temporalio.workflow.ReadOnlyContextError.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Effect, Gives, Report, Rule, Scope, Severity, names_giving, names_that

if TYPE_CHECKING:
    from wflint.rule import CallView

_COROUTINES = names_giving(Gives.COROUTINE)
_ALSO = frozenset(
    {
        "temporalio.workflow.new_random",
        "temporalio.workflow.register_random_seed_callback",
    }
)


class CommandInReadOnlyHandler(Rule):
    code = "WFL403"
    name = "command-in-read-only-handler"
    severity = Severity.ERROR
    scope = Scope.QUERY | Scope.VALIDATOR
    since = "0.1"
    targets = names_that(Effect.COMMAND | Effect.HANDLERS | Effect.DRAWS) | _ALSO

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Every call, but a coroutine does nothing before it is awaited."""
        if view.name in _COROUTINES and not (view.awaited or view.is_returned):
            return
        if Scope.VALIDATOR in view.regions:
            handler = "an update validator: the workflow task fails and is retried for ever"
        else:
            handler = "a query: the query fails"
        yield Report(
            f"`{view.shown}` raises ReadOnlyContextError in {handler}; "
            "do this in an update or a signal"
        )
