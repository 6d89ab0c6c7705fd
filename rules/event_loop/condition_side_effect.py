"""Changes something in a function that `workflow.wait_condition()` calls.

## What breaks

The SDK calls the condition whenever something has happened to the workflow, and it alone decides
how often that is. A condition that takes an item from a list, counts, or issues a command does so
each time it is asked, also when it answers "not yet". A newer SDK may ask more often or less often
than the one that wrote the history.

Let the condition only look. Change the state after the wait.

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

Nothing is caught: the change is made and the command is issued, each time the condition is asked.
`workflow.continue_as_new()` in a condition even breaks the workflow task.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://python.temporal.io/temporalio.workflow.html#wait_condition
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Rule, Scope, Severity
from wflint.temporal.api import Effect, Gives, sdk_calls

if TYPE_CHECKING:
    import libcst as cst

    from wflint.facts.context import Context

_COMMANDS = frozenset(
    name
    for name, call in sdk_calls().items()
    if call.in_workflow
    and call.gives is not Gives.COROUTINE
    and not call.does.isdisjoint({Effect.CHANGES, Effect.COMMAND, Effect.STARTS})
)
"""Calls that do something as soon as they are made."""

_CHANGERS = frozenset(
    {
        "append",
        "appendleft",
        "clear",
        "discard",
        "extend",
        "get_nowait",
        "insert",
        "pop",
        "popitem",
        "popleft",
        "put_nowait",
        "remove",
        "reverse",
        "setdefault",
        "sort",
    }
)
"""Methods that change what they are called on, whatever it is."""


class ConditionSideEffect(Rule):
    code = "WFL206"
    name = "condition-side-effect"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    since = "0.1"

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """Look into the lambda or the function of this module that is the condition."""
        if ctx.dotted_name(node.func) != "temporalio.workflow.wait_condition":
            return
        given = [a.value for a in node.args if a.keyword is None or a.keyword.value == "fn"]
        definition = ctx.definition(given[0]) if given else None
        if definition is None:
            return
        effect = _first_effect(definition, ctx)
        if effect:
            message = (
                f"the condition runs `{effect}` each time the SDK asks it; "
                "let it only look, and do this after the wait"
            )
            ctx.report(self, node, message, subject=node.func)


def _first_effect(definition: cst.CSTNode, ctx: Context) -> str:
    """The source of the first part of a function that surely changes something, or ``""``."""
    import libcst as cst

    from wflint.syntax.walk import walk

    for node in walk(definition, into_functions=False):
        if isinstance(node, cst.Assign):
            changes = any(_is_part_of_self(t.target) for t in node.targets)
        elif isinstance(node, cst.AnnAssign):
            changes = node.value is not None and _is_part_of_self(node.target)
        elif isinstance(node, (cst.AugAssign, cst.Del)):
            changes = _is_part_of_self(node.target)
        elif isinstance(node, cst.Call):
            changes = _call_changes(node, ctx)
        else:
            continue
        if changes:
            source = " ".join(ctx.code(node).split())
            return source if len(source) <= 60 else f"{source[:57]}..."
    return ""


def _call_changes(node: cst.Call, ctx: Context) -> bool:
    import libcst as cst

    name = ctx.dotted_name(node.func)
    if name in _COMMANDS:
        return True
    if name in ("builtins.setattr", "builtins.delattr") and node.args:
        first = node.args[0].value
        return isinstance(first, cst.Name) and first.value == "self"
    func = node.func
    return (
        isinstance(func, cst.Attribute)
        and func.attr.value in _CHANGERS
        and _is_part_of_self(func.value)
    )


def _is_part_of_self(node: cst.CSTNode) -> bool:
    """`self.x`, `self.x.y`, `self.x[0]`; not `self` itself, whose methods are the user's."""
    import libcst as cst

    depth = 0
    while isinstance(node, (cst.Attribute, cst.Subscript)):
        node, depth = node.value, depth + 1
    return depth > 0 and isinstance(node, cst.Name) and node.value == "self"
