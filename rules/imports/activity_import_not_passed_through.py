"""Imports activities that the sandbox then reloads for each workflow run.

## What breaks

A workflow needs its activities only to name them, and to know their types. Without
`imports_passed_through()` the sandbox nevertheless imports their module again for each run, with
all that activities need: clients, drivers, frameworks. That takes memory and time for each workflow
that a worker holds, and what activities may do, the sandbox may refuse: "Cannot access ... from
inside a workflow", or the Worker does not start ("Failed validating workflow"), because a package
such as `requests`, `httpx` or `boto3` cannot be loaded there. That is an error.

## Bad

```python
from datetime import timedelta

from temporalio import workflow

from shop.activities import charge


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

The imports of a file that stand together are one report, at the first of them, and it names the
packages that come with the activities. Where none does, loading the module again costs little and
breaks nothing: that is only reported, with severity info, where this rule is selected by its name.
A module that also defines workflows is not reported: see workflow-and-activity-in-one-file. As
everywhere, nothing is said of what the workers of the workflow pass through.

## Fix safety

The fix puts the imports into one `with` block. The module is then shared by all workflows of a
worker, and by its activities, so that the fix is unsafe. See import-not-passed-through for where it
is withheld.

## What the SDK does

Nothing, as long as the module can be loaded.

## References

* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
* https://github.com/temporalio/documentation/issues/4104
* https://github.com/temporalio/samples-python/issues/192
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Fixable, PlacedReport, Rule, Scope, Severity

from ._loading import reports

if TYPE_CHECKING:
    from wflint.rule import FixView, LoadingView, Repair


class ActivityImportNotPassedThrough(Rule):
    code = "WFL313"
    name = "activity-import-not-passed-through"
    severity = Severity.WARNING
    scope = Scope.IMPORT
    fix = Fixable.UNSAFE
    since = "0.1"
    once_per_function = True
    message = (
        "the sandbox loads the activities of {name} again for each run of a workflow; "
        "import them under `workflow.unsafe.imports_passed_through()`"
    )

    def check_loading(self, view: LoadingView) -> Iterable[PlacedReport]:
        """Modules with activities."""
        return reports([i for i in view.imports if i.has_activities], self.message)

    def repair(self, at: FixView) -> Repair | None:
        """The imports go into one block."""
        from ._passing import passed_through

        return passed_through(at)
