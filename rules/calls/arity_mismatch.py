"""Sends a payload that the activity, workflow or handler has no parameters for.

## What breaks

The SDK does not compare the payload with the parameters of the receiver: the caller need not even
have its code. The worker that has it calls it with the payload, and Python raises `TypeError`. An
activity is then retried, by default for ever. A child workflow fails its workflow tasks, one after
the other. A signal or update fails in the handler.

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
positional argument`, and is retried as its retry policy says.

Messages that clients send are looked at as well. Not reported are payloads and targets that cannot
be followed, dynamic activities and handlers, and `workflow.continue_as_new()`.

## References

* https://docs.temporal.io/develop/python/core-application#activity-parameters
* https://docs.temporal.io/encyclopedia/retry-policies
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, ParamKind, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CommandView, Target

_THEN = {
    CallKind.ACTIVITY: "the activity fails at each attempt",
    CallKind.LOCAL_ACTIVITY: "the activity fails at each attempt",
    CallKind.CHILD_WORKFLOW: "its workflow tasks fail and are retried for ever",
    CallKind.WORKFLOW: "its workflow tasks fail and are retried for ever",
}


class ArityMismatch(Rule):
    code = "WFL609"
    name = "arity-mismatch"
    severity = Severity.ERROR
    scope = Scope.ANY
    since = "0.1"
    needles = (r"\.(?:execute_update|query|signal|start_update)\(",)
    commands = frozenset({*_THEN, CallKind.QUERY, CallKind.SIGNAL, CallKind.UPDATE})

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """Count what is sent against the parameters of what gets it."""
        target, payload = at.target, at.payload
        if target is None or payload is None or target.signature.accepts(len(payload)):
            return
        then = _THEN.get(at.kind, "the handler fails")
        wanted = _wanted(target)
        yield Report(
            f"`{target.shown}` takes {wanted}, and `{at.call.shown}` sends {len(payload)}: {then}"
        )


def _wanted(target: Target) -> str:
    """The number of arguments that the parameters ask for, with their names."""
    params = target.signature.params
    plain = [p for p in params if p.kind is ParamKind.POSITIONAL]
    least = sum(not p.has_default for p in plain)
    more = any(p.kind is ParamKind.VAR_POSITIONAL for p in params)
    named = [p.name for p in params if p.kind is ParamKind.KEYWORD and not p.has_default]
    if named:
        return f"`{named[0]}` by keyword only, which nothing can be sent to"
    if not plain and not more:
        return "no arguments"
    count = f"at least {least}" if more else f"{least} to {len(plain)}"
    count = str(least) if not more and least == len(plain) else count
    noun = "argument" if count == "1" else "arguments"
    return f"{count} {noun} ({', '.join(p.name for p in plain)})"
