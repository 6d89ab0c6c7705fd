"""Swallows the cancellation of an activity, so that the activity completes.

## What breaks

An async activity is cancelled by an `asyncio.CancelledError` at the place where it waits: because
the workflow has cancelled it, because it has timed out, because the Worker shuts down. An activity
in a thread gets a `temporalio.exceptions.CancelledError`. A bare `except:`, `except BaseException`
or `except CancelledError` that does not raise it again keeps it. The activity goes on, or returns
and counts as completed: when the Worker shuts down, it is not tried again by another one.

Clean up and `raise`.

This rule is opt-in (`--select WFL806`, or `--pedantic`): about half of such handlers in public code
are meant so. They return a value that the workflow waits for, or finish what has been done already,
and nothing in the code tells these from the others.

## Bad

```python
import asyncio

from temporalio import activity


@activity.defn
async def poll() -> str:
    while True:
        activity.heartbeat()
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            return "stopped"
```

## Good

```python
import asyncio

from temporalio import activity


@activity.defn
async def poll() -> str:
    while True:
        activity.heartbeat()
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            activity.logger.info("stopped")
            raise
```

## What the SDK does

It reports what the activity returns as its result. Raised again, the cancellation is reported as
one if it was asked for, and as a failure that is retried if the Worker shuts down.

Not reported are handlers that may raise, themselves or in what they call, or that a `raise` follows
in any case, that look at the error or
pass it on, code that itself cancels a task whose end it then waits for, and code that shields what
it waits for or that runs in another task than the activity.

## References

* https://docs.temporal.io/develop/python/cancellation
* https://python.temporal.io/temporalio.activity.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

from ..errors._handlers import ends_otherwise, returns, tells_apart

if TYPE_CHECKING:
    from wflint.rule import TryView

_CANCELLED = "asyncio.CancelledError"
_SDK_CANCELLED = "temporalio.exceptions.CancelledError"


class SwallowedCancellationInActivity(Rule):
    code = "WFL806"
    name = "swallowed-cancellation-in-activity"
    severity = Severity.INFO
    scope = Scope.ASYNC_ACTIVITY | Scope.SYNC_ACTIVITY
    since = "0.1"

    def check_try(self, at: TryView) -> Iterable[Report]:
        """The handler that gets the cancellation, if nothing in it raises."""
        if not at.is_cancelled or at.cancels or at.shields or at.is_handling(_CANCELLED):
            return
        error = _CANCELLED if at.awaits else _SDK_CANCELLED
        handler = at.catching(error, surely=True)
        if handler is None or ends_otherwise(at, handler) or tells_apart(handler, at):
            return
        if error == _SDK_CANCELLED and not _is_of_thread(at):
            return
        if error == _SDK_CANCELLED and _SDK_CANCELLED not in at.caught(handler):
            return  # which are for errors
        if at.raises_later(_CANCELLED, _SDK_CANCELLED):
            return
        outcome = "counts" if returns(handler) else "goes on and counts"
        yield Report(
            f"`{at.shown(handler)}` keeps the cancellation of the activity, which {outcome} as "
            "completed; raise it again",
            site=handler.site,
        )


def _is_of_thread(at: TryView) -> bool:
    """True if only activities that run in threads run a function."""
    return at.runs_in(Scope.SYNC_ACTIVITY) and not at.runs_in(Scope.ASYNC_ACTIVITY)
