"""Overrides a handler without decorating the override: the class cannot be created.

## What breaks

Decorators belong to the method that they stand on, and an override inherits none. The SDK demands
that what overrides a run method, signal handler, query or update is decorated again, as the same
kind and under the same name.

## Bad

```python
from temporalio import workflow


class Base:
    @workflow.signal
    def add(self, item: str) -> None: ...


@workflow.defn
class CartWorkflow(Base):
    def __init__(self) -> None:
        self.items: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: len(self.items) == 3)

    def add(self, item: str) -> None:
        self.items.append(item)
```

## Good

```python
from temporalio import workflow


class Base:
    @workflow.signal
    def add(self, item: str) -> None: ...


@workflow.defn
class CartWorkflow(Base):
    def __init__(self) -> None:
        self.items: list[str] = []

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: len(self.items) == 3)

    @workflow.signal
    def add(self, item: str) -> None:
        self.items.append(item)
```

## Fix safety

The fix puts the decorator of the base on a method that has none of the SDK's. It is unsafe: the
method may have got that name by chance, and should have another one.

## What the SDK does

`ValueError: Invalid workflow class: @workflow.signal defined on Base.add but not on the override`,
when the module is imported.

The rule is silent about methods that are defined in a branch of the class body, or deleted in it.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://docs.temporal.io/handling-messages
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, PlacedReport, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import FixView, HandlerView, Repair, WorkflowView


class UndecoratedOverride(Rule):
    code = "WFL417"
    name = "undecorated-override"
    severity = Severity.ERROR
    scope = Scope.RUN | Scope.SIGNAL | Scope.QUERY | Scope.UPDATE
    fix = Fixable.UNSAFE
    since = "0.1"

    def check_workflow(self, workflow: WorkflowView) -> Iterable[PlacedReport]:
        """Each handler of a base class that the workflow has lost."""
        for base, place in workflow.lost_handlers:
            kind = base.kind.label
            message = (
                f"this overrides the {kind} method `{base.owner}.{base.method}`, and is no "
                f"`@workflow.{kind}` of that name itself, so the SDK refuses the class; "
                "decorate it alike"
            )
            yield PlacedReport(place, Report(message, api=_decorator(base)))

    def repair(self, at: FixView) -> Repair | None:
        """The decorator of the base, where there is none."""
        if at.api is None or any(_is_of_sdk(d.decorator, at) for d in at.function.decorators):
            return None
        decorator = f"@{at.workflow(at.api.use)}"
        return at.unsafe(
            f"Decorate it with `@workflow.{at.api.use}`", at.line_above(at.function, decorator)
        )


def _decorator(base: HandlerView) -> Api | None:
    """What to write to get a handler of the same kind and name."""
    kind = base.kind.label
    if base.is_dynamic:
        return Api(use=f"{kind}(dynamic=True)")
    if base.name in ("", base.method) or base.kind is Scope.RUN:
        return Api(use=kind) if base.name or base.kind is Scope.RUN else None
    return Api(use=f"{kind}(name={json.dumps(base.name, ensure_ascii=False)})")


def _is_of_sdk(decorator: cst.BaseExpression, at: FixView) -> bool:
    called = decorator.func if isinstance(decorator, cst.Call) else decorator
    return at.dotted_name(called).startswith("temporalio.")
