"""Writes `maximum_attempts=0` (no limit) or `maximum_attempts=1` (no retry).

## What breaks

Nothing is refused. But `0` reads like "never", and means that attempts are made without end, as
they are by default. `1` is often written by those who think of it as one *retry*: the activity then
fails for good at the first hiccup of the network or restart of a worker.

This rule is opt-in (`--select WFL618`, or `--pedantic`): both can be what is wanted.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow

from temporalio.common import RetryPolicy


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
            retry_policy=RetryPolicy(maximum_attempts=1),
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow

from temporalio.common import RetryPolicy


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
            retry_policy=RetryPolicy(maximum_attempts=5),
        )
```

## What the SDK does

Nothing. With `maximum_attempts=1` it does not even look at the other fields of the policy.

## References

* https://docs.temporal.io/encyclopedia/retry-policies#maximum-attempts
* https://python.temporal.io/temporalio.common.RetryPolicy.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView

_ATTEMPTS = "maximum_attempts"
_MEANS = {
    0: "means no limit, as by default; leave it out, or name one",
    1: "means that nothing is tried again after the first failure",
}


class UnlimitedOrSingleAttempt(Rule):
    code = "WFL618"
    name = "unlimited-or-single-attempt"
    severity = Severity.INFO
    scope = Scope.ANY
    since = "0.1"
    called = frozenset({"RetryPolicy"})
    targets = frozenset({"temporalio.common.RetryPolicy"})

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Only a number that is given: nothing at all is the plain way to have no limit."""
        given, direct = view.given(_ATTEMPTS, 3), view.argument(3, _ATTEMPTS)
        number = view.values.number(given) if given is not None else None
        if number in _MEANS:
            site = direct.site if direct is not None else None
            yield Report(f"`{_ATTEMPTS}={number:g}` {_MEANS[int(number)]}", site=site)
