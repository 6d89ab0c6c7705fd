"""Reads the wall clock in workflow code.

## What breaks

A replay runs the workflow again from the start, hours or days later, and expects it to take the
same steps. The wall clock then shows a later time, so a branch, a timer or an id that depends on it
comes out differently. The workflow task fails with a non-determinism error and is retried until the
code is changed.

`workflow.now()` returns the time at which the current workflow task began, as recorded in the
history. It is the same on every replay, and it is an aware time in UTC. It does not move on while a
task runs, only when the workflow has waited for something.

## Bad

```python
from datetime import datetime, timezone

from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> bool:
        return datetime.now(timezone.utc).hour < 12
```

## Good

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> bool:
        return workflow.now().hour < 12
```

## Fix safety

`datetime.now(timezone.utc)`, `datetime.utcnow()`, `time.time()` and `time.time_ns()` have a
counterpart with the same type and zone, so their fix is safe. A naive `datetime.now()` or
`datetime.today()` becomes an aware time in UTC, which cannot be compared with naive ones, and
`date.today()` the day in UTC: their fix is unsafe. So is that of `datetime.now(tz)`, which becomes
`workflow.now().astimezone(tz)`; it is withheld for a `ZoneInfo`, which the sandbox does not let
workflow code use. A class of your own that inherits from `datetime` is left alone. A function that
activities, clients or tests call as well is not fixed, because `workflow.now()` raises outside of a
workflow. In what only queries and validators run, the fix is unsafe: there `workflow.now()` is the
time of the last workflow task, and does not change until the next one.

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` when the call runs, and the workflow task is
retried. It does not see such calls in modules that are passed through, where a workflow's helpers
often live, nor in workers without a sandbox.

## References

* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
* https://docs.temporal.io/workflow-definition#deterministic-constraints
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from wflint.rule import (
    Api,
    Fixable,
    Property,
    Report,
    Rule,
    Scope,
    Severity,
    ValueType,
    Withheld,
    cst,
)

if TYPE_CHECKING:
    from wflint.rule import Arg, CallView, FixView, Repair

_AWARE = "`{name}` reads the wall clock; use `{use}`, an aware time in UTC"
_DAY = "`{name}` reads the wall clock; use `{use}`, the day in UTC"

_NAIVE_NOW = Api("workflow.now()", Fixable.UNSAFE, _AWARE, drops_arguments=True)
_UTC_NOW = Api("workflow.now()", Fixable.SAFE, drops_arguments=True)
_IN_ZONE = "workflow.now().astimezone({zone})"
_NOW_IN_ZONE = Api(_IN_ZONE.format(zone="tz"), Fixable.UNSAFE)
_UTC = frozenset({"datetime.timezone.utc", "datetime.UTC"})
_OTHER_UTC = frozenset({"pytz.utc", "pytz.UTC"})


class WallClockTime(Rule):
    code = "WFL101"
    name = "wall-clock-time"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    names_are = frozenset({Property.CLOCK})
    fix = Fixable.SAFE
    since = "0.1"
    differs_on_replay = True
    value_decides = True
    message = "`{name}` reads the wall clock; use `{use}`"
    apis = {
        "datetime.date.today": Api("workflow.now().date()", Fixable.UNSAFE, _DAY),
        "datetime.datetime.now": _NAIVE_NOW,
        "datetime.datetime.today": _NAIVE_NOW,
        "datetime.datetime.utcnow": Api("workflow.now().replace(tzinfo=None)", Fixable.SAFE),
        "time.time": Api("workflow.time()", Fixable.SAFE),
        "time.time_ns": Api("workflow.time_ns()", Fixable.SAFE),
    }

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Only `datetime.now` needs a look at its arguments: its zone decides what to use."""
        if view.name == "datetime.datetime.now":
            api = _replacement_of_now(view)
            zone = _zone(view)
            if api is _NOW_IN_ZONE and zone is not None:
                shown = view.written(zone) or "tz"
                message = self.describe(view.shown, replace(api, use=_IN_ZONE.format(zone=shown)))
                return Report(message, api.severity, api=api)
        return self.reported(view, api)

    def repair(self, at: FixView) -> Repair | None:
        """The zone that was asked for is kept."""
        if not at.is_written_out(at.call.func) or any(arg.star for arg in at.call.args):
            return None
        if at.api not in (_UTC_NOW, _NOW_IN_ZONE):
            return super().repair(at)
        (zone,) = at.call.args
        is_name = isinstance(zone.value, (cst.Name, cst.Attribute))
        if is_name and at.written_name(zone.value) in _UTC:
            return super().repair(at)
        if at.is_made_of(zone.value, "zoneinfo.ZoneInfo"):
            raise Withheld("the sandbox does not allow a `ZoneInfo` that workflow code makes")
        new = f"{at.workflow('now()')}.astimezone({at.text(zone.value)})"
        return at.unsafe("Use `workflow.now()` in that zone", at.replace(at.call, new))


def _zone(view: CallView) -> Arg | None:
    return view.argument(0, "tz")


def _replacement_of_now(view: CallView) -> Api:
    zone = _zone(view)
    if zone is None or zone.value.type is ValueType.NONE:
        return _UTC_NOW if view.spread else _NAIVE_NOW
    if view.qualified(zone.value) in _UTC | _OTHER_UTC:
        return _UTC_NOW
    return _NOW_IN_ZONE
