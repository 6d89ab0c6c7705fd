"""Waits with a timeout, and lets the timeout error fail the workflow.

## What breaks

`workflow.wait_condition(..., timeout=...)` and `asyncio.wait_for()` do not return when the time is
over: they raise an `asyncio.TimeoutError`. Where nobody catches it, the workflow fails with a
`TimeoutError`. In other SDKs the same wait returns `False`; code that asks for the condition once
more behind it expects that here as well, and its other branch never runs.

Catch `asyncio.TimeoutError`.

## Bad

```python
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class ApprovalWorkflow:
    def __init__(self) -> None:
        self.approved = False

    @workflow.run
    async def run(self) -> str:
        await workflow.wait_condition(lambda: self.approved, timeout=timedelta(days=1))
        if not self.approved:
            return "expired"
        return "approved"
```

## Good

```python
import asyncio
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class ApprovalWorkflow:
    def __init__(self) -> None:
        self.approved = False

    @workflow.run
    async def run(self) -> str:
        try:
            await workflow.wait_condition(lambda: self.approved, timeout=timedelta(days=1))
        except asyncio.TimeoutError:
            return "expired"
        return "approved"
```

## What the SDK does

The workflow fails, with a failure that says "Timeout" and nothing about what it has waited for.
Often that is meant, so the rule has to be selected by its name. It is a warning where the code asks
for the condition again. A handler anywhere on the way from the run method makes it silent.

## References

* https://python.temporal.io/temporalio.workflow.html#wait_condition
* https://docs.python.org/3/library/asyncio-task.html#asyncio.wait_for
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_TIMED_OUT = "asyncio.TimeoutError"
_WAITS = frozenset({"asyncio.wait_for", "temporalio.workflow.wait_condition"})


class IgnoredTimeout(Rule):
    code = "WFL715"
    name = "ignored-timeout"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"
    message = (
        "when the time is over, `{name}()` raises `asyncio.TimeoutError`, which nobody catches: "
        "the workflow fails{use}; catch it"
    )

    def visit_Await(self, node: cst.Await, ctx: Context) -> None:
        call = node.expression
        if not isinstance(call, cst.Call) or ctx.dotted_name(call.func) not in _WAITS:
            return
        if not _has_timeout(call):
            return
        is_asked = _is_asked_again(node, call, ctx)
        use = ", and the test behind it never finds the condition false" if is_asked else ""
        message = self.message.format(name=ctx.code(call.func), use=use)
        severity = Severity.WARNING if is_asked else None
        ctx.report(self, call, message, severity, subject=call.func)

    def confirm(self, view: FindingView) -> Report | None:
        """Nobody may catch it."""
        return None if view.may_be_caught(_TIMED_OUT) else Report(view.message, view.severity)


def _has_timeout(call: cst.Call) -> bool:
    plain = [arg for arg in call.args if arg.keyword is None]
    named = [arg for arg in call.args if arg.keyword and arg.keyword.value == "timeout"]
    given = (named or plain[1:2]) if not any(arg.star for arg in call.args) else []
    return bool(given) and not (
        isinstance(given[0].value, cst.Name) and given[0].value.value == "None"
    )


def _is_asked_again(node: cst.Await, call: cst.Call, ctx: Context) -> bool:
    """True if the next statement is an `if` about the condition that was waited for."""
    waits = call.args[0].value if call.args else None
    line, block = ctx.parent(2), ctx.parent(3)
    if not isinstance(waits, cst.Lambda) or not isinstance(block, cst.IndentedBlock):
        return False
    following = [n for n, one in enumerate(block.body[:-1]) if one is line]
    then = block.body[following[0] + 1] if following else None
    return isinstance(then, cst.If) and ctx.code(waits.body) in ctx.code(then.test)
