"""Calls an activity by a name that no activity of the project has.

## What breaks

A name is only a text: nothing compares it with the activities there are until a worker gets the
task. A worker that does not know it answers `NotFoundError: Activity function ... is not registered
on this worker`, and the attempt is made again and again, until the timeouts run out. Mostly it is a
slip of the pen, or the activity has been renamed.

Pass the function, or take the name from one place. Activities of other services are called on their
own task queue: with `task_queue=` the rule is silent. The workers of another project may still have
the activity, so the rule has to be selected by its name.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            "chrage", "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            "charge", "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## What the SDK does

Nothing where the call is made. The worker answers with an error that is retried.

The rule is silent where the project has a dynamic activity, or one whose name cannot be read.

## References

* https://docs.temporal.io/develop/python/activities/execution
* https://docs.temporal.io/activity-definition#activity-type
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import ProjectView

_CALLS = frozenset({CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY})


class UnknownActivityName(Rule):
    code = "WFL625"
    name = "unknown-activity-name"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"

    def check_project(self, project: ProjectView) -> Iterable[PlacedReport]:
        """Compare the names in calls with those of all activities."""
        names = {activity.name for activity in project.activities}
        is_open = any(activity.is_dynamic for activity in project.activities)
        if is_open or "" in names:
            return
        for command, place in project.commands:
            name = command.name if command.kind in _CALLS else ""
            elsewhere = command.call.spread or "task_queue" in command.call.keywords
            if not name or name in names or elsewhere:
                continue
            near = difflib.get_close_matches(name, sorted(names), 1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            given = command.target_argument
            at = place if given is None or given.site < 0 else place._replace(site=given.site)
            yield PlacedReport(
                at,
                Report(
                    f"no activity of the project has the name `{name}`, so the call is tried again "
                    f"and again until its timeouts run out{hint}"
                ),
            )
