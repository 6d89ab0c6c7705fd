"""Sends a set, whose order differs from process to process.

## What breaks

A set is sent as a list. The order of text in a set follows from `PYTHONHASHSEED`, that of objects
from their memory addresses, so a replay in another process would send another list. It does not
fail: replays compare which activity is called, and not with what. But the same workflow can send
different payloads after a reset, and whoever reads the list must not rely on its order.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def notify(names: list[str]) -> None: ...


@workflow.defn
class NotifyWorkflow:
    @workflow.run
    async def run(self) -> None:
        names = {"ada", "grace"}
        await workflow.execute_activity(notify, names, start_to_close_timeout=timedelta(seconds=10))
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def notify(names: list[str]) -> None: ...


@workflow.defn
class NotifyWorkflow:
    @workflow.run
    async def run(self) -> None:
        names = {"ada", "grace"}
        await workflow.execute_activity(
            notify, sorted(names), start_to_close_timeout=timedelta(seconds=10)
        )
```

Not reported are sets of numbers and UUIDs, whose order is the same everywhere. What the run method
returns counts as sent.

## Fix safety

The fix puts `sorted()` around the set. It is unsafe: the receiver may depend on the order that it
has got so far, and where wflint does not know the elements, they may not be comparable.

## What the SDK does

Nothing: it makes a list of the set. The rule has to be selected by its name, because workflows that
send sets as sets are in order.

## References

* https://docs.temporal.io/workflow-definition#deterministic-constraints
* https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, Fixable, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import CommandView, Context, FindingView, FixView, Repair, TypeView

_SETS = frozenset({"builtins.frozenset", "builtins.set"})
_MESSAGE = "`{shown}` is a set, which is sent in an order that differs between processes; send "
_MESSAGE += "`sorted(...)`"


class SetInPayload(Rule):
    code = "WFL122"
    name = "set-in-payload"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"
    commands = frozenset(
        {
            CallKind.ACTIVITY,
            CallKind.CHILD_WORKFLOW,
            CallKind.CONTINUE_AS_NEW,
            CallKind.LOCAL_ACTIVITY,
            CallKind.NEXUS_OPERATION,
            CallKind.SIGNAL,
        }
    )

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """Each set that is sent as it is, or in a list of `args`."""
        call = at.call
        sent = [*call.positional[at.sdk.input_position :]]
        sent += [arg for name in at.sdk.input if (arg := call.keyword(name)) is not None]
        for arg in sent:
            several = arg.value.values if arg.keyword == "args" else ()
            if any(_is_shuffled(call.types(value)) for value in (arg.value, *several)):
                yield Report(_MESSAGE.format(shown=call.written(arg)), site=arg.site)

    def visit_Return(self, node: cst.Return, ctx: Context) -> None:
        """What a run method returns."""
        if node.value is not None:
            message = _MESSAGE.format(shown=ctx.code(node.value))
            ctx.report(self, node.value, message, asked=node.value)

    def confirm(self, view: FindingView) -> Report | None:
        """Only sets, and only of the run method itself."""
        return Report(view.message) if view.is_run and _is_shuffled(view.types()) else None

    def repair(self, at: FixView) -> Repair | None:
        """The same elements, sorted."""
        is_one = isinstance(at.node, cst.BaseExpression) and _is_shuffled(at.types(at.node))
        return at.in_order() if is_one else None


def _is_shuffled(types: tuple[TypeView, ...]) -> bool:
    """True if all types are sets, of which one has an order that differs."""
    if not types or any(one.name not in _SETS for one in types):
        return False
    elements = [element for one in types for arg in one.args[:1] for element in arg]
    return not elements or any(element.hashed_by != "value" for element in elements)
