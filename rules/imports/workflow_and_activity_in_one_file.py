"""Defines workflows and activities in one file.

## What breaks

For each run of a workflow the sandbox loads the file of the workflow again, and with it all that
the activities need: clients, drivers, frameworks. That takes memory and time, and what such a
package does when it is loaded may be refused there. In a file of their own, activities can be
passed through: `with workflow.unsafe.imports_passed_through(): from shop.activities import charge`.

This rule is opt-in (`--select WFL312`, or `--pedantic`): for small programs one file is handy. What
the sandbox cannot load is reported by import-not-passed-through in any case.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> None:
    activity.logger.info("charged %s", order)


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> None:
        await workflow.execute_activity(charge, order, start_to_close_timeout=timedelta(seconds=30))
```

## Good

```python
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from shop.activities import charge


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> None:
        await workflow.execute_activity(charge, order, start_to_close_timeout=timedelta(seconds=30))
```

## What the SDK does

Nothing, as long as all that the file imports can be loaded.

## References

* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
* https://github.com/temporalio/samples-python/issues/192
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import ProjectView


class WorkflowAndActivityInOneFile(Rule):
    code = "WFL312"
    name = "workflow-and-activity-in-one-file"
    severity = Severity.INFO
    scope = Scope.IMPORT
    since = "0.1"

    def check_project(self, project: ProjectView) -> Iterable[PlacedReport]:
        """The first workflow of each such file whose workflows have a sandbox."""
        activities = {a.place.fn.path: a.shown for a in reversed(project.activities)}
        told: set[str] = set()
        for workflow in project.workflows:
            path = workflow.place.fn.path
            if path in activities and path not in told and workflow.sandboxed:
                told.add(path)
                yield PlacedReport(
                    workflow.place,
                    Report(
                        f"`{workflow.shown}` is in one file with the activity "
                        f"`{activities[path]}`: the sandbox loads all that activities need again "
                        "for each run of a workflow; give them a file of their own, and pass its "
                        "import through"
                    ),
                )
