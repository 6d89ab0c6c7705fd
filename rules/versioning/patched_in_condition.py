"""Asks for a patch in the condition of `workflow.wait_condition()`.

## What breaks

The SDK calls a condition whenever something has happened to the workflow, and decides itself how
often. The marker of the patch gets into the history wherever the condition happens to be asked
first: maybe in the middle of what a handler does. And since the first answer holds for the whole
run, a workflow that already waits there when the patch comes never takes the new path.

Ask before the wait, and let the condition read the answer.

## Bad

```python
from temporalio import workflow


@workflow.defn
class ParcelWorkflow:
    def __init__(self) -> None:
        self.packed = True
        self.weighed = True

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(
            lambda: self.packed and (self.weighed or not workflow.patched("weigh"))
        )
```

## Good

```python
from temporalio import workflow


@workflow.defn
class ParcelWorkflow:
    def __init__(self) -> None:
        self.packed = True
        self.weighed = True

    @workflow.run
    async def run(self) -> None:
        weighs = workflow.patched("weigh")
        await workflow.wait_condition(lambda: self.packed and (self.weighed or not weighs))
```

## What the SDK does

Nothing: the condition is called like any other function.

## References

* https://docs.temporal.io/develop/python/versioning#patching
* https://python.temporal.io/temporalio.workflow.html#wait_condition
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Effect, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView


class PatchedInCondition(Rule):
    code = "WFL905"
    name = "patched-in-condition"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    since = "0.1"
    words = ("wait_condition",)

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """Remember what function is the condition."""
        if ctx.dotted_name(node.func) != "temporalio.workflow.wait_condition":
            return
        given = [a.value for a in node.args if a.keyword is None or a.keyword.value == "fn"]
        if given:
            ctx.report(self, node, "", subject=node.func, asked=given[0])

    def confirm(self, view: FindingView) -> Report | None:
        """A function that asks for a patch, itself or through what it calls."""
        found = view.effect(Effect.PATCHES)
        if found is None:
            return None
        where = f" (in `{found.function}`)" if found.function else ""
        return Report(
            f"the condition asks `{found.shown}`{where} whenever the SDK calls it, and a workflow "
            "that already waits here keeps to the old path for good; ask before the wait, and let "
            "the condition read the answer"
        )
