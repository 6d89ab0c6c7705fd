"""Calls an activity without the timeout that the SDK requires.

## What breaks

Without a limit the server could not tell an activity whose worker has died from one that is slow.
So the SDK refuses to schedule an activity that has neither `start_to_close_timeout` (how long one
attempt may take) nor `schedule_to_close_timeout` (how long all attempts together may take). The
other two timeouts do not count, and `None` is the same as no timeout.

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
from the configuration, or replaces `start_to_close_timeout=None` by it. Only you know how long the
activity may take, so the fix is unsafe. A `None` in options that are spread into the call is left
alone.

## What the SDK does

The call raises `ValueError: Activity must have start_to_close_timeout or
schedule_to_close_timeout`. The workflow task fails, and is tried again and again.

An interceptor of the project that sets one of the two in `start_activity()`, or in
`start_local_activity()`, counts as well.

## References

* https://docs.temporal.io/encyclopedia/detecting-activity-failures
* https://docs.temporal.io/develop/python/activities/timeouts
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, CallKind, Fixable, Report, Rule, Scope, Severity, names_of

from ._outcomes import refused

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair

_START = "start_to_close_timeout"
_ENOUGH = (_START, "schedule_to_close_timeout")
_ADD = Api(f"{_START}=timedelta(seconds=...)", Fixable.UNSAFE)


class ActivityMissingTimeout(Rule):
    code = "WFL601"
    name = "activity-missing-timeout"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"
    targets = names_of(CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY)

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Options that cannot be followed may hold a timeout, so they are silent."""
        given = view.keywords - view.none_keywords
        if view.spread or not given.isdisjoint(_ENOUGH):
            return
        if any(view.is_intercepted(name) for name in _ENOUGH):
            return
        seconds = view.settings.default_activity_timeout
        is_spread = _START in view.keywords and view.keyword(_START) is None
        yield Report(
            f"`{view.shown}` has no timeout, so the SDK refuses it: {refused(view, 'ValueError')}; "
            f"add `{_START}=timedelta(seconds={seconds})`",
            api=None if is_spread else _ADD,
        )

    def repair(self, at: FixView) -> Repair | None:
        """One more argument; `start_to_close_timeout=None` gets a value."""
        from ._arguments import added, keyword

        call = at.call
        if at.api is not _ADD or at.dotted_name(call.func) not in self.targets:
            return None
        seconds = at.settings.default_activity_timeout
        value = f"{at.imported('datetime.timedelta')}(seconds={seconds})"
        message = f"Add `{_START}=timedelta(seconds={seconds})`"
        given = keyword(call, _START)
        if given is not None:
            return at.unsafe(message, at.replace(given.value, value))
        return at.unsafe(message, *added(at, call, f"{_START}={value}"))
