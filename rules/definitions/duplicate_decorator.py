"""Decorates twice what may be decorated once: the module cannot be imported.

## What breaks

``@workflow.defn`` and ``@activity.defn`` note on the class or function what they know of it, and
refuse one that has such a note. An update has one validator: a second one is refused as well.

## Bad

```python
from temporalio import activity


@activity.defn(name="charge")
@activity.defn
async def charge(order: str) -> str:
    return f"paid: {order}"
```

## Good

```python
from temporalio import activity


@activity.defn(name="charge")
async def charge(order: str) -> str:
    return f"paid: {order}"
```

## What the SDK does

When the module is imported: `ValueError: Function already contains activity definition`,
`ValueError: Class already contains workflow definition`, or `RuntimeError: Validator already set
for update add`. ``@workflow.defn`` on a class and on its base class is fine.

The rule is silent about validators that are defined in a branch of the class body, or deleted in
it.

## References

* https://docs.temporal.io/develop/python/core-application#develop-workflows
* https://docs.temporal.io/workflows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import DecoratedView, WorkflowView

_ONCE = ("temporalio.activity.defn", "temporalio.workflow.defn")


class DuplicateDecorator(Rule):
    code = "WFL512"
    name = "duplicate-decorator"
    severity = Severity.ERROR
    scope = Scope.RUN | Scope.VALIDATOR | Scope.ASYNC_ACTIVITY | Scope.SYNC_ACTIVITY
    since = "0.1"

    def check_decorated(self, at: DecoratedView) -> Iterable[Report]:
        """Each definition with the same decorator twice and nothing else between."""
        for name in _ONCE:
            same = [decorator for decorator in at.decorators if decorator.name == name]
            if len(same) > 1 and at.is_given_to(name):
                kind = name.split(".")[1]
                yield Report(
                    f"`@{kind}.defn` stands on `{at.name}` {len(same)} times: the SDK refuses that "
                    "when the module is imported; put all options into one"
                )

    def check_workflow(self, workflow: WorkflowView) -> Iterable[PlacedReport]:
        """Each validator of an update of the same class that has one already."""
        found: dict[tuple[str, str], str] = {}
        for handler in sorted(workflow.handlers, key=lambda h: h.function.head.start):
            if handler.kind is not Scope.VALIDATOR or not handler.validates:
                continue
            if not handler.is_there:
                continue
            first = found.setdefault((handler.owner, handler.validates), handler.method)
            if first != handler.method:
                message = (
                    f"`{first}` is the validator of `{handler.validates}` already: the SDK refuses "
                    "a second one when the module is imported"
                )
                yield PlacedReport(handler.place, Report(message))
