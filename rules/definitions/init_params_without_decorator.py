"""Gives a workflow's `__init__` parameters that nothing passes arguments for.

## What breaks

Without ``@workflow.init`` the SDK makes the object of the workflow without arguments. ``__init__``
then raises ``TypeError`` when the workflow starts: the workflow *task* fails and is retried for
ever ("Workflow Task in failed state").

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    def __init__(self, order: str) -> None:
        self.order = order

    @workflow.run
    async def run(self, order: str) -> str:
        return f"done: {self.order}"
```

## Good

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.init
    def __init__(self, order: str) -> None:
        self.order = order

    @workflow.run
    async def run(self, order: str) -> str:
        return f"done: {self.order}"
```

## Fix safety

The fix adds ``@workflow.init`` where ``__init__`` has the parameters of the run method. It is
unsafe, because nothing says that the arguments of the workflow were meant. No history can have been
written with the class as it is.

## What the SDK does

Nothing when the module is imported; `TypeError: OrderWorkflow.__init__() missing 1 required
positional argument: 'order'` when the workflow starts.

## References

* https://docs.temporal.io/develop/python/core-application#develop-workflows
* https://docs.temporal.io/workflows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import FixView, Repair, WorkflowView


class InitParamsWithoutDecorator(Rule):
    code = "WFL507"
    name = "init-params-without-decorator"
    severity = Severity.ERROR
    scope = Scope.INIT
    fix = Fixable.UNSAFE
    since = "0.1"

    def check_workflow(self, workflow: WorkflowView) -> Iterable[PlacedReport]:
        """The `__init__` of a class that `workflow.defn` is given, its own or that of a base."""
        init = workflow.constructor
        if init is None or init.text is None or init.decorators or not workflow.is_given_to_sdk:
            return
        params = init.text.params[1:]
        needed = [p.name for p in params if not p.default and p.kind not in ("*", "**")]
        if not needed or not workflow.is_made_plainly:
            return
        run, own = workflow.run, workflow.defines(init)
        is_same = own and run is not None and workflow.defines(run) and init.has_params_of(run)
        advice = f"those of `{run.method if run is not None else 'run'}`"
        report = Report(
            f"`{init.owner}.__init__` needs `{needed[0]}`, and the SDK makes the object without "
            "arguments: TypeError, and the workflow task is retried for ever; mark it with "
            f"`@workflow.init`, and let its parameters be {advice}",
            api=Api("init") if is_same else None,
        )
        yield PlacedReport(init.place if own else workflow.place, report)

    def repair(self, at: FixView) -> Repair | None:
        """The decorator, if the run method has the same parameters."""
        if at.api is None:
            return None
        return at.unsafe(
            "Mark it with `@workflow.init`",
            at.line_above(at.function, f"@{at.workflow(at.api.use)}"),
        )
