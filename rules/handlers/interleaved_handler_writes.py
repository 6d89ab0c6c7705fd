"""Changes state in several steps in an async handler, while others may run in between.

## What breaks

Where a handler awaits something, other handlers and the run method go on. An attribute that it read
before and sets afterwards may have been set by another one meanwhile: that change is lost. Of two
attributes that it sets before and after, others see one that is new and one that is old. It is a
race that no test shows which sends one message at a time, though it replays without an error.

The rule is off by default: not all attributes belong together.

## Bad

```python
from temporalio import workflow


@workflow.defn
class AccountWorkflow:
    def __init__(self) -> None:
        self.balance = 0

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.balance > 99)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def pay_in(self, amount: int) -> None:
        balance = self.balance
        await workflow.sleep(1)
        self.balance = balance + amount
```

## Good

```python
import asyncio

from temporalio import workflow


@workflow.defn
class AccountWorkflow:
    def __init__(self) -> None:
        self.balance = 0
        self.lock = asyncio.Lock()

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.balance > 99)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def pay_in(self, amount: int) -> None:
        async with self.lock:
            balance = self.balance
            await workflow.sleep(1)
            self.balance = balance + amount
```

It is as good to wait first, and then to read and to write without an `await` in between.

## What the SDK does

It runs one handler at a time, up to its next `await`, always in the same order: replays agree.

The rule looks at the handler itself, not into what it calls.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing#use-asynciolock-to-prevent-concurrent-handler-execution
* https://docs.temporal.io/handling-messages#message-handler-concurrency
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import HandlerView, WorkflowView


class InterleavedHandlerWrites(Rule):
    code = "WFL420"
    name = "interleaved-handler-writes"
    severity = Severity.INFO
    scope = Scope.SIGNAL | Scope.UPDATE
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """The first attribute that is left half changed."""
        found = handler.interleaving if handler.kind & self.scope else None
        if found is None:
            return
        what = (
            f"sets `self.{found.other}`, waits, and sets `self.{found.name}`"
            if found.other
            else f"reads `self.{found.name}`, waits, and sets it"
        )
        yield Report(
            f"`{handler.method}` {what}: other handlers run in between; hold an `asyncio.Lock` of "
            "the workflow, or do it without an `await` in between"
        )
