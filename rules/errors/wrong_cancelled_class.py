"""Catches a `CancelledError` of the other kind, which never comes.

## What breaks

There are two of them. `asyncio.CancelledError` is what a workflow gets where it waits for a timer,
a condition or a task, and what an async activity gets. `temporalio.exceptions.CancelledError` only
stands in the `cause` of an `ActivityError` or `ChildWorkflowError`; by itself it is raised in
activities that are plain functions in threads. So `except CancelledError:` with the wrong import is
dead code: what should clean up never runs.

In a workflow catch `asyncio.CancelledError`, and around activities `ActivityError` and ask
`is_cancelled_exception()`. Raise it again at the end.

## Bad

```python
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import CancelledError


@workflow.defn
class ReminderWorkflow:
    @workflow.run
    async def run(self) -> None:
        try:
            await workflow.sleep(timedelta(days=1))
        except CancelledError:
            workflow.logger.info("no reminder")
            raise
```

## Good

```python
import asyncio
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class ReminderWorkflow:
    @workflow.run
    async def run(self) -> None:
        try:
            await workflow.sleep(timedelta(days=1))
        except asyncio.CancelledError:
            workflow.logger.info("no reminder")
            raise
```

## Fix safety

The fix makes a handler run that has never run. A running workflow that has been cancelled there
may have gone another way, so it is unsafe.

## What the SDK does

It cancels the task of the run method, or of the async activity, as asyncio does. In an activity
that runs in a thread it raises its own `CancelledError` at whatever the thread is doing.

Not reported are handlers of both classes, those that do nothing but `raise` where no later handler
would get the cancellation, and code that raises the SDK's `CancelledError` itself,
or may do so.

## References

* https://docs.temporal.io/develop/python/cancellation
* https://python.temporal.io/temporalio.exceptions.CancelledError.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, Effect, Exit, Fixable, Report, Rule, Scope, Severity

from ._handlers import catch_instead, place

if TYPE_CHECKING:
    from wflint.rule import FixView, Handler, Repair, TryView

_CANCELLED = "asyncio.CancelledError"
_SDK_CANCELLED = "temporalio.exceptions.CancelledError"
_COMES_AS = {
    Effect.AWAITS_ASYNCIO: _CANCELLED,
    Effect.AWAITS_ACTIVITY: "temporalio.exceptions.ActivityError",
    Effect.AWAITS_CHILD: "temporalio.exceptions.ChildWorkflowError",
    Effect.AWAITS_OPERATION: "temporalio.exceptions.NexusOperationError",
}
_INSTEAD = {name: Api(name, Fixable.UNSAFE) for name in (*_COMES_AS.values(), _SDK_CANCELLED)}
_IS_CANCELLED = "temporalio.exceptions.is_cancelled_exception"


class WrongCancelledClass(Rule):
    code = "WFL705"
    name = "wrong-cancelled-class"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW | Scope.ASYNC_ACTIVITY | Scope.SYNC_ACTIVITY
    fix = Fixable.UNSAFE
    since = "0.1"

    def check_try(self, at: TryView) -> Iterable[Report]:
        """The handlers of one kind, where a cancellation is of the other."""
        for handler in at.statement.handlers:
            caught = at.caught(handler)
            if caught == (_SDK_CANCELLED,) and at.catching(_CANCELLED) is None:
                in_workflow = at.runs_in(Scope.WORKFLOW)
                yield from _of_workflow(at, handler) if in_workflow else _of_activity(at, handler)
            elif caught == (_CANCELLED,) and _runs_in_threads(at):
                yield Report(
                    f"`{at.shown(handler)}` is for `asyncio.CancelledError`, which no activity in "
                    f"a thread gets, so it never runs; catch `{_SDK_CANCELLED}`",
                    site=handler.site,
                    api=_INSTEAD[_SDK_CANCELLED],
                )

    def repair(self, at: FixView) -> Repair | None:
        """Another class, and a question where that has other reasons as well."""
        error = at.api.use if at.api is not None else ""
        asks = "" if error in (_CANCELLED, _SDK_CANCELLED) else at.imported(_IS_CANCELLED)
        edits = catch_instead(at, error, f"not {asks}({{name}})" if asks else "") if error else None
        if edits is None:
            return None
        return at.unsafe(f"Catch `{error.rpartition('.')[2]}`", *edits)


def _of_workflow(at: TryView, handler: Handler) -> Iterable[Report]:
    found = {error: where for effect, error in _COMES_AS.items() if (where := at.effect(effect))}
    if not found or at.may_raise(_SDK_CANCELLED) or _is_harmless(at, handler, found):
        return
    error = next(iter(found))
    is_alone = len(found) == 1 and at.catching(error) is None
    places = (
        f"that of {place(where)} comes as `{error.removeprefix('temporalio.exceptions.')}`"
        for error, where in found.items()
    )
    yield Report(
        f"`{at.shown(handler)}` is for `{_SDK_CANCELLED}` and gets no cancellation: "
        f"{', '.join(places)}; catch that",
        site=handler.site,
        api=_INSTEAD[error] if is_alone else None,
    )


def _is_harmless(at: TryView, handler: Handler, come: Iterable[str]) -> bool:
    """True of a handler that only lets through what no later handler would get anyway."""
    if handler.exits != Exit.RAISES or at.does_more(handler):
        return False
    others = filter(None, map(at.catching, come))
    return all(other.site < handler.site for other in others)


def _of_activity(at: TryView, handler: Handler) -> Iterable[Report]:
    """An async activity; not one that a plain activity runs as well."""
    if not at.runs_in(Scope.ASYNC_ACTIVITY) or at.runs_in(Scope.SYNC_ACTIVITY):
        return
    if at.is_cancelled and at.function.is_async and at.awaits and not at.may_raise(_SDK_CANCELLED):
        yield Report(
            f"`{at.shown(handler)}` is for `{_SDK_CANCELLED}`, which no async activity gets, so it "
            f"never runs; catch `{_CANCELLED}`",
            site=handler.site,
            api=_INSTEAD[_CANCELLED],
        )


def _runs_in_threads(at: TryView) -> bool:
    """True if only activities that are plain functions run a function, in their own thread."""
    is_plain = at.runs_in(Scope.SYNC_ACTIVITY) and not at.function.is_async and at.is_cancelled
    others = Scope.WORKFLOW | Scope.ASYNC_ACTIVITY | Scope.THREAD
    return is_plain and not at.runs_in(others) and not at.may_raise(_CANCELLED)
