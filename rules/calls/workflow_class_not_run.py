"""Starts a workflow by its class instead of its run method.

## What breaks

Nothing at run time: the SDK finds the name of the workflow at the class as well. But only the run
method tells type checkers which arguments it takes and what it gives: with the class, a wrong
argument is found by the worker, whose workflow task then fails and is retried for ever. So the rule
has to be selected by its name.

## Bad

```python
from temporalio import workflow


@workflow.defn
class ShipmentWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return f"shipped-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_child_workflow(ShipmentWorkflow, "order-1")
```

## Good

```python
from temporalio import workflow


@workflow.defn
class ShipmentWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return f"shipped-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_child_workflow(ShipmentWorkflow.run, "order-1")
```

## Fix safety

The fix adds the name of the run method. It has the same definition as the class, so the same
workflow is started, and the history stays what it is: the fix is safe.

## What the SDK does

It asks the class or the method for the definition that `@workflow.defn` has left at both.

## References

* https://docs.temporal.io/develop/python/workflows/child-workflows
* https://docs.temporal.io/develop/python/client/temporal-client
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import (
    Api,
    CallKind,
    Fixable,
    Form,
    Report,
    Rule,
    Scope,
    Severity,
    last_words,
    names_of,
)

if TYPE_CHECKING:
    from wflint.rule import CommandView, FixView, Repair


class WorkflowClassNotRun(Rule):
    code = "WFL615"
    name = "workflow-class-not-run"
    severity = Severity.INFO
    scope = Scope.ANY
    fix = Fixable.SAFE
    since = "0.1"
    commands = frozenset(
        {
            CallKind.CHILD_WORKFLOW,
            CallKind.CONTINUE_AS_NEW,
            CallKind.SIGNAL_WITH_START,
            CallKind.WORKFLOW,
        }
    )
    called = last_words(names_of(*commands, prefix=""))

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """Only one workflow that is known, whose run method can be named."""
        target = at.target
        if target is None or target.form is not Form.CLASS:
            return
        run = target.callee.head.name
        yield Report(
            f"`{at.call.shown}` is given the class `{target.shown}`; with `{target.shown}.{run}` "
            "type checkers know what it takes",
            api=Api(run, Fixable.SAFE),
        )

    def repair(self, at: FixView) -> Repair | None:
        """`Flow` becomes `Flow.run`, where it stands in the call itself."""
        from ._arguments import keyword

        call, api = at.call, at.api
        plain = [arg for arg in call.args if arg.keyword is None and not arg.star]
        is_next_run = (at.dotted_name(call.func) or "").endswith(".continue_as_new")
        given = keyword(call, "workflow") or (plain[0] if plain and not is_next_run else None)
        if api is None or given is None:
            return None
        what = f"`{at.text(given.value)}.{api.use}`"
        return at.safe(f"Pass {what}", at.insert_after(given.value, f".{api.use}"))
