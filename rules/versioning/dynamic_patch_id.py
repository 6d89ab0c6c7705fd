"""Builds the id of a patch at run time.

## What breaks

Each id adds a marker to the history and an entry to the search attribute `TemporalChangeVersion`,
which has room for few. And nobody can tell when such a patch may go: a query finds the workflows
with one id, not those with any. Outside of a loop there is nothing that an id has to tell apart.

Write the id out. In a loop, where each round needs an id of its own, it may have the number of the
round; that is not reported.

## Bad

```python
from temporalio import workflow


@workflow.defn
class RouteWorkflow:
    @workflow.run
    async def run(self) -> None:
        region = workflow.info().task_queue
        if workflow.patched(f"new-route-{region}"):
            await workflow.sleep(60)
```

## Good

```python
from temporalio import workflow


@workflow.defn
class RouteWorkflow:
    @workflow.run
    async def run(self) -> None:
        if workflow.patched("new-route"):
            await workflow.sleep(60)
```

## What the SDK does

Nothing: any text is an id. Parameters of helpers are not reported, because each caller may write
the id out. It is a matter of order, so the rule has to be selected.

## References

* https://docs.temporal.io/develop/python/versioning#patching
* https://docs.temporal.io/patching
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, Report, Rule, Scope, Severity, ValueType

if TYPE_CHECKING:
    from wflint.rule import CommandView

_MADE = frozenset({ValueType.CALL, ValueType.FSTRING, ValueType.OTHER})


class DynamicPatchId(Rule):
    code = "WFL903"
    name = "dynamic-patch-id"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"
    commands = frozenset({CallKind.PATCH})

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """An id that is put together where it is used."""
        given = at.call.given("id", 0)
        if at.call.in_loop or given is None or given.value.type not in _MADE:
            return
        parts = [at.call.values.follow(given.at(part)).value for part in given.value.values]
        if parts and all(part.type is ValueType.STR for part in parts):
            return  # of constants
        yield Report(
            f"the id of `{at.call.shown}` is made at run time, so nobody can tell when the patch "
            "may be deprecated; write it out"
        )
