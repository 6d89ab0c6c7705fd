"""Handlers in a loop that raise on its last round only: on all others, it goes on."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from wflint.facts.exits import exits
from wflint.facts.frames import Entry
from wflint.facts.model import Exit
from wflint.syntax.walk import walk

_FUNCTIONS = (cst.FunctionDef, cst.Lambda, cst.ClassDef)
_COUNTED = (
    cst.Arg,
    cst.Attribute,
    cst.BaseBinaryOp,
    cst.BaseCompOp,
    cst.BinaryOperation,
    cst.Comparison,
    cst.ComparisonTarget,
    cst.Integer,
    cst.Name,
)
"""All that a test of a counter consists of."""


def tries_again(handler: cst.ExceptHandler | cst.ExceptStarHandler, tried: Entry) -> bool:
    """True if a handler only raises where the counter of the loop around its ``try`` says so."""
    ways = exits(handler.body)
    if not ways & Exit.RAISES or not ways & (Exit.ENDS | Exit.CONTINUES):
        return False
    loop = _loop_around(tried)
    counters = set(_counters(loop)) - {""} if loop is not None else set()
    return bool(counters) and _raises_by(counters, handler.body)


def _loop_around(entry: Entry) -> cst.For | cst.While | None:
    inner = entry.node
    for node in entry.around():
        if isinstance(node, (cst.For, cst.While)) and node.body is inner:
            return node
        if isinstance(node, _FUNCTIONS):
            return None
        inner = node
    return None


def _counters(loop: cst.For | cst.While) -> Iterator[str]:
    """Return the names, and attributes of names, that say which round of a loop it is."""
    if isinstance(loop, cst.For) and isinstance(loop.iter, cst.Call):
        called = loop.iter.func.value if isinstance(loop.iter.func, cst.Name) else ""
        match loop.target:
            case cst.Name(value=name) if called == "range":
                yield name
            case cst.Tuple(elements=[cst.Element(value=cst.Name(value=name)), *_]) if (
                called == "enumerate"
            ):
                yield name
    for node in walk(loop.body, into_functions=False):
        match node:
            case cst.AugAssign(
                target=target,
                operator=cst.AddAssign() | cst.SubtractAssign(),
                value=cst.Integer(),
            ):
                yield _name(target)


def _raises_by(counters: set[str], block: cst.BaseSuite) -> bool:
    """True if all that raises in a block stands under a test of a counter."""
    pending: list[cst.BaseSuite | cst.If] = [block]
    while pending:
        at = pending.pop()
        for statement in [at] if isinstance(at, cst.If) else at.body:
            if not isinstance(statement, cst.If):
                if _has_raise(statement):
                    return False
                continue
            branches = list(_branches(statement))
            if not _asks(statement.test, counters):
                pending += branches
            elif all(map(_has_raise, branches)) and len(branches) > 1:
                return False
            elif any(not _falls_through(branch) for branch in branches):
                break  # the counter decides whether it comes to what follows
    return True


def _branches(node: cst.If) -> Iterator[cst.BaseSuite | cst.If]:
    yield node.body
    if node.orelse is not None:
        yield node.orelse if isinstance(node.orelse, cst.If) else node.orelse.body


def _falls_through(branch: cst.BaseSuite | cst.If) -> bool:
    return isinstance(branch, cst.If) or bool(exits(branch) & Exit.ENDS)


def _asks(test: cst.BaseExpression, counters: set[str]) -> bool:
    """True for a comparison of a counter with a number, a name or a length."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        test = test.expression
    if not isinstance(test, cst.Comparison):
        return False
    nodes = walk(test)
    if counters.isdisjoint(map(_name, nodes)):
        return False
    return all(isinstance(node, _COUNTED) or _is_length(node) for node in nodes)


def _name(node: cst.CSTNode) -> str:
    """A name, or an attribute of one: ``self.tries``."""
    match node:
        case cst.Name(value=name):
            return name
        case cst.Attribute(value=cst.Name(value=of), attr=cst.Name(value=name)):
            return f"{of}.{name}"
    return ""


def _is_length(node: cst.CSTNode) -> bool:
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Name):
        return False
    return node.func.value == "len"


def _has_raise(node: cst.CSTNode) -> bool:
    return any(isinstance(inner, cst.Raise) for inner in walk(node, into_functions=False))
