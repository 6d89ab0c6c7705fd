"""Passes an activity two timeouts of which one makes the other pointless.

## What breaks

Nothing refuses such a call, but one of its timeouts never does what it says:

* A `heartbeat_timeout` as long as `start_to_close_timeout`, or longer: the attempt is over before a
  missing heartbeat could be noticed. A worker that has died is detected no sooner.
* A `start_to_close_timeout` longer than `schedule_to_close_timeout`: all attempts together have
  less time than one. The first slow attempt uses up everything, and nothing is tried again.
* A `schedule_to_start_timeout` longer than `schedule_to_close_timeout`: the activity times out as a
  whole first.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> str:
    activity.heartbeat()
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge,
            "order-1",
            start_to_close_timeout=timedelta(seconds=30),
            heartbeat_timeout=timedelta(minutes=5),
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> str:
    activity.heartbeat()
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge,
            "order-1",
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=30),
        )
```

## What the SDK does

Nothing. The server shortens a timeout that is longer than the one around it. Only timeouts are
compared whose length is written out, here or in a constant, a table or a function; zero counts as
no timeout.

## References

* https://docs.temporal.io/encyclopedia/detecting-activity-failures
* https://docs.temporal.io/develop/python/activities/timeouts
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, Report, Rule, Scope, Severity, names_of

if TYPE_CHECKING:
    from wflint.rule import CallView

_HEARTBEAT, _START = "heartbeat_timeout", "start_to_close_timeout"
_WHOLE, _QUEUE = "schedule_to_close_timeout", "schedule_to_start_timeout"
_LIMITS = (
    (_HEARTBEAT, _START, "an attempt ends before a missing heartbeat is noticed"),
    (_START, _WHOLE, "one attempt may use up the time of all, and is not tried again"),
    (_QUEUE, _WHOLE, "the activity times out as a whole first"),
)
_LOCAL = names_of(CallKind.LOCAL_ACTIVITY)


class InconsistentTimeouts(Rule):
    code = "WFL605"
    name = "inconsistent-timeouts"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    since = "0.1"
    targets = names_of(CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY)

    def check_call(self, view: CallView) -> Iterable[Report]:
        """One report for each timeout that another one cuts short."""
        for name, limit, then in _LIMITS:
            if name == _HEARTBEAT and view.name in _LOCAL:
                continue  # no option there: that is another fault
            seconds, most = _length(view, name), _length(view, limit)
            if not seconds or not most or seconds < most:
                continue
            if seconds == most and name != _HEARTBEAT:
                continue
            direct = view.keyword(name)
            length = "as long as" if seconds == most else "longer than"
            yield Report(
                f"`{name}` ({seconds:g} s) is {length} `{limit}` ({most:g} s): {then}",
                site=direct.site if direct is not None else None,
            )


def _length(view: CallView, name: str) -> float | None:
    """The length of a timeout in seconds, if it is written out."""
    given = view.given(name)
    return view.values.seconds(given) if given is not None else None
