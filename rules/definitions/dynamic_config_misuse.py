"""Uses `@workflow.dynamic_config` on a method that the SDK refuses.

## What breaks

``@workflow.dynamic_config`` marks the method that says, for each call of a dynamic workflow, which
errors fail it and how it is versioned. The method is a plain ``def`` and takes ``self`` only, there
is one for each class, and the class is a dynamic workflow.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.dynamic_config
    def config(self) -> workflow.DynamicWorkflowConfig:
        return workflow.DynamicWorkflowConfig(failure_exception_types=[ValueError])

    @workflow.run
    async def run(self, order: str) -> str:
        return f"done: {order}"
```

## Good

```python
from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue


@workflow.defn(dynamic=True)
class AnyWorkflow:
    @workflow.dynamic_config
    def config(self) -> workflow.DynamicWorkflowConfig:
        return workflow.DynamicWorkflowConfig(failure_exception_types=[ValueError])

    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> str:
        return f"done: {workflow.info().workflow_type} with {len(args)}"
```

## What the SDK does

When the module is imported: `ValueError: Workflow dynamic_config method must be synchronous`,
`Workflow dynamic_config method must only take self parameter`, `Invalid workflow class:
@workflow.dynamic_config can only be used in dynamic workflows, but workflow class OrderWorkflow
(OrderWorkflow) is not dynamic`, or `@workflow.dynamic_config can only be defined once per
workflow`.

## References

* https://docs.temporal.io/develop/python/core-application#develop-workflows
* https://docs.temporal.io/workflows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity, below

if TYPE_CHECKING:
    from wflint.rule import DecoratedView, WorkflowView

_DEFN = "temporalio.workflow.defn"
_CONFIG = "temporalio.workflow.dynamic_config"
_REFUSES = "the SDK refuses it when the module is imported"


class DynamicConfigMisuse(Rule):
    code = "WFL511"
    name = "dynamic-config-misuse"
    severity = Severity.ERROR
    scope = Scope.HOOK
    since = "0.1"

    def check_decorated(self, at: DecoratedView) -> Iterable[Report]:
        """Each method that `workflow.dynamic_config` stands on."""
        before = below(at.decorators, _CONFIG)
        if at.function is None or before is None or not at.is_given_to(_CONFIG):
            return
        head = at.function.head
        if at.function.is_async:
            yield Report(
                f"`{at.name}` is `async def`, and `dynamic_config` wants a plain method: {_REFUSES}"
            )
        elif len(head.params) != 1:
            yield Report(
                f"`{at.name}` must take nothing but `self`, as a `dynamic_config`: {_REFUSES}"
            )

    def check_workflow(self, workflow: WorkflowView) -> Iterable[PlacedReport]:
        """The methods of a class that `workflow.defn` is given, with whether it is dynamic."""
        made_by = [decorator for decorator in workflow.decorators if decorator.name == _DEFN]
        if not workflow.is_given_to_sdk or made_by[0].fact.is_open:
            return
        for number, config in enumerate(workflow.dynamic_configs):
            if not workflow.is_dynamic and not made_by[0].is_given("dynamic"):
                message = (
                    f"`{workflow.shown}` is no dynamic workflow, and `dynamic_config` is for these "
                    "only: the SDK refuses the class; say `@workflow.defn(dynamic=True)`, or give "
                    "`defn` the options"
                )
                yield PlacedReport(config.place, Report(message))
            elif number:
                first = workflow.dynamic_configs[0].method
                message = f"`{first}` is the `dynamic_config` of the class already: {_REFUSES}"
                yield PlacedReport(config.place, Report(message))
