"""Catches the wrong `CancelledError` class, which is never raised there.

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

Where another handler already looks at the error that the cancellation comes as, nothing is lost:
the report is then a warning about a handler that never runs. Not reported are handlers of both
classes, those that do nothing but `raise` where no later handler would get the cancellation, and
code that raises the SDK's `CancelledError` itself, or may do so. Nor are activities in threads that
opt out of the error (`no_thread_cancel_exception=True`), and code that runs its own event loop,
such as `asyncio.run(...)`, which may raise asyncio's.

## References

* https://docs.temporal.io/develop/python/cancellation
* https://python.temporal.io/temporalio.exceptions.CancelledError.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, Exit, Fixable, Report, Rule, Scope, Severity, listed

from ._handlers import (
    CANCELLED,
    COMES_AS,
    SDK_CANCELLED,
    catch_instead,
    lets_through,
    mistaken,
    names_cancelled,
    place,
    tells_apart,
)

if TYPE_CHECKING:
    from wflint.rule import FixView, Handler, Repair, TryView

_INSTEAD = {name: Api(name, Fixable.UNSAFE) for name in (*COMES_AS.values(), SDK_CANCELLED)}
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
            if names_cancelled(at, handler) and at.catching(CANCELLED) is None:
                in_workflow = at.runs_in(Scope.WORKFLOW)
                yield from _of_workflow(at, handler) if in_workflow else _of_activity(at, handler)
            elif _is_in_vain(at, handler):
                is_alone = caught == (CANCELLED,)
                outcome = "it never runs" if is_alone else "no cancellation comes to it"
                yield Report(
                    f"`{at.shown(handler)}` is for `asyncio.CancelledError`, which no activity in "
                    f"a thread gets, so {outcome}; catch `{SDK_CANCELLED}`",
                    site=handler.site,
                    api=_INSTEAD[SDK_CANCELLED] if is_alone else None,
                )

    def repair(self, at: FixView) -> Repair | None:
        """Another class, and a question where that has other reasons as well."""
        error = at.api.use if at.api is not None else ""
        asks = "" if error in (CANCELLED, SDK_CANCELLED) else at.imported(_IS_CANCELLED)
        edits = catch_instead(at, error, f"not {asks}({{name}})" if asks else "") if error else None
        if edits is None:
            return None
        return at.unsafe(f"Catch `{error.rpartition('.')[2]}`", *edits)


def _is_in_vain(at: TryView, handler: Handler) -> bool:
    """True of a handler in a thread for asyncio's class, if no other class of it is what comes."""
    caught = at.caught(handler)
    if CANCELLED not in caught or not _runs_in_threads(at):
        return False
    return caught == (CANCELLED,) or at.catching(SDK_CANCELLED) is None


def _of_workflow(at: TryView, handler: Handler) -> Iterable[Report]:
    found = mistaken(at)
    if not found:
        return
    error = next(iter(found))
    is_alone = len(found) == len(at.caught(handler)) == 1 and at.catching(error) is None
    places = (
        f"that of {place(where)} comes as `{_called(error)}`" for error, where in found.items()
    )
    is_dead = len(at.caught(handler)) == 1 and all(_is_told_apart(at, one) for one in found)
    advice = "another handler looks at that already, so remove this one, which never runs"
    yield Report(
        f"`{at.shown(handler)}` is for `{SDK_CANCELLED}` and gets no cancellation: "
        f"{', '.join(places)}; {advice if is_dead else _advice(at, found)}",
        Severity.WARNING if is_dead else None,
        site=handler.site,
        api=_INSTEAD[error] if is_alone else None,
    )


def _is_told_apart(at: TryView, error: str) -> bool:
    """True if another handler gets an error, and looks at it to tell a cancellation apart."""
    other = at.catching(error)
    return other is not None and bool(other.exits & Exit.RAISES) and tells_apart(other, at)


def _advice(at: TryView, found: Iterable[str]) -> str:
    """Say what to catch, or where another handler already gets the cancellation, what to ask."""
    others = {error: at.catching(error) for error in found}
    missing = [f"`{_called(error)}`" for error, handler in others.items() if handler is None]
    other = next(filter(None, others.values()), None)
    if other is None and len(missing) == 1:
        return "catch that"
    if other is None:
        return f"catch {listed(missing)}, and ask `is_cancelled_exception()`"
    catch = f"catch {listed(missing)}, and " if missing else ""
    if at.raises(other):
        ask = f"is_cancelled_exception({other.name or 'e'})"
        return f"{catch}ask `{ask}` in `{at.shown(other)}`, which gets it"
    return f"{catch}in `{at.shown(other)}`, which gets it, write {lets_through(at, other)}"


def _called(error: str) -> str:
    return error.removeprefix("temporalio.exceptions.")


def _of_activity(at: TryView, handler: Handler) -> Iterable[Report]:
    """An async activity; not one that a plain activity runs as well."""
    if not at.runs_in(Scope.ASYNC_ACTIVITY) or at.runs_in(Scope.SYNC_ACTIVITY):
        return
    if at.is_cancelled and at.function.is_async and at.awaits and not at.may_raise(SDK_CANCELLED):
        yield Report(
            f"`{at.shown(handler)}` is for `{SDK_CANCELLED}`, which no async activity gets, so it "
            f"never runs; catch `{CANCELLED}`",
            site=handler.site,
            api=_INSTEAD[CANCELLED],
        )


def _runs_in_threads(at: TryView) -> bool:
    """True if only activities that are plain functions run a function, in their own thread."""
    is_plain = at.runs_in(Scope.SYNC_ACTIVITY) and not at.function.is_async and at.is_cancelled
    others = Scope.WORKFLOW | Scope.ASYNC_ACTIVITY | Scope.THREAD
    if not is_plain or at.runs_in(others):
        return False
    return not at.may_raise(CANCELLED) and not at.runs_event_loop
