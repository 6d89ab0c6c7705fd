"""Gives a handler a keyword-only parameter, although the SDK passes arguments by position.

## What breaks

A parameter behind `*` that has no default is missing in every call: `TypeError`, which fails the
workflow *task*, and is retried for ever. One that has a default, `*args` and `**kwargs` make the
SDK drop the type hints of all parameters: a dataclass then arrives as a `dict`.

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
    def add(self, *, item: str) -> None:
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

Nothing when the class is made. `TypeError: add() missing 1 required keyword-only argument` when the
message comes.

The rule is silent where the method has a decorator of your own: the SDK gets what that returns.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://docs.temporal.io/handling-messages
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import ClassForm, ParamKind, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import HandlerView, PayloadView, WorkflowView

_BY_POSITION = frozenset({ParamKind.CLS, ParamKind.POSITIONAL, ParamKind.SELF})
_LIKE_JSON = frozenset(
    {f"builtins.{name}" for name in ("bool", "dict", "float", "int", "list", "object", "str")}
    | {f"collections.abc.{name}" for name in ("Collection", "Iterable", "Mapping", "Sequence")}
    | {f"collections.abc.Mutable{name}" for name in ("Mapping", "Sequence")}
    | {"builtins.None", "types.NoneType", "typing.Any", "typing_extensions.Any"}
)
"""The types of what JSON gives."""


class KeywordOnlyParameter(Rule):
    code = "WFL418"
    name = "keyword-only-parameter"
    severity = Severity.ERROR
    scope = Scope.RUN | Scope.SIGNAL | Scope.QUERY | Scope.UPDATE
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """Look at the parameters that are not given by position."""
        if not handler.kind & self.scope or handler.is_dynamic or not handler.is_itself:
            return
        if all(param.kind in _BY_POSITION for param in handler.function.head.params):
            return
        text = handler.text
        if text is None:
            return
        needed = [p for p in text.params if p.kind == "keyword" and not p.default]
        if needed:
            yield Report(
                f"nothing gives `{handler.method}` its keyword-only parameter `{needed[0].name}`: "
                "each call raises TypeError, and the workflow task is retried for ever"
            )
            return
        others = [p for p in text.params if p.kind in ("keyword", "*", "**")]
        names = {p.name for p in others}
        typed = [p for p in handler.payloads if p.name and p.name not in names and _is_typed(p)]
        if others and typed:
            yield Report(
                f"`{others[0].name}` makes the SDK drop all type hints of `{handler.method}`: "
                f"`{typed[0].name}` arrives as plain JSON, not as `{typed[0].annotation}`",
                Severity.WARNING,
            )


def _is_typed(payload: PayloadView) -> bool:
    """True if what JSON gives is surely not what an annotation says."""
    return any(
        one.form not in (ClassForm.EXTERNAL, ClassForm.TYPED_DICT)
        or (one.form is ClassForm.EXTERNAL and one.name not in _LIKE_JSON)
        for part in payload.parts()
        for one in part.types
    )
