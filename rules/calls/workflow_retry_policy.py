"""Starts a workflow with a `retry_policy`, which runs all of it again after a failure.

## What breaks

Nothing is refused. But a workflow that fails is started again from the beginning: all its
activities run once more. Workflows rarely fail for a reason that goes away by itself, for what does
is retried by their activities. The documentation advises against it: "Don't use Workflow Retry
Policies".

This rule is opt-in (`--select WFL626`, or `--pedantic`): schedules of idempotent workflows can have
a use for it.

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
        return await workflow.execute_child_workflow(
            "Ship", "order-1", retry_policy=RetryPolicy(maximum_attempts=5)
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

It hands the policy to the server, which starts a new run after each failure.

## References

* https://docs.temporal.io/encyclopedia/retry-policies#workflow-execution
* https://docs.temporal.io/develop/python/failure-detection
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, Report, Rule, Scope, Severity, ValueType

if TYPE_CHECKING:
    from wflint.rule import CommandView

_OPTION = "retry_policy"


class WorkflowRetryPolicy(Rule):
    code = "WFL626"
    name = "workflow-retry-policy"
    severity = Severity.INFO
    scope = Scope.ANY
    since = "0.1"
    needles = (_OPTION,)
    commands = frozenset({CallKind.CHILD_WORKFLOW, CallKind.WORKFLOW})

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """A policy that is given, unless it is `None`."""
        given, direct = at.call.given(_OPTION), at.call.keyword(_OPTION)
        if given is not None and given.value.type is not ValueType.NONE:
            yield Report(
                f"`{_OPTION}` of `{at.call.shown}` runs all of the workflow again after a failure; "
                "give it to the activities",
                site=direct.site if direct is not None else None,
            )
