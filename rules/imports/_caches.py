"""Stores of results under the only thing that they are computed from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from wflint.rule import cst

if TYPE_CHECKING:
    from wflint.rule import Context

_LOOKED_AT = 20
"""How many statements of a block are looked at."""


def is_cache_filled(target: cst.Subscript, value: cst.BaseExpression, ctx: Context) -> bool:
    """True if an item that is not there yet is computed from its key, and from nothing else.

    `if key not in known: known[key] = make(key)`, where `known[key]` is read afterwards, or `value
    = known.get(key)` with `if value is None: value = make(key); known[key] = value`.
    """
    key = _key_of(target)
    guard = _guard(ctx)
    if key is None or guard is None:
        return False
    container, written = ctx.code(target.value), ctx.code(key)
    made = _made_in(guard.body)
    if made is None:
        return False
    if not (_lacks_item(guard, target, ctx) or _got_nothing(guard, container, written, ctx)):
        return False
    return _follows_from(value, key, made, ctx)


def is_cache_asked(call: cst.Call, ctx: Context) -> bool:
    """True for the use of `known.setdefault(key, make(key))`: any workflow would make the same."""
    match call:
        case cst.Call(args=[cst.Arg(value=key, keyword=None), cst.Arg(value=value, keyword=None)]):
            is_used = not isinstance(ctx.parent(), (cst.Expr, cst.Attribute))
            return (
                is_used
                and not isinstance(value, (cst.Dict, cst.List, cst.Set))
                and _follows_from(value, key, {}, ctx)
            )
    return False


def _key_of(target: cst.Subscript) -> cst.BaseExpression | None:
    match target.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=key))]:
            return key
    return None


def _guard(ctx: Context) -> cst.If | None:
    """Return the ``if`` whose body the visited statement stands in, with nothing between."""
    around = [*ctx.ancestors]
    for node, inner in pairwise(reversed([*around, None])):
        if isinstance(inner, cst.If):
            return inner if node is inner.body and inner.orelse is None else None
        if not isinstance(inner, (cst.IndentedBlock, cst.SimpleStatementLine)):
            return None
    return None


def _made_in(body: cst.BaseSuite) -> dict[str, cst.BaseExpression] | None:
    """Return what a block gives the names that it sets; ``None`` if it does anything else."""
    made: dict[str, cst.BaseExpression] = {}
    for statement in body.body[:_LOOKED_AT]:
        match statement:
            case cst.SimpleStatementLine(
                body=[cst.Assign(targets=[cst.AssignTarget(target=target)], value=value)]
            ):
                if isinstance(target, cst.Name):
                    if target.value in made:
                        return None
                    made[target.value] = value
                elif not isinstance(target, cst.Subscript):
                    return None
            case _:
                return None
    return made if len(body.body) <= _LOOKED_AT else None


def _lacks_item(guard: cst.If, target: cst.Subscript, ctx: Context) -> bool:
    """True under `if key not in known`, where the item is read further on."""
    key = _key_of(target)
    match guard.test:
        case cst.Comparison(
            left=left, comparisons=[cst.ComparisonTarget(operator=cst.NotIn(), comparator=right)]
        ) if key is not None:
            asks = ctx.code(left) == ctx.code(key) and ctx.code(right) == ctx.code(target.value)
            return asks and _is_read_after(guard, ctx.code(target), ctx)
    return False


def _is_read_after(guard: cst.If, item: str, ctx: Context) -> bool:
    from wflint.rule import walk

    return any(
        isinstance(node, cst.Subscript) and ctx.code(node) == item
        for statement in _beside(guard, ctx, after=True)
        for node in walk(statement, into_functions=False)
    )


def _got_nothing(guard: cst.If, container: str, key: str, ctx: Context) -> bool:
    """True under `if value is None`, or `if not value`, where it comes from `known.get(key)`."""
    get = f"{container}.get({key})"
    match guard.test:
        case cst.UnaryOperation(operator=cst.Not(), expression=asked):
            pass
        case cst.Comparison(
            left=asked,
            comparisons=[
                cst.ComparisonTarget(operator=cst.Is(), comparator=cst.Name(value="None"))
            ],
        ):
            pass
        case _:
            return False
    if isinstance(asked, cst.NamedExpr):
        return ctx.code(asked.value) == get
    if not isinstance(asked, cst.Name):
        return ctx.code(asked) == get
    for statement in reversed(_beside(guard, ctx, after=False)):
        match statement:
            case cst.SimpleStatementLine(
                body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]) as given]
            ) if name == asked.value:
                return ctx.code(given.value) == get
    return False


def _beside(guard: cst.If, ctx: Context, after: bool) -> Sequence[cst.CSTNode]:
    """Return some statements of a block before or after one of them."""
    for block in ctx.ancestors:
        statements = list(block.body) if isinstance(block, cst.IndentedBlock) else []
        for number, statement in enumerate(statements):
            if statement is guard:
                first = max(0, number - _LOOKED_AT)
                end = number + 1 + _LOOKED_AT
                return statements[number + 1 : end] if after else statements[first:number]
    return ()


def _follows_from(
    value: cst.BaseExpression,
    key: cst.BaseExpression,
    made: dict[str, cst.BaseExpression],
    ctx: Context,
) -> bool:
    """True if a value uses the names of a key, and beside these functions and constants only.

    ``made`` is what local names stand for.
    """
    keys = {name.value for name in _names(key)}
    given = ctx.assigned(key) if isinstance(key, cst.Name) else None
    if isinstance(given, cst.Tuple):
        keys |= {name.value for name in _names(given)}
    pending, seen, uses_key = [value], set[str](), False
    while pending:
        part = pending.pop()
        if _waits_or_asks(part, ctx):
            return False
        callees = _callees(part)
        for name in _names(part):
            text = name.value
            if text in keys:
                uses_key = True
            elif text in made:
                pending += [] if text in seen else [made[text]]
                seen.add(text)
            elif ctx.may_outlive(name):
                if id(name) not in callees and not text.isupper():
                    return False
            else:
                return False
    return uses_key


def _names(node: cst.CSTNode) -> Iterator[cst.Name]:
    """Yield the names below a node that stand for something: not `upper` in `text.upper()`."""
    from wflint.rule import children

    pending = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, cst.Name):
            yield part
        elif isinstance(part, (cst.Attribute, cst.Arg)):
            pending.append(part.value)
        else:
            pending += children(part)


def _callees(node: cst.CSTNode) -> set[int]:
    """Return the names that are called, or that a module or class with what is called has."""
    from wflint.rule import walk

    found: set[int] = set()
    for part in walk(node):
        func = part.func if isinstance(part, cst.Call) else None
        while isinstance(func, cst.Attribute):
            func = func.value
        if func is not None:
            found.add(id(func))
    return found


def _waits_or_asks(node: cst.CSTNode, ctx: Context) -> bool:
    """True if an expression waits for something, or asks the SDK."""
    from wflint.rule import walk

    return any(
        isinstance(part, cst.Await)
        or (
            isinstance(part, cst.Call) and (ctx.dotted_name(part.func) or "").startswith("temporal")
        )
        for part in walk(node)
    )
