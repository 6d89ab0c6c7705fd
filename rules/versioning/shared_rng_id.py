"""Takes ids from the same random numbers that other code of the workflow draws from.

## What breaks

`workflow.uuid4()`, `workflow.random()` and children without an `id` all draw from one sequence. A
version of the code that draws once more, or once less, shifts it: each id after that is another one
in all workflows that are running, and their replay fails with a nondeterminism error (TMPRL1100),
though no command was added or removed.

Make ids from `workflow.info().workflow_id` and a counter, and draw everything else from
`workflow.new_random()`, which leaves the sequence alone.

## Bad

```python
from temporalio import workflow


@workflow.defn
class LotteryWorkflow:
    @workflow.run
    async def run(self) -> None:
        winner = workflow.random().randint(1, 10)
        await workflow.execute_child_workflow("Draw", winner, id=str(workflow.uuid4()))
```

## Good

```python
from temporalio import workflow


@workflow.defn
class LotteryWorkflow:
    @workflow.run
    async def run(self) -> None:
        winner = workflow.new_random().randint(1, 10)
        child_id = f"{workflow.info().workflow_id}-draw"
        await workflow.execute_child_workflow("Draw", winner, id=child_id)
```

## What the SDK does

A replay compares the ids of children and activities. As long as the draws stay what they are, it
goes well; so the rule has to be selected.

## References

* https://docs.temporal.io/develop/python/versioning
* https://python.temporal.io/temporalio.workflow.html#new_random
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, Effect, PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CommandView, ProjectView, Value

_UUID = "temporalio.workflow.uuid4"
_WITH_ID = {
    CallKind.ACTIVITY: "activity_id",
    CallKind.CHILD_WORKFLOW: "id",
    CallKind.LOCAL_ACTIVITY: "activity_id",
}


class SharedRngId(Rule):
    code = "WFL917"
    name = "shared-rng-id"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"

    def check_project(self, project: ProjectView) -> Iterable[PlacedReport]:
        """Compare the draws of each workflow with those that its ids rest on."""
        draws = [at for at in project.commands if at.command.kind is CallKind.RANDOM]
        others: dict[object, int] = {}
        for at in draws:
            if at.command.sdk.does & Effect.DRAWS:
                for workflow in project.workflows_with(at.place):
                    others[workflow] = others.get(workflow, 0) + 1
        with_ids = [(at, _drawn(at.command)) for at in project.commands]
        for at, own in with_ids:
            for workflow in project.workflows_with(at.place) if own > 0 else ():
                others[workflow] = others.get(workflow, 0) - own
        for at, own in with_ids:
            workflows = project.workflows_with(at.place) if own >= 0 else ()
            if any(others.get(workflow, 0) > 0 for workflow in workflows):
                message = (
                    f"the id of `{at.command.call.shown}` is drawn from the sequence that other "
                    "draws of the workflow move on; make it from "
                    "`workflow.info().workflow_id`, or draw the others from "
                    "`workflow.new_random()`"
                )
                yield PlacedReport(at.place, Report(message))


def _drawn(command: CommandView) -> int:
    """Return how many draws of `uuid4()` an id has; 0 if the SDK makes it, -1 for another id."""
    option = _WITH_ID.get(command.kind, "")
    is_child = command.kind is CallKind.CHILD_WORKFLOW and not command.call.spread
    if is_child and option not in command.call.keywords:
        return 0
    value = command.option(option) if option else None
    found, pending = 0, [value] if value is not None else []
    while pending:
        part: Value = pending.pop()
        found += command.call.qualified(part) == _UUID
        pending += part.values
    return found or -1
