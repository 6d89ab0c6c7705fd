"""Sends arguments that the activity, workflow or handler has no parameters for.

## What breaks

The SDK does not compare the payload with the parameters of the receiver: the caller need not even
have its code. The worker that has it calls it with the payload, and Python raises `TypeError`. An
activity is then retried, by default for ever. Of a workflow, and of one that gets a signal or an
update, the workflow *task* fails and is retried for ever: the workflow does not fail, it hangs. A
query fails.

Give exactly the parameters that have no default, and no more than there are.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str, amount: int) -> str:
    return f"{order}: {amount}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=60)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str, amount: int) -> str:
    return f"{order}: {amount}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge, args=["order-1", 5], start_to_close_timeout=timedelta(seconds=60)
        )
```

## What the SDK does

Nothing where the call is made. The activity fails with `TypeError: charge() missing 1 required
positional argument`, and is retried as its retry policy says. Only Nexus operations are different:
they have one input, and `execute_operation()` itself raises the `TypeError` without it.

What clients send is looked at as well. A target that is given by its name counts if the project
defines it: an activity that is called on the own task queue, a workflow, the handler of a message
that is sent through the handle of a known workflow. A workflow whose Workers are known to listen on
other task queues is another one of that name, as is a child on a task queue of its own.

Not reported are payloads and targets that cannot be followed (a list that others get may have more
in it by then), dynamic activities and handlers, and what an interceptor of the project changes the
arguments of. Of an activity in a class whose first parameter is not `self`, a Worker has to show
whether it is registered from the class or from an object. `workflow.continue_as_new()` is
[continue-as-new-args](continue-as-new-args.md).

## References

* https://docs.temporal.io/develop/python/core-application#activity-parameters
* https://docs.temporal.io/encyclopedia/retry-policies
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import (
    CallKind,
    Report,
    Rule,
    Scope,
    Severity,
    is_refused,
    last_words,
    names_of,
    option_tables,
)

if TYPE_CHECKING:
    from wflint.rule import CommandView

_ATTEMPTS = "the activity fails at each attempt"
_TASKS = "its workflow tasks fail and are retried for ever"
_HANDLER = "the workflow task that handles it fails and is retried for ever"
_THEN = {
    CallKind.ACTIVITY: _ATTEMPTS,
    CallKind.CHILD_WORKFLOW: _TASKS,
    CallKind.LOCAL_ACTIVITY: _ATTEMPTS,
    CallKind.QUERY: "the query fails",
    CallKind.SIGNAL: _HANDLER,
    CallKind.SIGNAL_WITH_START: _TASKS,
    CallKind.UPDATE: f"unless a validator rejects it, {_HANDLER}",
    CallKind.WORKFLOW: _TASKS,
}


class ArityMismatch(Rule):
    code = "WFL609"
    name = "arity-mismatch"
    severity = Severity.ERROR
    scope = Scope.ANY
    since = "0.1"
    needles = (
        r"\.(?:execute|start)_(?:update|workflow)\w*\(|\.(?:query|signal)\("
        r"|ScheduleActionStartWorkflow\(|WithStartWorkflowOperation\(",
    )
    commands = frozenset({*_THEN, CallKind.NEXUS_OPERATION})
    called = last_words(names_of(*commands, prefix=""))
    only_refused = True

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """Count what is sent against the parameters of what gets it."""
        if at.kind is CallKind.NEXUS_OPERATION:
            yield from _check_operation(at)
            return
        if _is_never_sent(at) or at.call.is_intercepted("args"):
            return
        if is_refused(at.targets, at.payload):
            sent = len(at.payload or ())
            yield Report(
                f"`{at.targets[0].shown}` takes {at.targets[0].takes}, and `{at.call.shown}` "
                f"sends {sent}: {_THEN[at.kind]}"
            )
        if at.signal is not None and is_refused(at.signal.targets, at.signal_payload):
            handler, sent = at.signal.targets[0], len(at.signal_payload or ())
            yield Report(
                f"`{handler.shown}` takes {handler.takes}, and `{at.call.shown}` sends {sent} in "
                f"`{at.signal.option}`: {_HANDLER}"
            )


def _is_never_sent(at: CommandView) -> bool:
    """True if Python refuses the call itself, for an option of which another rule speaks."""
    table = option_tables().get(at.call.name)
    if table is None or not table.names:
        return False
    return any(name not in table.names and name not in table.gone for name in at.call.keywords)


def _check_operation(at: CommandView) -> Iterable[Report]:
    """An operation has one input, also where its name is all that is known of it."""
    call = at.call
    given = len(call.positional) + len(call.keywords & {"input", at.sdk.target})
    if call.spread or given == 2:
        return
    yield Report(
        f"`{call.shown}` takes an operation and one input, not {given} arguments: it raises a "
        "`TypeError`, the workflow task fails and is retried for ever"
    )
