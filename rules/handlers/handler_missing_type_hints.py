"""Leaves a parameter or the result of a handler without a type.

## What breaks

The SDK reads what a signal, query or update is sent into the type of the parameter. Without one a
dataclass arrives as a `dict`, and a `datetime` as a `str`. Clients read the answer of a query or
update by its result type, and without one get plain JSON as well.

The rule is off by default: numbers, texts and dictionaries arrive as they were.

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

    @workflow.signal
    def add(self, item):
        self.items.append(item)
```

## Good

```python
from temporalio import workflow


@workflow.defn
class CartWorkflow:
    def __init__(self) -> None:
        self.items: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: len(self.items) == 3)

    @workflow.signal
    def add(self, item: str) -> None:
        self.items.append(item)
```

## What the SDK does

It gives what `json.loads` gives, and says nothing. Run methods and activities are the subject of
WFL519.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://docs.temporal.io/develop/python/data-handling/data-conversion
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import HandlerView, WorkflowView

_ANSWERING = Scope.QUERY | Scope.UPDATE


class HandlerMissingTypeHints(Rule):
    code = "WFL421"
    name = "handler-missing-type-hints"
    severity = Severity.INFO
    scope = Scope.SIGNAL | Scope.QUERY | Scope.UPDATE
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """Its parameters, and the result of what is answered; validators repeat their update."""
        if not handler.kind & self.scope or handler.is_dynamic:
            return
        bare = [one.name for one in handler.payloads if one.annotation == ""]
        named = [f"`{name}`" for name in bare if name]
        text = handler.text
        if named:
            verb = "has" if len(named) == 1 else "have"
            yield Report(
                f"{' and '.join(named)} of the handler `{handler.method}` {verb} no type: what is "
                "sent arrives as plain JSON, a dataclass as a `dict`; annotate every parameter"
            )
        elif bare and handler.kind & _ANSWERING and text is not None and text.returns_something:
            yield Report(
                f"the answer of `{handler.method}` has no type: clients get it as plain JSON, a "
                "dataclass as a `dict`; annotate the result"
            )
