"""Builds an id from `workflow.info().run_id`, which a reset changes.

## What breaks

A workflow that is reset, or continues as new, has another run id from then on. An id that is made
from it is another one as well: the child workflow or the activity that should have been found again
is started a second time.

`workflow.info().original_execution_run_id` (SDK 1.34 and later) stays the same through resets, and
`workflow.info().workflow_id` always.

## Bad

```python
from temporalio import workflow


@workflow.defn
class ParentWorkflow:
    @workflow.run
    async def run(self) -> None:
        run_id = workflow.info().run_id
        await workflow.execute_child_workflow("Child", id=f"child-{run_id}")
```

## Good

```python
from temporalio import workflow


@workflow.defn
class ParentWorkflow:
    @workflow.run
    async def run(self) -> None:
        run_id = workflow.info().original_execution_run_id
        await workflow.execute_child_workflow("Child", id=f"child-{run_id}")
```

## What the SDK does

Nothing. In a replay the run id is the same, so this is about resets alone.

## References

* https://docs.temporal.io/workflow-execution/workflowid-runid
* https://docs.temporal.io/workflow-execution/event#reset
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView, CommandView, Value

_IDS = ("id", "activity_id")
_RUN_ID = frozenset({"temporalio.workflow.Info.run_id", "temporalio.workflow.info.run_id"})


class RunIdDerivedId(Rule):
    code = "WFL915"
    name = "run-id-derived-id"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"
    commands = frozenset(
        {
            CallKind.ACTIVITY,
            CallKind.CHILD_WORKFLOW,
            CallKind.LOCAL_ACTIVITY,
            CallKind.SIGNAL_WITH_START,
        }
    )

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """Ids with the run id in them."""
        for option in _IDS:
            value = at.option(option)
            if value is not None and _has_run_id(value, at.call):
                yield Report(
                    f"`{option}` is made from the run id, which is another one after a reset; use "
                    "`workflow.info().original_execution_run_id` or `workflow_id`"
                )


def _has_run_id(value: Value, call: CallView) -> bool:
    pending = [value]
    while pending:
        part = pending.pop()
        if call.qualified(part) in _RUN_ID:
            return True
        pending += part.values
    return False
