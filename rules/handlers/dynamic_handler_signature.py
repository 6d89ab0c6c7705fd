"""Gives a dynamic handler other parameters than the SDK calls it with.

## What breaks

A dynamic handler gets all messages that have no handler of their own: their name, and their
arguments as raw values. The SDK refuses any other parameters, and missing annotations, when the
class is made. `*args` in place of the raw values is deprecated for signals and queries, and refused
for updates.

## Bad

```python
from temporalio import workflow


@workflow.defn
class CartWorkflow:
    def __init__(self) -> None:
        self.items: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: len(self.items) == 3)

    @workflow.signal(dynamic=True)
    def anything(self, name: str) -> None:
        self.items.append(name)
```

## Good

```python
from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue


@workflow.defn
class CartWorkflow:
    def __init__(self) -> None:
        self.items: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: len(self.items) == 3)

    @workflow.signal(dynamic=True)
    def anything(self, name: str, args: Sequence[RawValue]) -> None:
        self.items.append(name)
```

## What the SDK does

`RuntimeError: Dynamic handler must have 3 arguments: self, str, and Sequence[RawValue]`, and
`Dynamic updates do not support a vararg third param, use Sequence[RawValue]`, when the module is
imported; for signals and queries with `*args` a `DeprecationWarning`.

The rule is silent where the method has a decorator of your own: the SDK gets what that returns.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://docs.temporal.io/handling-messages
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import HandlerView, ParamText, WorkflowView


_RAW = "Sequence[temporalio.common.RawValue]"
_WANTED = ("", f"collections.abc.{_RAW}", f"typing.{_RAW}")


class DynamicHandlerSignature(Rule):
    code = "WFL416"
    name = "dynamic-handler-signature"
    severity = Severity.ERROR
    scope = Scope.SIGNAL | Scope.QUERY | Scope.UPDATE
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """Look at the parameters of each dynamic handler."""
        text = handler.text if handler.is_dynamic and handler.kind & self.scope else None
        if text is None or not handler.is_itself:
            return
        params = text.params[1:]
        if [p.kind for p in params] == ["positional", "*"]:
            is_refused = handler.kind is Scope.UPDATE
            verb = "refuses" if is_refused else "deprecates"
            yield Report(
                f"the SDK {verb} `*{params[1].name}` in the dynamic handler `{handler.method}`; "
                "take `args: Sequence[RawValue]`",
                None if is_refused else Severity.WARNING,
            )
        elif len(params) != 2 or _is_wrong(*params, handler.meaning):
            yield Report(
                f"the SDK refuses the dynamic handler `{handler.method}`: it must take "
                "`(self, name: str, args: Sequence[RawValue])`"
            )


def _is_wrong(name: ParamText, args: ParamText, meaning: Callable[[str], str]) -> bool:
    """True if the annotations are surely not those that the SDK wants."""
    if not name.annotation or not args.annotation:
        return True
    return meaning(name.hint) not in ("", "builtins.str") or meaning(args.hint) not in _WANTED
