"""Swallows the cancellation of a workflow, so that the workflow goes on.

## What breaks

A workflow is cancelled by an `asyncio.CancelledError` at the place where it waits: for a timer, for
`workflow.wait_condition()`, for a task. It is no `Exception`. So only a bare `except:`, `except
BaseException`, `except asyncio.CancelledError` and `contextlib.suppress()` with one of these keep
it, and a `return`, `break` or `continue` in a `finally`. Where such code does not raise it again,
the cancellation is gone, for it comes only once: the workflow ends as completed, or not at all.

Clean up and `raise`. Catch `Exception`, or better the errors that you expect, where failures are
meant.

## Bad

```python
import asyncio
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class ReminderWorkflow:
    @workflow.run
    async def run(self) -> str:
        try:
            await workflow.sleep(timedelta(days=1))
        except asyncio.CancelledError:
            workflow.logger.info("cancelled")
        return "done"
```

## Good

```python
import asyncio
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class ReminderWorkflow:
    @workflow.run
    async def run(self) -> str:
        try:
            await workflow.sleep(timedelta(days=1))
        except asyncio.CancelledError:
            workflow.logger.info("cancelled")
            raise
        return "done"
```

## What the SDK does

Nothing. The workflow shows as completed or running, and whoever has cancelled it waits in vain.
Only the task of the run method is cancelled, with all that it awaits itself: handlers of signals
and updates, and tasks of their own, are not.

Not reported are handlers that may raise, themselves or in what they call, that look at the error or
pass it on, and those that a `raise` follows in any case. Nor is code that itself cancels a task or
handle whose end it then waits for, there or in a helper that it calls, code that shields what it
waits for, code that takes the cancellation back by `uncancel()`, and code that asks
`workflow.cancellation_reason()` in the handler or later. Waiting for an activity or child workflow
alone ends with an `ActivityError` or `ChildWorkflowError` instead: see
`cancellation-swallowed-by-error-handler`.

## References

* https://docs.temporal.io/develop/python/cancellation
* https://docs.python.org/3/library/asyncio-task.html#task-cancellation
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Effect, Report, Rule, Scope, Severity

from ._handlers import ends_otherwise, place, returns, tells_apart

if TYPE_CHECKING:
    from wflint.rule import Handler, TryView

_CANCELLED = "asyncio.CancelledError"
_SDK_CANCELLED = "temporalio.exceptions.CancelledError"
_COMES_AS = {
    Effect.AWAITS_ASYNCIO: _CANCELLED,
    Effect.AWAITS_START: _CANCELLED,
    Effect.AWAITS_ACTIVITY: "temporalio.exceptions.ActivityError",
    Effect.AWAITS_CHILD: "temporalio.exceptions.ChildWorkflowError",
    Effect.AWAITS_OPERATION: "temporalio.exceptions.NexusOperationError",
}


class SwallowedCancellation(Rule):
    code = "WFL703"
    name = "swallowed-cancellation"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"

    def check_try(self, at: TryView) -> Iterable[Report]:
        """The handler that gets the cancellation, if nothing in it raises; or the `finally`."""
        if not at.is_cancelled or at.cancels or at.shields or at.is_handling(_CANCELLED):
            return
        if at.statement.always_leaves:
            found = next(filter(None, map(at.effect, _COMES_AS)), None)
            if found is not None:
                message = f"this drops the cancellation of {place(found)}: the workflow goes on"
                yield Report(
                    f"{message}; let the `finally` run to its end", site=at.statement.leaves
                )
            return
        handler = at.catching(_CANCELLED, surely=True)
        if handler is None or ends_otherwise(at, handler) or tells_apart(handler, at):
            return
        for effect, error in _COMES_AS.items():
            found = at.effect(effect) if at.catching(error, surely=True) is handler else None
            if found is None or at.raises_later(_CANCELLED, _SDK_CANCELLED):
                continue
            yield Report(
                f"`{at.shown(handler)}` keeps the cancellation of {place(found)}, so "
                f"{_outcome(at, handler)}; raise it again",
                site=handler.site,
            )
            return


def _outcome(at: TryView, handler: Handler) -> str:
    if at.is_entry and returns(handler):
        return "a cancelled workflow completes"
    if at.is_handling("builtins.Exception"):
        return "the workflow ends as if nobody had cancelled it"
    return "a cancelled workflow goes on"
