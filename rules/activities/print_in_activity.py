"""Prints in an activity instead of logging.

## What breaks

Nothing, but the text is of little use. It goes to the standard output of some worker, without a
level and without a word on which activity, attempt and workflow it is about. `activity.logger` adds
all of these. The rule is off by default.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> None:
    print("charging", order)


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> None:
    activity.logger.info("charging %s", order)


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## Fix safety

`print(...)` becomes `activity.logger.info(...)`; several values become a text with `%s`. What was
printed goes to the log instead of standard output, which may be shown elsewhere or not at all: the
fix is unsafe. It is withheld where a workflow runs the function as well.

## What the SDK does

Nothing.

## References

* https://docs.temporal.io/develop/python/observability
* https://python.temporal.io/temporalio.activity.html#logger
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Fixable, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair

_PRINT = "builtins.print"


class PrintInActivity(Rule):
    code = "WFL811"
    name = "print-in-activity"
    severity = Severity.INFO
    scope = Scope.ACTIVITY
    fix = Fixable.UNSAFE
    since = "0.1"
    targets = frozenset({_PRINT})

    def check_call(self, view: CallView) -> Iterable[Report]:
        """All that goes to standard output, in code that no workflow runs."""
        if view.keyword("file") is None:
            yield Report(f"`{view.shown}` says nothing of the activity; use `activity.logger`")

    def repair(self, at: FixView) -> Repair | None:
        """The text goes to the log of the activity."""
        from ..world._log_text import printed

        if not at.call.args or not at.is_plainly(at.call.func, _PRINT):
            return None
        edits = printed(at)
        new = at.replace(at.call.func, at.activity("logger.info"))
        return at.unsafe("Use `activity.logger.info()`", new, *edits)
