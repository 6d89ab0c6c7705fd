"""Gives two handlers of one kind the same name: the class cannot be created.

## What breaks

A workflow has one handler for each signal, one for each query and one for each update, and one
dynamic handler of each kind. The same name for a signal and a query is fine.

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

    @workflow.signal(name="add")
    def add_one(self, item: str) -> None:
        self.items.append(item)

    @workflow.signal(name="add")
    def add_two(self, item: str) -> None:
        self.items += [item, item]
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

    @workflow.signal(name="add")
    def add_one(self, item: str) -> None:
        self.items.append(item)

    @workflow.signal(name="add_twice")
    def add_two(self, item: str) -> None:
        self.items += [item, item]
```

## What the SDK does

`ValueError: Invalid workflow class: Multiple signal methods found for add (at least on add_two
and add_one)`, when the module is imported.

The rule is silent about methods that are defined in a branch of the class body, or deleted in it.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://docs.temporal.io/handling-messages
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import HandlerView, WorkflowView

_DYNAMIC = "<dynamic>"


class DuplicateHandlerName(Rule):
    code = "WFL414"
    name = "duplicate-handler-name"
    severity = Severity.ERROR
    scope = Scope.SIGNAL | Scope.QUERY | Scope.UPDATE
    since = "0.1"

    def check_workflow(self, workflow: WorkflowView) -> Iterable[PlacedReport]:
        """Each handler after the first of its kind and name."""
        known: dict[tuple[Scope, str], str] = {}
        handlers = sorted(workflow.handlers, key=lambda h: (h.place.fn.path, h.function.head.start))
        for handler in handlers:
            name = _DYNAMIC if handler.is_dynamic else handler.name
            if handler.kind is Scope.VALIDATOR or not name or not handler.is_there:
                continue
            first = known.setdefault((handler.kind, name), handler.method)
            if first != handler.method:
                yield PlacedReport(handler.place, Report(_message(handler, first)))


def _message(handler: HandlerView, first: str) -> str:
    kind = handler.kind.label
    if handler.is_dynamic:
        return (
            f"`{first}` is the dynamic {kind} handler already, and the SDK refuses a class with "
            "two; leave one of them out"
        )
    return (
        f"`{first}` is the handler of the {kind} `{handler.name}` already, and the SDK refuses a "
        "class with two; give this one another name"
    )
