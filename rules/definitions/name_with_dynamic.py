"""Names a dynamic definition: the name is ignored, or the definition refused.

## What breaks

What is dynamic gets all calls that nothing else is registered for, whatever they are named. A name
beside ``dynamic=True`` has no effect on a workflow or activity: who calls it by that name finds the
dynamic one only as long as nothing else has the name. On a handler it raises.

## Bad

```python
from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.query(name="status", dynamic=True)
    def status(self, name: str, args: Sequence[RawValue]) -> str:
        return f"{name}: running"
```

## Good

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.query(name="status")
    def status(self) -> str:
        return "running"
```

## What the SDK does

On signal, query and update handlers `RuntimeError: Cannot provide name and dynamic boolean`, when
the module is imported. On ``workflow.defn`` and ``activity.defn`` nothing: the name is dropped, and
the report is a warning.

## References

* https://docs.temporal.io/develop/python/core-application#develop-workflows
* https://docs.temporal.io/workflows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import DecoratedView

_DEFINITIONS = ("temporalio.activity.defn", "temporalio.workflow.defn")
_HANDLERS = frozenset(f"temporalio.workflow.{kind}" for kind in ("query", "signal", "update"))


class NameWithDynamic(Rule):
    code = "WFL510"
    name = "name-with-dynamic"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW | Scope.ASYNC_ACTIVITY | Scope.SYNC_ACTIVITY
    since = "0.1"

    def check_decorated(self, at: DecoratedView) -> Iterable[Report]:
        """Each decorator that is given both."""
        for decorator in at.decorators:
            if not (decorator.is_given("name") and decorator.is_true("dynamic")):
                continue
            if decorator.name in _HANDLERS:
                yield Report(
                    f"`{decorator.written}` of `{at.name}` is given a name and `dynamic=True`: the "
                    "SDK refuses that when the module is imported; leave out one of them",
                    Severity.ERROR,
                )
            elif decorator.name in _DEFINITIONS:
                yield Report(
                    f"the name of `{at.name}` is ignored beside `dynamic=True`; leave out one of "
                    "them"
                )
