"""Passes an activity a timeout of zero, which counts as no timeout.

## What breaks

An activity needs `start_to_close_timeout` or `schedule_to_close_timeout`. To the SDK a `timedelta`
of zero, such as `timedelta()`, is the same as no timeout. So the call is refused as if nothing had
been given. Zero does not mean "no limit": a long timeout does.

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
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(0)
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
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=60)
        )
```

## What the SDK does

The call raises `ValueError: Activity must have start_to_close_timeout or
schedule_to_close_timeout`. The workflow task fails, and is tried again and again; the workflow does
not fail. A zero beside a real timeout of the two is ignored, and not reported, and so are a zero
`heartbeat_timeout` and the timeouts of workflows.

## References

* https://docs.temporal.io/encyclopedia/detecting-activity-failures
* https://docs.temporal.io/develop/python/activities/timeouts
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, Report, Rule, Scope, Severity, ValueType, names_of

if TYPE_CHECKING:
    from wflint.rule import CallView

_CLOSE = ("start_to_close_timeout", "schedule_to_close_timeout")


class ZeroTimeout(Rule):
    code = "WFL604"
    name = "zero-timeout"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    targets = names_of(CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY)

    def check_call(self, view: CallView) -> Iterable[Report]:
        """One report if all that is given of the two timeouts is zero."""
        if view.spread:
            return
        given = {name: at for name in _CLOSE if (at := view.given(name)) is not None}
        given = {name: at for name, at in given.items() if at.value.type is not ValueType.NONE}
        if not given or any(view.values.seconds(at) != 0 for at in given.values()):
            return
        name = next(iter(given))
        direct = view.keyword(name)
        yield Report(
            f"`{name}` is zero, which counts as no timeout, so the SDK refuses `{view.shown}`: the "
            "workflow task fails and is retried for ever; give a longer one",
            site=direct.site if direct is not None else None,
        )
