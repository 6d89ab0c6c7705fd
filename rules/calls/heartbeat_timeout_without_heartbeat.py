"""Passes a `heartbeat_timeout` to an activity that never sends a heartbeat.

## What breaks

With a `heartbeat_timeout` the server expects a heartbeat at least that often, from the start of an
attempt on. If none comes, it takes the worker for dead, times the attempt out ("activity Heartbeat
timeout") and makes the next one. So an activity that never calls `activity.heartbeat()` fails, and
runs once more, whenever it takes longer than that: while the first attempt is still at work. With
one that is fast all goes well until it is slow for once.

## Bad

```python
import asyncio
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def copy_rows(count: int) -> int:
    await asyncio.sleep(count)
    return count


@workflow.defn
class CopyWorkflow:
    @workflow.run
    async def run(self) -> int:
        return await workflow.execute_activity(
            copy_rows,
            100,
            start_to_close_timeout=timedelta(hours=2),
            heartbeat_timeout=timedelta(seconds=60),
        )
```

## Good

```python
import asyncio
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def copy_rows(count: int) -> int:
    for row in range(count):
        activity.heartbeat(row)
        await asyncio.sleep(1)
    return count


@workflow.defn
class CopyWorkflow:
    @workflow.run
    async def run(self) -> int:
        return await workflow.execute_activity(
            copy_rows,
            100,
            start_to_close_timeout=timedelta(hours=2),
            heartbeat_timeout=timedelta(seconds=60),
        )
```

Without heartbeats, leave the timeout away: `start_to_close_timeout` limits an attempt already.

## What the SDK does

It sends no heartbeat by itself. The server fails the attempt with a `TimeoutError` of type
`HEARTBEAT`, and retries it as the retry policy says.

The activity is looked at together with all that it calls and starts: helpers, tasks, threads. Not
reported are activities that complete from elsewhere (`activity.raise_complete_async()`), that call
something which may send heartbeats and cannot be followed, and all activities where an interceptor
may do it.

## References

* https://docs.temporal.io/encyclopedia/detecting-activity-failures#heartbeat-timeout
* https://docs.temporal.io/develop/python/activities/timeouts#heartbeat-timeout
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Beats, CallKind, PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import ProjectView

_OPTION = "heartbeat_timeout"


class HeartbeatTimeoutWithoutHeartbeat(Rule):
    code = "WFL628"
    name = "heartbeat-timeout-without-heartbeat"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    asks_about = Scope.ACTIVITY
    since = "0.1"

    def check_project(self, project: ProjectView) -> Iterable[PlacedReport]:
        """Every call that asks for heartbeats of an activity that surely sends none."""
        for command, place in project.commands:
            call = command.call
            given = call.keywords - call.none_keywords
            if command.kind is not CallKind.ACTIVITY or _OPTION not in given:
                continue
            called = project.activities_of(command)
            if not called or any(activity.beats is not Beats.NEVER for activity in called):
                continue
            message = (
                f"`{called[0].shown}` never sends a heartbeat, so an attempt that takes longer "
                f"than the `{_OPTION}` is timed out; call `activity.heartbeat()` "
                "while it works, or leave the timeout away"
            )
            yield PlacedReport(place, Report(message))
