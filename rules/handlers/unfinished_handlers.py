"""Ends the run method without waiting for handlers that may still be running.

## What breaks

An `async` handler of a signal or an update runs beside the run method. When that returns, continues
as new or fails, the workflow is closed, and handlers that wait for an activity, a timer or a
condition are dropped where they are: what they should still have done is never done. The sender of
an update gets an error in place of the result.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def book(item: str) -> None: ...


@workflow.defn
class TripWorkflow:
    def __init__(self) -> None:
        self.closed = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.closed)

    @workflow.signal
    def close(self) -> None:
        self.closed = True

    @workflow.update
    async def add(self, item: str) -> None:
        await workflow.execute_activity(book, item, start_to_close_timeout=timedelta(seconds=30))
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def book(item: str) -> None: ...


@workflow.defn
class TripWorkflow:
    def __init__(self) -> None:
        self.closed = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self.closed)
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.signal
    def close(self) -> None:
        self.closed = True

    @workflow.update
    async def add(self, item: str) -> None:
        await workflow.execute_activity(book, item, start_to_close_timeout=timedelta(seconds=30))
```

## Fix safety

The fix waits for the handlers before each `return` of the run method, before it continues as new,
and at its end. It is unsafe: only a person can tell that each handler comes to an end. Where the
run method stands in another class than the handler, or continues as new in a helper, there is
more to do. It is withheld where a handler waits for something that the run method sets: they would
wait for each other, so let the handler come to an end first, by asking as well if the workflow is
about to end.

## What the SDK does

It warns when it happens: `[TMPRL1102] Workflow finished while an update handler is still running`
(`UnfinishedUpdateHandlersWarning`, `UnfinishedSignalHandlersWarning`). Handlers with
`unfinished_policy=workflow.HandlerUnfinishedPolicy.ABANDON` may be dropped; there it is silent, and
so is the rule. It is also silent where `partial`, a decorator of your own or `**options` may set
the policy.

The rule is silent as well where the run method never ends, where a handler only waits for what that
always sets before it waits on, where anything that the workflow runs asks `all_handlers_finished`,
and where the run method waits for something that the handler does when it has waited: by a
condition, a lock, a queue, an event or a future, or in a loop that asks again and again. A `with`
around the wait of the handler counts as doing something when it is left. So do a decorator of your
own, and code that is given `self` after the wait.

## References

* https://docs.temporal.io/handling-messages#wait-for-message-handlers
* https://docs.temporal.io/develop/python/workflows/message-passing#wait-for-message-handlers
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from wflint.rule import Fixable, PlacedReport, Report, Rule, Scope, Severity, Withheld, cst

from ._endings import endings

if TYPE_CHECKING:
    from wflint.rule import FixView, Repair, WorkflowView

_RUN = "temporalio.workflow.run"
_WAIT = "temporalio.workflow.wait_condition"
_HANDLERS = frozenset(f"temporalio.workflow.{name}" for name in ("query", "signal", "update"))


class UnfinishedHandlers(Rule):
    code = "WFL412"
    name = "unfinished-handlers"
    severity = Severity.WARNING
    scope = Scope.SIGNAL | Scope.UPDATE
    fix = Fixable.UNSAFE
    since = "0.1"

    def check_workflow(self, workflow: WorkflowView) -> Iterable[PlacedReport]:
        """Each handler that may be left."""
        for handler in workflow.unfinished:
            kind = "signal" if handler.kind is Scope.SIGNAL else "update"
            yield PlacedReport(
                handler.place,
                Report(
                    f"`{workflow.shown}.run` may end while the {kind} handler "
                    f"`{handler.method}` still waits, and drops it; first await "
                    "`workflow.wait_condition(workflow.all_handlers_finished)`"
                ),
            )

    def repair(self, at: FixView) -> Repair | None:
        """Wait wherever the run method of the class ends."""
        if self._waits_for_the_run_method(at):
            raise Withheld(
                "the handler waits for what the run method sets, and so would they for each other"
            )
        for method in at.methods():
            if any(at.dotted_name(d.decorator) == _RUN for d in method.decorators):
                run = at.with_body(method)
                name = run.imported("temporalio.workflow")
                wait = f"await {name}.wait_condition({name}.all_handlers_finished)"
                edits = endings(run, wait)
                return run.unsafe("Wait for handlers in the run method", *edits) if edits else None
        return None

    def _waits_for_the_run_method(self, at: FixView) -> bool:
        """True if a condition in the handler asks for what only other than handlers set."""
        asked = _asked_in_conditions(at.with_body(at.function))
        others = (m for m in at.methods() if asked and not _is_handler(m, at))
        return not asked.isdisjoint(n for m in others for n in _set_in(at.with_body(m).function))


def _asked_in_conditions(at: FixView) -> set[str]:
    """Return the attributes that a handler names in what it gives to `wait_condition()`."""
    from wflint.rule import walk

    found: set[str] = set()
    for call in walk(at.function):
        if isinstance(call, cst.Call) and at.dotted_name(call.func) == _WAIT and call.args:
            found |= set(_own(walk(call.args[0].value)))
    return found


def _set_in(method: cst.FunctionDef) -> Iterator[str]:
    from wflint.rule import walk

    if method.name.value == "__init__":
        return
    for node in walk(method):
        if isinstance(node, (cst.AssignTarget, cst.AnnAssign, cst.AugAssign)):
            yield from _own([node.target])


def _own(nodes: Iterable[cst.CSTNode]) -> Iterator[str]:
    for node in nodes:
        match node:
            case cst.Attribute(value=cst.Name(value="self"), attr=cst.Name(value=name)):
                yield name


def _is_handler(method: cst.FunctionDef, at: FixView) -> bool:
    names = (
        d.decorator.func if isinstance(d.decorator, cst.Call) else d.decorator
        for d in method.decorators
    )
    return any(at.dotted_name(name) in _HANDLERS for name in names)
