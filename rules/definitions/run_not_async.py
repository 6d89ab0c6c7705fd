"""Defines a run method without `async`: the module cannot be imported.

## What breaks

The SDK awaits the run method. ``@workflow.run`` refuses a plain function, and an async generator
(an ``async def`` with ``yield``), as soon as it is applied.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    def run(self, order: str) -> str:
        return f"done: {order}"
```

## Good

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return f"done: {order}"
```

## What the SDK does

`ValueError: Workflow run method must be an async function`, when the module is imported.

The rule is silent where another decorator stands between ``@workflow.run`` and the method: it may
make an async function of it.

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


class RunNotAsync(Rule):
    code = "WFL502"
    name = "run-not-async"
    severity = Severity.ERROR
    scope = Scope.RUN
    since = "0.1"

    def check_decorated(self, at: DecoratedView) -> Iterable[Report]:
        """Each method that `workflow.run` is given as it is."""
        if not at.is_given_to("temporalio.workflow.run") or at.function is None:
            return
        if not at.function.head.is_async:
            yield Report(
                f"the run method `{at.name}` is a plain `def`: the SDK refuses it when the module "
                "is imported; make it `async def`"
            )
        elif at.function.head.is_generator:
            yield Report(
                f"the run method `{at.name}` is an async generator, because of its `yield`: the "
                "SDK refuses it when the module is imported; return the result"
            )
