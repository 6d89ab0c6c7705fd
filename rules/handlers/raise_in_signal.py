"""Raises a failure in a signal handler, which fails the whole workflow.

## What breaks

`ApplicationError` in a signal handler is no answer to whoever has sent the signal: nobody waits for
one. It comes out of the *workflow*, which is closed as failed, whatever it was about to do: one bad
signal ends it. In an update handler the same error only rejects the update.

Look at the signal, log what is wrong with it, and drop it; keep an error for the run method to
raise; or make the signal an update, whose validator may refuse it.

This rule is opt-in (`--select WFL422`, or `--pedantic`): most of such failures in public code are
meant. A person rejects, a bound is exceeded, and nothing in the code tells these from the others.

## Bad

```python
from temporalio import workflow
from temporalio.exceptions import ApplicationError


@workflow.defn
class CartWorkflow:
    def __init__(self) -> None:
        self.items: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: len(self.items) == 3)

    @workflow.signal
    def add(self, item: str) -> None:
        if not item.startswith("SKU-"):
            raise ApplicationError(f"not an item: {item}")
        self.items.append(item)
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

    @workflow.signal
    def add(self, item: str) -> None:
        if not item.startswith("SKU-"):
            workflow.logger.warning("left out, not an item: %s", item)
            return
        self.items.append(item)
```

## What the SDK does

It fails the workflow with the error, as if the run method had raised it. Any other exception, such
as `ValueError`, fails the workflow task: see WFL701.

The rule is silent where somebody between the `raise` and the SDK catches the error, in helpers that
the run method calls as well, and in handlers that do nothing but raise it: these are there to fail
the workflow.

## References

* https://docs.temporal.io/handling-messages#exceptions
* https://docs.temporal.io/develop/python/workflows/message-passing
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import RaiseView


class RaiseInSignal(Rule):
    code = "WFL422"
    name = "raise-in-signal"
    severity = Severity.INFO
    scope = Scope.SIGNAL
    since = "0.1"

    def check_raise(self, at: RaiseView) -> Iterable[Report]:
        """A failure that comes out of a signal handler, and not out of the run method as well."""
        if at.statement.is_all:
            return
        for error in at.errors():
            regions = at.fails_workflows_of(error)
            if regions & Scope.SIGNAL and not regions & Scope.RUN:
                yield Report(
                    f"`{error.shown}` comes out of a signal handler and fails the whole workflow; "
                    "log what is wrong with the signal and drop it, or make it an update",
                    error=error,
                )
                return
