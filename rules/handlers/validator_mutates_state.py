"""Changes workflow state in a validator, which makes replays differ from the first run.

## What breaks

A validator decides whether an update is accepted. If it rejects one, nothing of that gets into the
history. A change that it has made exists on the worker that ran it, and is missing after a replay
or on another worker; and when history is replayed, validators are not run at all. Conditions and
counters that rest on the change then decide differently: the workflow fails with a nondeterminism
error (TMPRL1100), or continues with the wrong state.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    def __init__(self) -> None:
        self.items: list[str] = []
        self.attempts = 0

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: len(self.items) == 3)

    @workflow.update
    def add(self, item: str) -> int:
        self.items.append(item)
        return len(self.items)

    @add.validator
    def validate_add(self, item: str) -> None:
        self.attempts += 1
        if self.attempts > 10:
            raise ValueError("too many attempts")
```

## Good

A validator only looks at the state. What is to be counted is counted by the update handler.

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    def __init__(self) -> None:
        self.items: list[str] = []
        self.attempts = 0

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: len(self.items) == 3)

    @workflow.update
    def add(self, item: str) -> int:
        self.attempts += 1
        self.items.append(item)
        return len(self.items)

    @add.validator
    def validate_add(self, item: str) -> None:
        if self.attempts >= 10:
            raise ValueError("too many attempts")
```

## What the SDK does

It refuses commands in a validator (`ReadOnlyContextError`), and does not notice changes of `self`.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing#updates
* https://docs.temporal.io/handling-messages#update-validators
"""

from __future__ import annotations

from collections.abc import Iterable

from wflint.rule import MutationView, Report, Rule, Scope, Severity


class ValidatorMutatesState(Rule):
    code = "WFL402"
    name = "validator-mutates-state"
    severity = Severity.ERROR
    scope = Scope.VALIDATOR
    mutations = True
    since = "0.1"

    def check_mutation(self, at: MutationView) -> Iterable[Report]:
        """Every change of the workflow is one too many."""
        yield Report(
            f"`{at.shown}` changes the workflow in an update validator, which a replay does not "
            "run; change state in the update handler"
        )
