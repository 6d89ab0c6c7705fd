"""Cleans up after errors and some cancellations, but not after others.

## What breaks

Where a workflow waits for an activity, its cancellation comes as an `ActivityError`, and `except
Exception` gets it. Where it waits for a timer, for `workflow.wait_condition()` or for a task, or
for anything through `asyncio.shield()` and, up to Python 3.11, `asyncio.wait_for()`, it comes as an
`asyncio.CancelledError`. That is no `Exception`: the handler does not run. So it is a matter of
luck if a cancelled workflow marks its order as failed, pays back or releases what it holds.

Clean up in a `finally`, or in an `except asyncio.CancelledError` (or `BaseException`) that raises
at its end. Activities that a cancelled workflow calls there do run.

## Bad

```python
from datetime import timedelta

from temporalio import workflow

SOON = timedelta(seconds=60)


@workflow.defn
class BookingWorkflow:
    @workflow.run
    async def run(self, order: str) -> None:
        try:
            await workflow.execute_activity("reserve", order, start_to_close_timeout=SOON)
            await workflow.sleep(timedelta(hours=1))
            await workflow.execute_activity("charge", order, start_to_close_timeout=SOON)
        except Exception:
            await workflow.execute_activity("release", order, start_to_close_timeout=SOON)
            raise
```

## Good

```python
import asyncio
from datetime import timedelta

from temporalio import workflow

SOON = timedelta(seconds=60)


@workflow.defn
class BookingWorkflow:
    @workflow.run
    async def run(self, order: str) -> None:
        try:
            await workflow.execute_activity("reserve", order, start_to_close_timeout=SOON)
            await workflow.sleep(timedelta(hours=1))
            await workflow.execute_activity("charge", order, start_to_close_timeout=SOON)
        except (Exception, asyncio.CancelledError):
            await workflow.execute_activity("release", order, start_to_close_timeout=SOON)
            raise
```

## What the SDK does

It cancels the task of the run method where that waits, and does not ask who cleans up. A child
workflow or Nexus operation that is cancelled before it has been started raises an
`asyncio.CancelledError` as well, and a `ChildWorkflowError` or `NexusOperationError` later. That is
a matter of milliseconds, and not reported.

What `asyncio.wait_for()` does with a cancelled activity depends on the Python. Where the project
runs with Python 3.12 or later only (`requires-python`, `target-python`), it counts as the activity
itself; otherwise nothing is said of it.

Not reported is a `try` with a `finally`, or a handler of `asyncio.CancelledError`, that gives
commands, here or around what calls the function, and code that only waits for activities, child
workflows and operations. Nor is a handler that tells a cancellation apart: `if
is_cancelled_exception(e): raise`, and what it does after that is for failures. Where another
handler of the `try` is meant for the cancellation, or one takes it for an error, see
`wrong-cancelled-class` and `cancellation-swallowed-by-error-handler`.

## References

* https://docs.temporal.io/develop/python/cancellation
* https://docs.python.org/3/library/asyncio-task.html#task-cancellation
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Effect, Report, Rule, Scope, Severity

from ._handlers import CANCELLED, FAILS_AS, SDK_CANCELLED, asks_if_cancelled, place, swallowed

if TYPE_CHECKING:
    from wflint.rule import EffectAt, Handler, TryView

_FOR_CANCELLATIONS = frozenset({CANCELLED, SDK_CANCELLED})


class CleanupSkippedOnCancel(Rule):
    code = "WFL716"
    name = "cleanup-skipped-on-cancel"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    since = "0.1"

    def check_try(self, at: TryView) -> Iterable[Report]:
        """The handler of `Exception`, where nothing else cleans up."""
        if not at.is_cancelled or at.statement.leaves >= 0:
            return
        handler = at.catching("builtins.Exception", surely=True)
        if handler is None or at.catching(CANCELLED) is not None:
            return
        skipped = at.effect(Effect.AWAITS_ASYNCIO)
        if skipped is None or not at.gives_commands(handler) or at.is_handling(CANCELLED):
            return
        if at.cleans_up() or _is_told_otherwise(at) or asks_if_cancelled(handler, at):
            return
        fails = _runs_for(at, handler)
        where = (
            f"`{at.shown(handler)}` does not run if the workflow is cancelled while it waits in "
            f"{place(skipped)}, where that is an `asyncio.CancelledError`"
        )
        other = f" (it does run if that happens in {place(fails)})" if fails is not None else ""
        advice = "clean up in a `finally`, or catch `asyncio.CancelledError` as well and raise it"
        yield Report(f"{where}{other}; {advice}", site=handler.site)


def _is_told_otherwise(at: TryView) -> bool:
    """True if another handler is meant for the cancellation, or there is worse to say of one."""
    caught = (name for handler in at.statement.handlers for name in at.caught(handler))
    return not _FOR_CANCELLATIONS.isdisjoint(caught) or swallowed(at) is not None


def _runs_for(at: TryView, handler: Handler) -> EffectAt | None:
    """Return where a cancellation is an error that the handler gets."""
    got = (effect for effect, error in FAILS_AS.items() if at.catching(error) is handler)
    return next(filter(None, map(at.effect, got)), None)
