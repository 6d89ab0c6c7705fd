"""Catches an error that only appears as the cause of an activity's or a child's error.

## What breaks

What an activity raises does not come out of `execute_activity()`: that raises an `ActivityError`,
and a child workflow a `ChildWorkflowError`. The error itself is its `cause`, an `ApplicationError`
that has the name of the class in its `type`. So `except ApplicationError`, `except ValueError` or a
class of your own around such a call is dead code, and the error that it is meant for fails the
workflow.

Catch `ActivityError`, and look at its `cause`.

The errors of a client, such as `temporalio.client.WorkflowFailureError` and `RPCError`, never come
in a workflow at all: it has no client, and a child workflow fails with `ChildWorkflowError`.

## Bad

```python
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ApplicationError


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        try:
            return await workflow.execute_activity(
                "charge", order, start_to_close_timeout=timedelta(seconds=60)
            )
        except ApplicationError:
            return "declined"
```

## Good

```python
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        try:
            return await workflow.execute_activity(
                "charge", order, start_to_close_timeout=timedelta(seconds=60)
            )
        except ActivityError as error:
            if not isinstance(error.cause, ApplicationError):
                raise
            return "declined"
```

## Fix safety

The fix makes a handler run that has never run. A running workflow whose activity has failed there
may have gone on in another way, so it is unsafe. There is none where another handler of the `try`
gets the error that comes, nor where the handler looks at attributes of its error.

## What the SDK does

It raises an `ActivityError` whose `cause` is an `ApplicationError`, a `TimeoutError` or a
`CancelledError` of `temporalio.exceptions`. Not reported are handlers of an error that something
else in the `try` may raise: what the project raises itself, calls of libraries, and for errors such
as `ValueError` any other expression.

## References

* https://docs.temporal.io/references/failures#activity-failure
* https://python.temporal.io/temporalio.exceptions.ActivityError.html
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, Effect, Fixable, Report, Rule, Scope, Severity, cst

from ._handlers import catch_instead, place

if TYPE_CHECKING:
    from wflint.rule import EffectAt, FixView, Handler, Repair, TryView

_ERRORS = "temporalio.exceptions."
_COMES_AS = {
    Effect.AWAITS_ACTIVITY: "ActivityError",
    Effect.AWAITS_CHILD: "ChildWorkflowError",
    Effect.AWAITS_OPERATION: "NexusOperationError",
}
_INSTEAD = {name: Api(name, Fixable.UNSAFE) for name in _COMES_AS.values()}
_TIMED_OUT = frozenset({"asyncio.TimeoutError", "builtins.TimeoutError", f"{_ERRORS}TimeoutError"})
_STARTED = "WorkflowAlreadyStartedError"
_OF_CLIENTS = frozenset(
    {
        *(f"temporalio.client.Workflow{name}Error" for name in ("ContinuedAsNew", "Failure")),
        *(f"temporalio.client.Workflow{name}FailedError" for name in ("Query", "Update")),
        "temporalio.service.RPCError",
    }
)
_CAUSES = frozenset(f"{_ERRORS}{name}" for name in ("ApplicationError", "TimeoutError"))


class NeverMatchingHandler(Rule):
    code = "WFL706"
    name = "never-matching-handler"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"

    def check_try(self, at: TryView) -> Iterable[Report]:
        """The handlers of what can be no more than a cause."""
        if at.statement.is_with:
            return
        found = {name: where for effect, name in _COMES_AS.items() if (where := at.effect(effect))}
        yield from _of_clients(at, found)
        if not found:
            return
        handlers = [handler for handler in at.statement.handlers if _never_matches(at, handler)]
        error = next(iter(found))
        is_alone = len(found) == len(handlers) == 1 and at.catching(_ERRORS + error) is None
        for handler in handlers:
            errors = " or ".join(f"`{name}`" for name in found)
            yield Report(
                f"`{at.shown(handler)}` never gets what fails in {_places(found)}: that comes as "
                f"{errors}, with the error as its `cause`; catch {errors} and look at the `cause`",
                site=handler.site,
                api=_INSTEAD[error] if is_alone else None,
            )

    def repair(self, at: FixView) -> Repair | None:
        """The error that comes, and a question about its cause."""
        wanted = at.node.type if isinstance(at.node, cst.ExceptHandler) else None
        if at.api is None or wanted is None:
            return None
        name = at.dotted_name(wanted)
        if name in _CAUSES:
            test = f"not isinstance({{name}}.cause, {at.text(wanted)})"
        else:
            last = at.text(wanted).rpartition(".")[2]
            test = f'getattr({{name}}.cause, "type", "") != "{last}"'
        edits = catch_instead(at, f"{_ERRORS}{at.api.use}", test)
        return at.unsafe(f"Catch `{at.api.use}`", *edits) if edits is not None else None


def _of_clients(at: TryView, found: dict[str, EffectAt]) -> Iterable[Report]:
    """The handlers of what only clients get."""
    start = at.effect(Effect.AWAITS_START)
    comes = found or ({_STARTED: start} if start is not None else {})
    for handler in at.statement.handlers if comes else ():
        caught = at.caught(handler)
        if not caught or not _OF_CLIENTS.issuperset(caught) or at.may_raise(*caught):
            continue
        if not at.may_fail_otherwise(strictly=False):
            errors = " or ".join(f"`{name}`" for name in comes)
            these = "that" if len(comes) == 1 else "these"
            yield Report(
                f"`{at.shown(handler)}` never runs, because only clients get that error: what "
                f"fails in {_places(comes)} comes as {errors}; catch {these}",
                site=handler.site,
            )


def _never_matches(at: TryView, handler: Handler) -> bool:
    """True if nothing in the `try` raises what a handler is for."""
    caught = at.caught(handler)
    if not all(map(_is_of_others, caught)):
        return False
    if not _TIMED_OUT.isdisjoint(caught) and at.effect(Effect.TIMES_OUT) is not None:
        return False  # another rule speaks of the class, if that is the wrong one
    strictly = any(map(_is_anywhere, caught))
    return not at.may_raise(*caught) and not at.may_fail_otherwise(strictly=strictly)


def _is_of_others(name: str) -> bool:
    """True of an error that the SDK never raises in a workflow by itself."""
    if name.startswith("temporalio."):
        return name in _CAUSES
    if name.startswith("asyncio."):
        return name in _TIMED_OUT
    if not name.startswith("builtins."):
        return bool(name)
    cls = _builtin(name)
    return cls is not None and cls not in (Exception, TypeError) and issubclass(cls, Exception)


def _is_anywhere(name: str) -> bool:
    """True of an error that any expression may raise."""
    cls = _builtin(name)
    return cls is not None and not issubclass(cls, OSError)


def _builtin(name: str) -> type[BaseException] | None:
    cls = getattr(builtins, name.removeprefix("builtins."), None)
    return cls if isinstance(cls, type) and issubclass(cls, BaseException) else None


def _places(found: dict[str, EffectAt]) -> str:
    return " and ".join(dict.fromkeys(place(where) for where in found.values()))
