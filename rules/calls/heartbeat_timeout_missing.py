"""Calls an activity that sends heartbeats without a `heartbeat_timeout`.

## What breaks

A heartbeat tells the server that the activity is still at work. Only with a `heartbeat_timeout` is
it missed: without one, an activity whose worker has died stays "running" until its
`start_to_close_timeout` runs out, which may be hours. Until then nothing is retried.

## Bad

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
            copy_rows, 100, start_to_close_timeout=timedelta(hours=2)
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

## Fix safety

The fix adds `heartbeat_timeout=timedelta(seconds=60)`. Timeouts are not compared when a workflow is
replayed, but an activity that sends its heartbeats less often than that would now fail. Only you
know how often they come, so the fix is unsafe. There is none where no loop is seen to send them:
before and after one long call they come too seldom. Nor is there one, or a report, for the loop of
an `async` activity that awaits nothing: its heartbeats are sent when it is over.

## What the SDK does

It sends heartbeats at most every 30 seconds where there is no `heartbeat_timeout`, and else within
80 % of it. A cancellation of the activity comes back with a heartbeat.

The activity is looked at together with all that it calls and starts: helpers, tasks, threads. Calls
whose options or targets cannot be followed are not reported, nor are those that give an attempt no
more than five minutes. Nor are heartbeats that no loop is seen to send: those that come only before
and after a long call would make a timeout end what is at work.

## References

* https://docs.temporal.io/encyclopedia/detecting-activity-failures#heartbeat-timeout
* https://docs.temporal.io/develop/python/activities/timeouts#heartbeat-timeout
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, Beats, CallKind, Fixable, PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, ProjectView, Repair

_OPTION = "heartbeat_timeout"
_SECONDS = 60
_LONG = 5 * _SECONDS
_ADD = Api(f"{_OPTION}=timedelta(seconds={_SECONDS})", Fixable.UNSAFE)


class HeartbeatTimeoutMissing(Rule):
    code = "WFL621"
    name = "heartbeat-timeout-missing"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    asks_about = Scope.ACTIVITY
    fix = Fixable.UNSAFE
    since = "0.1"

    def check_project(self, project: ProjectView) -> Iterable[PlacedReport]:
        """Every call that gives an activity much time, and surely waits for no heartbeat."""
        for command, place in project.commands:
            call = command.call
            if command.kind is not CallKind.ACTIVITY or call.spread or _OPTION in call.keywords:
                continue
            if (_longest(call) or 0) <= _LONG or call.is_intercepted(_OPTION):
                continue
            called = project.activities_of(command)
            if not called or any(activity.beats is not Beats.SENT for activity in called):
                continue
            if not all(activity.beats_in_loop for activity in called):
                continue  # with a long silence after the last, a timeout would end what is at work
            message = (
                f"`{called[0].shown}` sends heartbeats, but without a `{_OPTION}` the server does "
                f"not miss them when its worker dies; add `{_ADD.use}`"
            )
            yield PlacedReport(place, Report(message, api=_ADD))

    def repair(self, at: FixView) -> Repair | None:
        """One more argument."""
        from ._arguments import added

        value = f"{at.imported('datetime.timedelta')}(seconds={_SECONDS})"
        return at.unsafe(f"Add `{_ADD.use}`", *added(at, at.call, f"{_OPTION}={value}"))


def _longest(call: CallView) -> float | None:
    """Return how many seconds an attempt may take, if that is known."""
    for name in ("start_to_close_timeout", "schedule_to_close_timeout"):
        given = call.given(name)
        if given is not None:
            return call.values.seconds(given)
    return None
