"""Calls an activity without the timeout that the SDK asks for.

## What breaks

Without a limit the server could not tell an activity whose worker has died from one that is slow.
So the SDK refuses to schedule an activity that has neither `start_to_close_timeout` (how long one
attempt may take) nor `schedule_to_close_timeout` (how long all attempts together may take). The
other two timeouts do not count, and `None` is as good as nothing.

Prefer `start_to_close_timeout`: when it runs out, the activity is tried again.

## Bad

```python
from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(charge, "order-1")
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
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=60)
        )
```

## Fix safety

The fix adds `start_to_close_timeout=timedelta(seconds=N)`, where N is `default-activity-timeout`
from the configuration. How long the activity may really take is for a person to say: the fix is
unsafe.

## What the SDK does

The call raises `ValueError: Activity must have start_to_close_timeout or
schedule_to_close_timeout`. The workflow task fails, and is tried again and again.

## References

* https://docs.temporal.io/encyclopedia/detecting-activity-failures
* https://docs.temporal.io/develop/python/activities/timeouts
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Fixable, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.program.views import CallView

_ENOUGH = ("start_to_close_timeout", "schedule_to_close_timeout")


class ActivityMissingTimeout(Rule):
    code = "WFL601"
    name = "activity-missing-timeout"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"
    targets = frozenset(
        f"temporalio.workflow.{verb}_{stem}{variant}"
        for verb in ("execute", "start")
        for stem in ("activity", "local_activity")
        for variant in ("", "_class", "_method")
    )

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Options that cannot be followed may hold a timeout, so they are silent."""
        given = view.keywords - view.none_keywords
        if view.spread or not given.isdisjoint(_ENOUGH):
            return
        seconds = view.settings.default_activity_timeout
        yield Report(
            f"`{view.shown}` has no timeout, so the SDK refuses it; "
            f"add `start_to_close_timeout=timedelta(seconds={seconds})`"
        )
