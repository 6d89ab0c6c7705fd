"""Passes `non_retryable=True` to an error that a workflow raises.

## What breaks

Nothing, and that is the point: `non_retryable` is for errors of activities, which the server
retries. A workflow that fails is not run again unless it was started with a retry policy of its
own, which Temporal advises against. So the flag is a promise to the reader that nobody keeps.

This rule is opt-in (`--select WFL710`, or `--pedantic`): the flag does matter where workflows are
started with a retry policy.

## Bad

```python
from temporalio import workflow
from temporalio.exceptions import ApplicationError


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, amount: int) -> None:
        if amount <= 0:
            raise ApplicationError("nothing is ordered", non_retryable=True)
```

## Good

```python
from temporalio import workflow
from temporalio.exceptions import ApplicationError


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, amount: int) -> None:
        if amount <= 0:
            raise ApplicationError("nothing is ordered")
```

## Fix safety

The fix takes the argument away. What the workflow asks for stays the same, and replay does not
compare the failure that it ends with, so the fix is safe. It is withheld in functions that others
than workflows call as well: an activity may need the flag.

## What the SDK does

It writes the flag into the failure. The server reads it when it decides about a retry.

## References

* https://docs.temporal.io/develop/python/best-practices/error-handling
* https://docs.temporal.io/encyclopedia/retry-policies
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Fixable, Report, Rule, Scope, Severity, TextEdit

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair

_FLAG = "non_retryable"


class NonRetryableInWorkflow(Rule):
    code = "WFL710"
    name = "non-retryable-in-workflow"
    severity = Severity.INFO
    scope = Scope.RUN | Scope.SIGNAL | Scope.UPDATE | Scope.INIT
    fix = Fixable.SAFE
    since = "0.1"
    targets = frozenset({"temporalio.exceptions.ApplicationError"})

    def check_call(self, view: CallView) -> Iterable[Report]:
        """The flag, where it is set."""
        given = view.keyword(_FLAG)
        if given is not None and given.value.text == "True":
            yield Report(
                "`non_retryable=True` is for errors of activities: a workflow is not retried "
                "unless it was started with a retry policy; leave it out"
            )

    def repair(self, at: FixView) -> Repair | None:
        """The call without the argument."""
        args = at.call.args
        at.only_workflows()
        for number, arg in enumerate(args):
            if arg.keyword is None or arg.keyword.value != _FLAG or number == 0:
                continue
            before = args[number - 1].value
            start, end = at.span(before)[1], at.span(arg.value)[1]
            between = at.source.text[start:end]
            if "#" in between or before.lpar:  # a comment belongs to somebody
                return None
            return at.safe("Leave out `non_retryable`", TextEdit(start, end, ""))
        return None
