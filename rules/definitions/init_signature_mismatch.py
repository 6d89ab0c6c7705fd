"""Gives `@workflow.init` other parameters than the run method has.

## What breaks

With ``@workflow.init`` the SDK gives ``__init__`` the same arguments as the run method. When the
class is made it compares their parameters: kinds, defaults and annotations have to be the same.
Only the names may differ.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.init
    def __init__(self, order: str) -> None:
        self.order = order

    @workflow.run
    async def run(self, order: str, amount: int) -> str:
        return f"{self.order}: {amount}"
```

## Good

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.init
    def __init__(self, order: str, amount: int) -> None:
        self.order = order

    @workflow.run
    async def run(self, order: str, amount: int) -> str:
        return f"{self.order}: {amount}"
```

## Fix safety

The fix writes the parameters of the run method in place of those of ``__init__``, under the names
that ``__init__`` uses. It is unsafe: only a person can tell which of the two was meant.

## What the SDK does

`ValueError: Invalid workflow class: @workflow.init and @workflow.run method parameters do not
match`, when the module is imported.

Annotations are compared as Python has them: `List[str]` and `list[str]` differ, `Optional[str]` and
`str | None` are equal. With `from __future__ import annotations` they are texts, and any difference
counts. The rule is silent where it does not know what an annotation stands for.

## References

* https://docs.temporal.io/develop/python/core-application#develop-workflows
* https://docs.temporal.io/workflows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Fixable, PlacedReport, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import FixView, Repair, WorkflowView

from .._parameters import as_parameters_of


class InitSignatureMismatch(Rule):
    code = "WFL506"
    name = "init-signature-mismatch"
    severity = Severity.ERROR
    scope = Scope.INIT
    fix = Fixable.UNSAFE
    since = "0.1"

    def check_workflow(self, workflow: WorkflowView) -> Iterable[PlacedReport]:
        """The `__init__` with `workflow.init`, and the run method of the class."""
        init, run = workflow.constructor, workflow.run
        if init is None or run is None or not workflow.is_given_to_sdk:
            return
        decorators = (*init.decorators, *run.decorators)
        is_marked = any(d.name == "temporalio.workflow.init" for d in init.decorators)
        if not is_marked or not all(decorator.is_plain for decorator in decorators):
            return
        difference = init.difference(run) if workflow.defines(run) else ""
        if difference:
            yield PlacedReport(
                init.place,
                Report(
                    f"the parameters of `__init__` and `{run.method}` differ, {difference}: the "
                    "SDK refuses the class; write them alike, names excepted"
                ),
            )

    def repair(self, at: FixView) -> Repair | None:
        """The parameters of the run method, under the names that `__init__` uses."""
        run = next((method for method in at.methods() if _is_run(method, at)), None)
        edit = as_parameters_of(run, at) if run is not None else None
        if run is None or edit is None:
            return None
        return at.unsafe(f"Write the parameters of `{run.name.value}`", edit)


def _is_run(method: cst.FunctionDef, at: FixView) -> bool:
    found = (at.dotted_name(decorator.decorator) for decorator in method.decorators)
    return "temporalio.workflow.run" in found
