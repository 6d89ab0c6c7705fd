"""Treats the cancellation of an activity or child workflow like any other error.

## What breaks

When a workflow is cancelled while it waits for an activity, the wait ends with an `ActivityError`
whose cause is a `CancelledError`; a child workflow ends with a `ChildWorkflowError`. A handler for
such errors, or for `Exception`, gets the cancellation as well. If it goes on as after any failure,
the workflow never ends as cancelled: it retries, compensates, or completes with a result.
`asyncio.gather` passes the cancellation on to all that it waits for, and raises the same errors.

Let the cancellation through before the error is handled: `if is_cancelled_exception(e): raise`. A
handler that cleans up with an activity should do so for a cancellation, too, and raise afterwards.

## Bad

```python
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        try:
            return await workflow.execute_activity(
                "charge", start_to_close_timeout=timedelta(seconds=60)
            )
        except ActivityError as e:
            workflow.logger.error("charging failed: %s", e)
            return "failed"
```

## Good

```python
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        try:
            return await workflow.execute_activity(
                "charge", start_to_close_timeout=timedelta(seconds=60)
            )
        except ActivityError as e:
            if is_cancelled_exception(e):
                raise
            workflow.logger.error("charging failed: %s", e)
            return "failed"
```

## Fix safety

The fix lets a cancellation through, which a running workflow may have swallowed: on replay it would
issue other commands, so the fix is unsafe. It is withheld where the handler does not name the
error, and where the handler gives commands, which a cancelled workflow may need as well.

## What the SDK does

Nothing. The workflow shows as completed or failed, and whoever has cancelled it waits in vain.

From Python 3.12 on, `asyncio.wait_for()` around an activity raises the same errors, and it is
reported where the project runs with no older one (`requires-python`, `target-python`).

Only the run method and what it awaits are cancelled; handlers of signals and updates are not, and
tasks of their own only by those who wait for them.

Not reported are handlers that may raise, themselves or in what they call, or that a `raise` follows
in any case, also by what they leave in a local name (`done = False` in the handler and `if not
done: raise ...` behind it; `if result is None: raise ...`), that look at the cause of the error for
more than a text that is logged, returned or sent to an activity, or that keep the error or pass it
to a function that does more with it, and code that asks `workflow.cancellation_reason()` in the
handler or later. One that raises on the last round of a loop only is reported: a cancellation on
any other is tried again, and comes no second time.
Nor is the last step of a workflow that has awaited others before, such as a notification: nothing
is left to be cancelled, or an error is on its way. Where the `try` also has a handler for
the `CancelledError` that does not come, `wrong-cancelled-class` says what to do.

## References

* https://docs.temporal.io/develop/python/cancellation
* https://python.temporal.io/temporalio.exceptions.html#is_cancelled_exception
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Report, Rule, Scope, Severity, cst

from ._handlers import lets_through, place, swallowed

if TYPE_CHECKING:
    from wflint.rule import FixView, Handler, Repair, TryView

_FIRST = Api("first", Fixable.UNSAFE)
_LAST = Api("when the handler has done its work")
_OUTER = Api("when the handler that leads here has done its work")
_MODULE = "temporalio.exceptions."


class CancellationSwallowedByErrorHandler(Rule):
    code = "WFL704"
    name = "cancellation-swallowed-by-error-handler"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"

    def check_try(self, at: TryView) -> Iterable[Report]:
        """The handler that gets the error, if it does nothing that tells a cancellation apart."""
        found = swallowed(at)
        if found is None:
            return
        handler = found.handler
        may_act = at.gives_commands(handler) or at.awaits_unknown(handler)
        api = _OUTER if at.only_handles else _LAST if may_act else _FIRST
        yield Report(
            f"`{at.shown(handler)}` also catches the cancellation of {place(found.found)}, "
            f"which comes as `{found.error.removeprefix(_MODULE)}`, so a cancelled workflow "
            f"goes on, or completes; {_advice(at, handler, api)}",
            site=handler.site,
            api=api,
        )

    def repair(self, at: FixView) -> Repair | None:
        """One more statement in front of the handler's."""
        if at.api != _FIRST:
            return None
        handler = at.node
        match handler:
            case cst.ExceptHandler(
                name=cst.AsName(name=cst.Name(value=name)),
                body=cst.IndentedBlock(body=[first, *_]),
            ):
                pass
            case _:
                return None
        asks = at.imported(f"{_MODULE}is_cancelled_exception")
        outer, inner = at.indent(handler), at.indent(first)
        step = inner.removeprefix(outer) or "    "
        text = f"if {asks}({name}):{at.newline}{inner}{step}raise{at.newline}{inner}"
        return at.unsafe("Let a cancellation through", at.insert_before(first, text))


def _advice(at: TryView, handler: Handler, api: Api) -> str:
    if at.statement.is_with:
        return "catch the error instead, and raise it again if `is_cancelled_exception()` says so"
    return f"write {lets_through(at, handler)} {api.use}"
