"""Runs an activity that sends heartbeats as a local activity, which has none.

## What breaks

A local activity runs inside the workflow task that calls it, and the server does not know of it.
So its heartbeats get nowhere: no `heartbeat_timeout` can be given, details of a heartbeat are not
there for the next attempt, and no cancellation comes back with one. An activity that needs
heartbeats is also too long to be a local one: while it runs, the worker keeps the workflow task
alive with one history event after the other.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def copy_rows(count: int) -> int:
    for row in range(count):
        activity.heartbeat(row)
    return count


@workflow.defn
class CopyWorkflow:
    @workflow.run
    async def run(self) -> int:
        return await workflow.execute_local_activity(
            copy_rows, 100, start_to_close_timeout=timedelta(minutes=5)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def copy_rows(count: int) -> int:
    for row in range(count):
        activity.heartbeat(row)
    return count


@workflow.defn
class CopyWorkflow:
    @workflow.run
    async def run(self) -> int:
        return await workflow.execute_activity(
            copy_rows,
            100,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=60),
        )
```

## What the SDK does

It accepts the heartbeats and drops them. `heartbeat_timeout=` is no option of
`execute_local_activity()`, which raises `TypeError`.

An activity that workflows also call as a normal one is not reported.

## References

* https://docs.temporal.io/local-activity
* https://docs.temporal.io/encyclopedia/detecting-activity-failures#activity-heartbeat
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Beats, CallKind, PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import ActivityView, ProjectView


class LocalActivityHeartbeat(Rule):
    code = "WFL622"
    name = "local-activity-heartbeat"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    asks_about = Scope.ACTIVITY
    since = "0.1"

    def check_project(self, project: ProjectView) -> Iterable[PlacedReport]:
        """Every local call of an activity that surely sends heartbeats."""
        for command, place in project.commands:
            if command.kind is not CallKind.LOCAL_ACTIVITY:
                continue
            called = project.activities_of(command)
            if not called or not all(map(_is_local_and_beats, called)):
                continue
            message = (
                f"`{called[0].shown}` sends heartbeats, and those of a local activity are dropped; "
                f"use `{command.call.shown.replace('_local', '', 1)}` with a `heartbeat_timeout`"
            )
            yield PlacedReport(place, Report(message))


def _is_local_and_beats(activity: ActivityView) -> bool:
    kinds = {command.kind for command in activity.calls}
    return activity.beats is Beats.SENT and CallKind.ACTIVITY not in kinds
