"""Passes an activity `schedule_to_close_timeout`, but no limit for a single attempt.

## What breaks

Nothing is refused. But the server notices that a worker has died, or has lost the task, only when a
timeout of the attempt runs out. Without `start_to_close_timeout` that is the whole time for all
attempts, so nothing is left to try again. The documentation recommends to set
`start_to_close_timeout` always. With a `heartbeat_timeout` the loss is noticed, and the rule is
silent.

This rule is opt-in (`--select WFL602`, or `--pedantic`): a single limit for all attempts can be
what is wanted.

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
            charge, "order-1", schedule_to_close_timeout=timedelta(hours=1)
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
            charge,
            "order-1",
            start_to_close_timeout=timedelta(minutes=1),
            schedule_to_close_timeout=timedelta(hours=1),
        )
```

## What the SDK does

Nothing. The server takes `schedule_to_close_timeout` for the missing timeout.

## References

* https://docs.temporal.io/encyclopedia/detecting-activity-failures#start-to-close-timeout
* https://docs.temporal.io/develop/python/activities/timeouts
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, Report, Rule, Scope, Severity, ValueType, names_of

if TYPE_CHECKING:
    from wflint.rule import CallView

_WHOLE = "schedule_to_close_timeout"
_ATTEMPT = ("start_to_close_timeout", "heartbeat_timeout")


class PreferStartToClose(Rule):
    code = "WFL602"
    name = "prefer-start-to-close"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"
    targets = names_of(CallKind.ACTIVITY)

    def check_call(self, view: CallView) -> Iterable[Report]:
        """A limit for all attempts together, and surely none for one of them."""
        if view.spread or not _is_given(view, _WHOLE):
            return
        if not any(_is_given(view, name) for name in _ATTEMPT):
            yield Report(
                f"`{view.shown}` has no `start_to_close_timeout`: a worker that dies is noticed "
                f"only when `{_WHOLE}` is over, and nothing is tried again"
            )


def _is_given(view: CallView, name: str) -> bool:
    given = view.given(name)
    return given is not None and given.value.type is not ValueType.NONE
