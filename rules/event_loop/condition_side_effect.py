"""Changes something in a function that `workflow.wait_condition()` calls.

## What breaks

The SDK calls the condition whenever something has happened to the workflow, and only the SDK
decides how often. A condition that takes an item from a list, counts, or issues a command does so
at each call, even if it returns false. A newer SDK may call it more or less often than the one that
wrote the history.

The condition should only read the state. Change the state after the wait.

## Bad

```python
from temporalio import workflow


@workflow.defn
class InboxWorkflow:
    def __init__(self) -> None:
        self.letters = ["hello"]

    @workflow.run
    async def run(self) -> int:
        await workflow.wait_condition(lambda: self.letters.pop() == "hello")
        return len(self.letters)

    @workflow.signal
    def deliver(self, letter: str) -> None:
        self.letters.append(letter)
```

## Good

```python
from temporalio import workflow


@workflow.defn
class InboxWorkflow:
    def __init__(self) -> None:
        self.letters = ["hello"]

    @workflow.run
    async def run(self) -> int:
        await workflow.wait_condition(lambda: "hello" in self.letters)
        self.letters.remove("hello")
        return len(self.letters)

    @workflow.signal
    def deliver(self, letter: str) -> None:
        self.letters.append(letter)
```

## What the SDK does

Nothing is caught: the change is made and the command is issued, each time the condition is called.
`workflow.continue_as_new()` in a condition even breaks the workflow task.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://python.temporal.io/temporalio.workflow.html#wait_condition
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Effect, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_CHANGES = Effect.ACTS | Effect.CONTINUES | Effect.HANDLERS | Effect.MUTATES_SELF


class ConditionSideEffect(Rule):
    code = "WFL206"
    name = "condition-side-effect"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    since = "0.1"

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """Remember what function is the condition."""
        if ctx.dotted_name(node.func) != "temporalio.workflow.wait_condition":
            return
        given = [a.value for a in node.args if a.keyword is None or a.keyword.value == "fn"]
        if given:
            ctx.report(self, node, "", subject=node.func, asked=given[0])

    def confirm(self, view: FindingView) -> Report | None:
        """Only a function that changes something, itself or through what it calls."""
        found = view.effect(_CHANGES)
        if found is None:
            return None
        where = f" (in `{found.function}`)" if found.function else ""
        return Report(
            f"the condition runs `{found.shown}`{where} each time the SDK calls it; "
            "only read the state in it, and do this after the wait"
        )
