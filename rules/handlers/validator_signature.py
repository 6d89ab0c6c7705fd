"""A validator whose parameters are not those of its update: the class cannot be made.

## What breaks

The SDK calls both with the same arguments, and compares their parameters when the class is made:
kinds, defaults and annotations have to be the same. Only the names may differ.

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

    @workflow.update
    def add(self, item: str) -> int:
        self.items.append(item)
        return len(self.items)

    @add.validator
    def validate_add(self, item: str, limit: int) -> None:
        if not item:
            raise ValueError("empty")
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

    @workflow.update
    def add(self, item: str) -> int:
        self.items.append(item)
        return len(self.items)

    @add.validator
    def validate_add(self, item: str) -> None:
        if not item:
            raise ValueError("empty")
```

## Fix safety

The fix writes the parameters of the update in place of the validator's, under the names that the
validator uses. It is unsafe: only a person can tell which of the two was meant.

## What the SDK does

`ValueError: Invalid workflow class: Update validator method validate_add parameters do not match
update method add parameters`, when the module is imported.

Annotations are compared as they are: `List[str]` and `list[str]` differ. The rule is silent where
two of them may stand for the same.

## References

* https://docs.temporal.io/develop/python/workflows/message-passing
* https://docs.temporal.io/handling-messages
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import (
    Fixable,
    NoFix,
    Report,
    Rule,
    Scope,
    Severity,
    TextEdit,
    cst,
)

if TYPE_CHECKING:
    from wflint.rule import FixView, HandlerView, ParamText, Repair, WorkflowView


_PLAIN = frozenset({"bool", "bytes", "dict", "float", "int", "list", "object", "str", "tuple"})
_LITERAL = re.compile(r"-?[\d.]+|True|False|None|'[^']*'")


class ValidatorSignature(Rule):
    code = "WFL408"
    name = "validator-signature"
    severity = Severity.ERROR
    scope = Scope.VALIDATOR
    fix = Fixable.UNSAFE
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """Compare a validator with the update of the same class that it is of."""
        if handler.kind is not Scope.VALIDATOR or handler.method == handler.validates:
            return
        updates = [
            h for h in workflow.handlers if h.kind is Scope.UPDATE and h.owner == handler.owner
        ]
        update = next((h for h in updates if h.method == handler.validates), None)
        own, other = handler.text, update.text if update is not None else None
        if update is None or own is None or other is None:
            return
        pairs = list(zip(own.params, other.params, strict=False))
        if len(own.params) != len(other.params) or any(_differ(*pair) for pair in pairs):
            yield Report(
                f"the parameters of the validator `{handler.method}` are not those of the update "
                f"`{update.method}`: the SDK refuses the class; write them alike, names excepted"
            )

    def repair(self, at: FixView) -> Repair | None:
        """The update's parameters, under the names that the validator has for them."""
        from wflint.rule import walk

        validator, whole = at.function, at.with_body(at.function)
        update = _validated(at)
        if update is None:
            return None
        own, other = _params(validator), _params(update)
        names = {node.value for node in walk(whole.function.body) if isinstance(node, cst.Name)}
        lost, new = own[len(other) :], other[len(own) :]
        if any(param.name.value in names for param in (*lost, *new)):
            return None
        start, end = _between_parentheses(update, at)
        text, offset = at.source.text[start:end], start
        for mine, theirs in reversed(list(zip(own, other, strict=False))):
            start, end = (place - offset for place in at.span(theirs.name))
            text = f"{text[:start]}{mine.name.value}{text[end:]}"
        edit = TextEdit(*_between_parentheses(validator, at), text)
        return at.unsafe(f"Write the parameters of `{update.name.value}`", edit)


def _validated(at: FixView) -> cst.FunctionDef | None:
    """The method of the same class that the first decorator names."""
    match at.function.decorators[0].decorator if at.function.decorators else None:
        case cst.Attribute(value=cst.Name(value=name)):
            return next((m for m in at.methods() if m.name.value == name), None)
    return None


def _params(node: cst.FunctionDef) -> list[cst.Param]:
    params = node.params
    stars = [p for p in (params.star_arg, params.star_kwarg) if isinstance(p, cst.Param)]
    return [*params.posonly_params, *params.params, *stars[:1], *params.kwonly_params, *stars[1:]]


def _between_parentheses(node: cst.FunctionDef, at: FixView) -> tuple[int, int]:
    """The offsets of the parameters, with the lines and comments before and between them."""
    (_, name), (start, end) = at.span(node.name), at.span(node.params)
    before = at.source.text[name:start]
    if "#" in at.source.text[name:end]:
        raise NoFix
    return name + before.rindex("(") + 1, end


def _differ(one: ParamText, other: ParamText) -> bool:
    """True if two parameters surely differ in more than their names."""
    if one.kind != other.kind or bool(one.default) != bool(other.default):
        return True
    if bool(one.annotation) != bool(other.annotation):
        return True
    if one.annotation != other.annotation and {one.annotation, other.annotation} <= _PLAIN:
        return True
    defaults = (one.default, other.default)
    return one.default != other.default and all(_LITERAL.fullmatch(text) for text in defaults)
