"""Raises an error that only the SDK is meant to raise.

## What breaks

`ActivityError`, `ChildWorkflowError` and `NexusOperationError` say that an activity, a child
workflow or a Nexus operation has failed; `TimeoutError` of `temporalio.exceptions` that the server
has counted a timeout, `TerminatedError` that a workflow was terminated, `ServerError` that the
server has failed. Each stands for events of a history. One that is made by hand has none of them:
whoever looks into the failure is sent after an activity that never ran, and code that handles the
real ones treats it as such, looks for a `cause`, and retries or compensates what was never done.

Raise `ApplicationError` with a `type` that says what is wrong.

## Bad

```python
from temporalio import workflow
from temporalio.exceptions import TimeoutError, TimeoutType


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, amount: int) -> None:
        if amount > 100:
            raise TimeoutError(
                "nobody has approved it",
                type=TimeoutType.START_TO_CLOSE,
                last_heartbeat_details=[],
            )
```

## Good

```python
from temporalio import workflow
from temporalio.exceptions import ApplicationError


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, amount: int) -> None:
        if amount > 100:
            raise ApplicationError("nobody has approved it", type="NotApproved")
```

## What the SDK does

It sends the failure as it is. Raising again what was caught is fine, and so are stand-ins of
activities in tests.

## References

* https://docs.temporal.io/develop/python/best-practices/error-handling
* https://docs.temporal.io/references/failures
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import RaiseView

_MODULE = "temporalio.exceptions."
_SAYS = {
    "ActivityError": "that an activity has failed",
    "ChildWorkflowError": "that a child workflow has failed",
    "NexusOperationError": "that a Nexus operation has failed",
    "ServerError": "that the server has failed",
    "TerminatedError": "that a workflow was terminated",
    "TimeoutError": "that the server has counted a timeout",
}


class RaisingFrameworkError(Rule):
    code = "WFL712"
    name = "raising-framework-error"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW | Scope.ACTIVITY
    since = "0.1"

    def check_raise(self, at: RaiseView) -> Iterable[Report]:
        """The errors that only the SDK has a reason to make."""
        for error in at.errors():
            says = _SAYS.get(error.shown) if error.name.startswith(_MODULE) else None
            if says is not None:
                yield Report(
                    f"`{error.shown}` is how the SDK says {says}, and here nothing of the kind is "
                    "in the history; raise `ApplicationError` with a `type`"
                )
                return
