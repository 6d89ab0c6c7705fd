"""Catches `workflow.continue_as_new()`, so that the workflow does not continue as new.

## What breaks

`workflow.continue_as_new()` works by raising a `ContinueAsNewError`, which has to come out of the
run method. It is a `BaseException`, so `except Exception` lets it through. A bare `except:`,
`except BaseException`, `contextlib.suppress(BaseException)` and a `return`, `break` or `continue`
in a `finally` do not: the workflow goes on in the same run as if nothing had been asked for, and
its history grows.

Call it outside of the `try`, or catch `Exception`.

## Bad

```python
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class PollWorkflow:
    @workflow.run
    async def run(self, cursor: str) -> str:
        cursor = await workflow.execute_activity(
            "poll", cursor, start_to_close_timeout=timedelta(seconds=60)
        )
        try:
            workflow.continue_as_new(cursor)
        except BaseException as error:
            workflow.logger.error("no further run: %s", error)
        return cursor
```

## Good

```python
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class PollWorkflow:
    @workflow.run
    async def run(self, cursor: str) -> str:
        cursor = await workflow.execute_activity(
            "poll", cursor, start_to_close_timeout=timedelta(seconds=60)
        )
        try:
            workflow.continue_as_new(cursor)
        except Exception as error:
            workflow.logger.error("no further run: %s", error)
        return cursor
```

## What the SDK does

Nothing: the command is given when the error comes out of the run method. Not reported are handlers
that may raise, themselves or in what they call, that keep the error or give it to a function.

## References

* https://docs.temporal.io/develop/python/continue-as-new
* https://python.temporal.io/temporalio.workflow.html#continue_as_new
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Effect, Report, Rule, Scope, Severity

from ._handlers import place, tells_apart

if TYPE_CHECKING:
    from wflint.rule import TryView

_ERROR = "temporalio.workflow.ContinueAsNewError"


class ContinueAsNewSwallowed(Rule):
    code = "WFL708"
    name = "continue-as-new-swallowed"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"

    def check_try(self, at: TryView) -> Iterable[Report]:
        """The handler or `finally` that the error does not get past."""
        handler = at.catching(_ERROR, surely=True)
        leaves = at.statement.always_leaves
        if not leaves and (handler is None or at.raises(handler) or tells_apart(handler, at)):
            return
        found = at.effect(Effect.CONTINUES)
        if found is None:
            return
        after = "so the workflow goes on in the same run; call it outside of the `try`"
        if leaves:
            message = f"this drops what {place(found)} raises, {after}"
            yield Report(message, site=at.statement.leaves)
        elif handler is not None:
            message = f"`{at.shown(handler)}` catches what {place(found)} raises, {after}"
            yield Report(message, site=handler.site)
