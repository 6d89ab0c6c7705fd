"""Uses a `ZoneInfo` created in the sandbox as the time zone of a datetime.

## What breaks

What `zoneinfo.ZoneInfo(...)` gives in a module that the sandbox loads is a proxy, and `datetime`
takes no proxy for a time zone: `workflow.now().astimezone(ZoneInfo("Europe/Berlin"))` raises
`TypeError: tzinfo argument must be None or of a tzinfo subclass, not type '_RestrictedProxy'`, and
the workflow task fails again and again. Passing the import of `zoneinfo` through does not help: the
standard library always is, and its classes are proxies nevertheless.

Make the object in a module that is passed through itself: a function there, such as
`in_zone(moment, name)`, has the real class. `datetime.timezone.utc` and fixed offsets always work.

## Bad

```python
from zoneinfo import ZoneInfo

from temporalio import workflow


@workflow.defn
class ReminderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return workflow.now().astimezone(ZoneInfo("Europe/Berlin")).isoformat()
```

## Good

```python
from datetime import timedelta, timezone

from temporalio import workflow


@workflow.defn
class ReminderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return workflow.now().astimezone(timezone(timedelta(hours=1))).isoformat()
```

Not reported: what modules that are passed through make, and workflows without a sandbox.

## What the SDK does

The `TypeError` comes from `datetime` and fails the workflow task.

`from package import module` and `from . import module` under `imports_passed_through()` do not
always pass `module` through: when the sandbox has loaded `package` before, for instance because the
workflow is in it, `module` is loaded again. Write `from package.module import name` there.

## References

* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
* https://docs.python.org/3/library/zoneinfo.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_ZONE = "zoneinfo.ZoneInfo"
_POSITIONS = {"astimezone": 0, "fromtimestamp": 1, "combine": 2, "datetime": 7, "time": 4}
"""Where a time zone stands in calls of these names, if it is not given by name."""


class ZoneinfoInSandbox(Rule):
    code = "WFL307"
    name = "zoneinfo-in-sandbox"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    words = ("ZoneInfo", "tz", "astimezone", "fromtimestamp", "combine")
    message = (
        "`{name}` raises TypeError in the sandbox, where a `ZoneInfo` is a proxy and no time zone; "
        "make it in a module that is passed through"
    )

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """`moment.astimezone(zone)`, `datetime(..., tzinfo=zone)` and the like."""
        func = node.func
        word = func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")
        for number, arg in enumerate(node.args):
            keyword = arg.keyword.value if arg.keyword is not None else ""
            if keyword in ("tz", "tzinfo") or (not keyword and _POSITIONS.get(word) == number):
                shown = f"{ctx.code(func).rpartition('.')[2]}(...)"
                made = ctx.assigned(arg.value) or arg.value
                if isinstance(made, cst.Call) and ctx.dotted_name(made.func) != _ZONE:
                    continue
                message = self.message.format(name=shown)
                ctx.report(self, node, message, asked=made)

    def confirm(self, view: FindingView) -> Report | None:
        """Only an object that was surely made in the sandbox."""
        if [one.name for one in view.types()] != [_ZONE] or not view.is_made_restricted():
            return None
        return Report(view.message) if view.is_restricted() else None
