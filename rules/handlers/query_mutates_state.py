"""Changes workflow state in a query, which makes replays differ from the first run.

## What breaks

Queries are not part of a workflow's history. A change that a query makes exists on the worker that
has answered it, and is missing after a replay or on another worker. There, a condition that waits
for the change does not become true, or a counter decides differently. The workflow then fails with
a nondeterminism error (TMPRL1100), or continues with the wrong state.

## Bad

```python
from temporalio import workflow


@workflow.defn
class InboxWorkflow:
    def __init__(self) -> None:
        self.unread: list[str] = []

    @workflow.run
    async def run(self) -> None: ...

    @workflow.query
    def take(self) -> list[str]:
        taken = list(self.unread)
        self.unread.clear()
        return taken
```

## Good

A query should only read the state. To change it, use a signal or an update.

```python
from temporalio import workflow


@workflow.defn
class InboxWorkflow:
    def __init__(self) -> None:
        self.unread: list[str] = []

    @workflow.run
    async def run(self) -> None: ...

    @workflow.update
    def take(self) -> list[str]:
        taken = list(self.unread)
        self.unread.clear()
        return taken
```

## What the SDK does

It refuses commands in a query (`ReadOnlyContextError`), and does not notice changes of `self`. A
number that is drawn from a generator which the workflow keeps (`self.rng = workflow.random()`) is a
change, too: `workflow.random()` itself is refused there, but all later numbers come out otherwise.
Code that `workflow.unsafe.is_read_only()` keeps from queries may change what it likes.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing#queries
* https://docs.temporal.io/handling-messages#exactly-once-message-processing
"""

from __future__ import annotations

from collections.abc import Iterable

from wflint.rule import MutationView, Report, Rule, Scope, Severity


class QueryMutatesState(Rule):
    code = "WFL401"
    name = "query-mutates-state"
    severity = Severity.ERROR
    scope = Scope.QUERY
    mutations = True
    since = "0.1"

    def check_mutation(self, at: MutationView) -> Iterable[Report]:
        """Every change of the workflow is one too many."""
        yield Report(
            f"`{at.shown}` changes the workflow in a query, which is not in its history, so that "
            "a replay goes without it; change state in a signal or an update"
        )
