"""Passes a timeout as a number instead of a `timedelta`.

## What breaks

All timeouts of the SDK are `timedelta` objects. A number does not say whether it means seconds or
milliseconds, and the SDK does not guess: the call fails.

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
        return await workflow.execute_activity(charge, "order-1", start_to_close_timeout=30)
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

## Fix safety

The number `n` becomes `timedelta(seconds=n)`. Other SDKs count in milliseconds, so a person should
look at the value: the fix is unsafe. Zero, negative numbers, and numbers in options that are spread
into the call are left alone.

## What the SDK does

The call raises `TypeError: Fail to convert to Duration. Expected a timedelta object got int`. In a
workflow that fails the workflow task, which is tried again and again. `workflow.continue_as_new()`
is worse: it continues, and silently loses the options after the number.

## References

* https://docs.temporal.io/develop/python/activities/timeouts
* https://docs.python.org/3/library/datetime.html#timedelta-objects
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from wflint.rule import Fixable, Report, Rule, Scope, Severity, cst, sdk_calls

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair

_TIMEOUTS = frozenset(
    {
        "execution_timeout",
        "heartbeat_timeout",
        "run_timeout",
        "schedule_to_close_timeout",
        "schedule_to_start_timeout",
        "start_to_close_timeout",
        "task_timeout",
    }
)


class TimeoutType(Rule):
    code = "WFL603"
    name = "timeout-type"
    severity = Severity.ERROR
    scope = Scope.ANY
    fix = Fixable.UNSAFE
    since = "0.1"
    needles: ClassVar[tuple[str, ...]] = (r"_timeout[\"']?\s*[=:]\s*[\d.]",)
    targets = frozenset(name for name, call in sdk_calls().items() if call.options & _TIMEOUTS)

    def check_call(self, view: CallView) -> Iterable[Report]:
        """One report for each number; at the number where it stands in the call."""
        for name in sorted(view.number_keywords & _TIMEOUTS):
            arg = view.keyword(name)
            yield Report(
                f"`{name}` is a number, and `{view.shown}` takes a `timedelta`; "
                "write `timedelta(seconds=...)`",
                site=arg.site if arg is not None else None,
            )

    def repair(self, at: FixView) -> Repair | None:
        """`30` becomes `timedelta(seconds=30)`, if it is a number that can be a timeout."""
        number = at.node
        if not isinstance(number, (cst.Integer, cst.Float)) or not number.evaluated_value:
            return None
        new = f"{at.imported('datetime.timedelta')}(seconds={at.text(number)})"
        message = f"Use `timedelta(seconds={at.text(number)})`"
        return at.unsafe(message, at.replace(number, new))
