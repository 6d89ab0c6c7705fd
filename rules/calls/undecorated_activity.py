"""Calls as an activity what is not one: a plain function, a lambda, a `partial`.

## What breaks

The SDK finds the name of an activity in what `@activity.defn` has left at the function. A plain
function has nothing of that kind, and neither has a lambda, a `functools.partial`, a class whose
`__call__` alone is decorated, or a method that overrides an activity without the decorator. A
dynamic activity has no name that it could be called by. The call raises an error, the workflow
*task* fails and is retried for ever: the workflow does not fail, it hangs.

Decorate the function with `@activity.defn`, and register it with a Worker.

## Bad

```python
from datetime import timedelta

from temporalio import workflow


async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=30)
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
            charge, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## What the SDK does

The call raises `TypeError: Activity charge missing attributes, was it decorated with
@activity.defn?`, for a dynamic activity `ValueError: Cannot invoke dynamic activity explicitly`.

Functions behind decorators that are not known, or of classes that something unknown has a part in,
are not reported: they may be activities.

## References

* https://docs.temporal.io/develop/python/activities/basics
* https://docs.temporal.io/develop/python/activities/execution
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, MisfitKind, Report, Rule, Scope, Severity

from ._outcomes import refused

if TYPE_CHECKING:
    from wflint.rule import CommandView

_IS = {
    MisfitKind.CLASS: "`{shown}` has no `@activity.defn` on the class",
    MisfitKind.DYNAMIC: "`{shown}` is a dynamic activity, which is only called by other names",
    MisfitKind.FUNCTION: "`{shown}` has no `@activity.defn`",
    MisfitKind.LAMBDA: "a lambda is no activity",
    MisfitKind.PARTIAL: "a `partial` of `{shown}` is no activity",
}


class UndecoratedActivity(Rule):
    code = "WFL613"
    name = "undecorated-activity"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    commands = frozenset({CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY})

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """What an activity gives is WFL612."""
        misfit, given = at.misfit, at.target_argument
        if misfit is None or misfit.kind not in _IS:
            return
        message = (
            f"{_IS[misfit.kind].format(shown=misfit.shown)}, so the SDK refuses `{at.call.shown}`: "
            f"{refused(at.call, 'TypeError')}"
        )
        yield Report(message, site=given.site if given is not None and given.site >= 0 else None)
