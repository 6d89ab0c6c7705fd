"""Compares a type with `datetime`, `date` or `Path`, which the sandbox replaces.

## What breaks

In modules that the sandbox loads, `datetime.datetime`, `datetime.date`, `pathlib.Path` and the
classes of restricted modules are proxies. `isinstance()` sees through them, but `case datetime():`
raises `TypeError: called match pattern must be a type`, whatever is matched, and `type(x) is
datetime` is always false.

## Bad

```python
from datetime import datetime

from temporalio import workflow


@workflow.defn
class ReminderWorkflow:
    @workflow.run
    async def run(self) -> str:
        match workflow.now():
            case datetime():
                return "a time"
            case _:
                return "something else"
```

## Good

```python
from datetime import datetime

from temporalio import workflow


@workflow.defn
class ReminderWorkflow:
    @workflow.run
    async def run(self) -> str:
        if isinstance(workflow.now(), datetime):
            return "a time"
        return "something else"
```

`timedelta`, `time` and `PurePath` are no proxies. Modules that are passed through have the real
classes; they are not reported, nor are workflows without a sandbox. `type(x) == datetime` works.

## What the SDK does

Nothing: the pattern raises `TypeError` and fails the workflow task; the comparison is silently
false.

## References

* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
* https://github.com/temporalio/sdk-python#workflow-sandbox
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_PROXIES = frozenset(
    {
        *("datetime.date", "datetime.datetime", "pathlib.Path"),
        *("subprocess.CompletedProcess", "subprocess.Popen", "threading.Thread"),
    }
)


class RestrictedClassPattern(Rule):
    code = "WFL309"
    name = "restricted-class-pattern"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    words = ("case", "type(")
    _pattern = (
        "`case {name}(...)` raises TypeError in the sandbox, where `{name}` is a proxy; "
        "use `isinstance()`"
    )
    _identity = (
        "`type(...) is {name}` is always false in the sandbox, where `{name}` is a proxy; "
        "use `isinstance()`"
    )

    def visit_MatchClass(self, node: cst.MatchClass, ctx: Context) -> None:
        """`case datetime():`."""
        self._look_at(node, node.cls, self._pattern, ctx)

    def visit_Comparison(self, node: cst.Comparison, ctx: Context) -> None:
        """`type(x) is datetime`, the other way round, and with `is not`."""
        if len(node.comparisons) != 1:
            return
        (target,) = node.comparisons
        if isinstance(target.operator, (cst.Is, cst.IsNot)):
            sides = (node.left, target.comparator), (target.comparator, node.left)
            for one, other in sides:
                if isinstance(one, cst.Call) and ctx.dotted_name(one.func) == "builtins.type":
                    self._look_at(node, other, self._identity, ctx)

    def _look_at(self, node: cst.CSTNode, cls: cst.CSTNode, message: str, ctx: Context) -> None:
        if ctx.dotted_name(cls) in _PROXIES:
            ctx.report(self, node, message.format(name=ctx.code(cls)), subject=cls)

    def confirm(self, view: FindingView) -> Report | None:
        """Only where the sandbox has put proxies."""
        return Report(view.message) if view.is_restricted() else None
